/* SPDX-License-Identifier: ISC */
#include "ui/window_host.h"

#include <lv2/atom/util.h>
#include <lv2/core/lv2_util.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <stdio.h>
#include <string.h>

/* A float option that is above zero, or 0. */
static double option(const LV2_Options_Option *options, LV2_URID_Map *map, const char *uri) {
  const LV2_URID key = map->map(map->handle, uri), type = map->map(map->handle, LV2_ATOM__Float);
  for (; options && options->key; options++) {
    if (options->key != key || options->type != type || options->size != sizeof(float)) {
      continue;
    }
    const double value = (double)*(const float *)options->value;
    return value > 0.0 && value < 1e7 ? value : 0.0;
  }
  return 0.0;
}

bool ui_host_init(struct ui_host *host, const char *plugin_uri, LV2UI_Write_Function write,
                  LV2UI_Controller controller, const LV2_Feature *const *features) {
  const bool insert = strcmp(plugin_uri, UNBRAID_INSERT_URI) == 0;
  if (!insert && strcmp(plugin_uri, UNBRAID_URI) != 0) {
    fprintf(stderr, "unbraid: this window is not for %s\n", plugin_uri);
    return false;
  }
  *host = (struct ui_host){
      .variant = insert ? VARIANT_INSERT : VARIANT_STEMS,
      .write = write,
      .controller = controller,
      .map = lv2_features_data(features, LV2_URID__map),
      .touch = lv2_features_data(features, LV2_UI__touch),
      .resize = lv2_features_data(features, LV2_UI__resize),
      .request = lv2_features_data(features, LV2_UI__requestValue),
      .parent = (unsigned long)lv2_features_data(features, LV2_UI__parent),
  };
  if (!host->parent || !write) {
    fprintf(stderr, "unbraid: the host gives the window no parent\n");
    return false;
  }
  if (host->map) {
    const LV2_Options_Option *options = lv2_features_data(features, LV2_OPTIONS__options);
    host->rate = option(options, host->map, LV2_PARAMETERS__sampleRate);
    host->scale = option(options, host->map, LV2_UI__scaleFactor);
  }
  return true;
}

void ui_host_write_control(const struct ui_host *host, enum port port, float value) {
  host->write(host->controller, ports_to_variant(host->variant, port), sizeof value, 0, &value);
}

void ui_host_write_atom(const struct ui_host *host, LV2_URID protocol, const LV2_Atom *atom) {
  if (atom) {
    host->write(host->controller, ports_to_variant(host->variant, PORT_CONTROL),
                lv2_atom_total_size(atom), protocol, atom);
  }
}

void ui_host_touch(const struct ui_host *host, enum port port, bool held) {
  if (host->touch && host->touch->touch) {
    host->touch->touch(host->touch->handle, ports_to_variant(host->variant, port), held);
  }
}

void ui_host_advertise_size(const struct ui_host *host, int width, int height) {
  if (host->resize && host->resize->ui_resize) {
    host->resize->ui_resize(host->resize->handle, width, height);
  }
}

const char *ui_host_request_path(const struct ui_host *host, LV2_URID property) {
  if (!host->request || !host->request->request || !host->map) {
    return "Choose the model file in the host: it is among the plugin's properties there";
  }
  const LV2_URID path = host->map->map(host->map->handle, LV2_ATOM__Path);
  switch (host->request->request(host->request->handle, property, path, NULL)) {
  case LV2UI_REQUEST_VALUE_SUCCESS:
    return NULL;
  case LV2UI_REQUEST_VALUE_BUSY:
    return "The host is asking for a file already";
  default:
    return "The host cannot ask for this file here; it is among the plugin's properties there";
  }
}
