/* SPDX-License-Identifier: ISC */
/* The host's features for the UI, and calls to the host. Only the parent window is required. */
#pragma once

#include "interface/ports.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/ui/ui.h>
#include <lv2/urid/urid.h>
#include <stdbool.h>

struct ui_host {
  enum variant variant;
  LV2UI_Write_Function write;
  LV2UI_Controller controller;
  LV2_URID_Map *map; /* the rest may be NULL or 0: not offered */
  LV2UI_Touch *touch;
  LV2UI_Resize *resize;
  LV2UI_Request_Value *request;
  unsigned long parent; /* X11 window */
  double rate, scale;
};

/** Reads the feature list. Returns false, with a line on stderr, when the UI cannot be shown. */
bool ui_host_init(struct ui_host *host, const char *plugin_uri, LV2UI_Write_Function write,
                  LV2UI_Controller controller, const LV2_Feature *const *features);

void ui_host_write_control(const struct ui_host *host, enum port port, float value);

/** atom may be NULL. protocol: atom:eventTransfer as the host numbers it. */
void ui_host_write_atom(const struct ui_host *host, LV2_URID protocol, const LV2_Atom *atom);

void ui_host_touch(const struct ui_host *host, enum port port, bool held);

/** Tells the host how large the UI opens. */
void ui_host_advertise_size(const struct ui_host *host, int width, int height);

/** Asks the host to let the user choose a file for a property. NULL on success, otherwise the
 * reason. */
const char *ui_host_request_path(const struct ui_host *host, LV2_URID property);
