/* SPDX-License-Identifier: ISC */
#include "tests/checks/wild_host.h"

#include "interface/uris.h"
#include "plugin/inlinedisplay.h"

#include <lv2/atom/util.h>
#include <lv2/patch/patch.h>
#include <lv2/urid/urid.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static uint32_t draw(uint32_t below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((seed >> 33) % below);
}

static float draw_unit(void) {
  return (float)draw(1u << 24) / (float)(1u << 24);
}

/* A host that numbers URIs, draws a picture in its mixer strip, and says little else. */
static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri) {
  static const char *uris[128];
  (void)handle;
  for (LV2_URID i = 0; i < 128; ++i) {
    if (!uris[i]) {
      uris[i] = strdup(uri);
    }
    if (strcmp(uris[i], uri) == 0) {
      return i + 1;
    }
  }
  abort();
}

static LV2_URID_Map map = {NULL, map_uri};

/* A mixer strip that shows the plugin's picture. */
unsigned pictures;
static void queue_draw(void *handle) {
  (void)handle;
  ++pictures;
}
static struct inlinedisplay_host strip = {NULL, queue_draw};

static bool is_audio(enum port port) {
  return port_table[port].kind == KIND_AUDIO_IN || port_table[port].kind == KIND_AUDIO_OUT;
}

static void plug(struct player *player, uint32_t index, void *data) {
  player->descriptor->connect_port(player->handle, index, data);
}

bool player_open(struct player *player, LV2_Descriptor_Function descriptors, const char *bundle,
                 enum variant variant, double rate) {
  player->descriptor = descriptors(variant);
  player->variant = variant;
  player->rate = rate;
  const LV2_Feature mapping = {LV2_URID__map, &map}, drawing = {INLINEDISPLAY__queue_draw, &strip},
                    *const features[] = {&mapping, &drawing, NULL};
  player->handle = player->descriptor->instantiate(player->descriptor, rate, bundle, features);
  const struct inlinedisplay_interface *display =
      player->descriptor->extension_data(INLINEDISPLAY__interface);
  if (player->handle && !display->render(player->handle, 80, 112)) {
    return false;
  }
  lv2_atom_forge_init(&player->forge, &map);
  snprintf(player->light, sizeof player->light, "%s/chandna.safetensors", bundle);
  player->changes = 0;
  for (uint32_t i = 0; player->handle && i < ports_count(variant); ++i) {
    enum port port = ports_from_variant(variant, i);
    player->values[port] = port_table[port].initial;
    void *value = port == PORT_CONTROL  ? (void *)player->control
                  : port == PORT_NOTIFY ? (void *)player->notify
                                        : (void *)&player->values[port];
    plug(player, i, is_audio(port) ? (void *)player->audio[port] : value);
  }
  return player->handle != NULL;
}

/* Audio outputs come and go, share a buffer, or lie on the input. */
static void shuffle_outputs(struct player *player) {
  for (uint32_t i = 0; i < ports_count(player->variant); ++i) {
    enum port port = ports_from_variant(player->variant, i);
    if (port_table[port].kind == KIND_AUDIO_OUT) {
      float *choices[] = {NULL, player->audio[port], player->audio[port], player->audio[draw(4)]};
      plug(player, i, choices[draw(4)]);
    }
  }
}

/* One control moves, now and then to where no host should send it. */
static void move_control(struct player *player) {
  enum port port = (enum port)(PORT_STEM_CONTROLS + draw(PORT_FREEWHEEL - PORT_STEM_CONTROLS));
  const struct port_info *info = &port_table[port];
  const float wild[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f};
  float value = info->minimum + draw_unit() * (info->maximum - info->minimum);
  player->values[port] = draw(50) == 0 ? wild[draw(5)] : value;
}

/* Another model, by the quality or by a file, good or bad; a window that watches; room for answers
 * that may be too little. */
static void say(struct player *player, bool anything) {
  LV2_Atom_Forge *forge = &player->forge;
  LV2_Atom_Forge_Frame sequence, frame;
  lv2_atom_forge_set_buffer(forge, player->control, sizeof player->control);
  lv2_atom_forge_sequence_head(forge, &sequence, 0);
  unsigned choice = anything ? draw(4) : 4;
  if (choice == 0) {
    player->values[PORT_QUALITY] = (float)draw(2);
  } else if (choice < 3) {
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &frame, 0, map_uri(NULL, LV2_PATCH__Set));
    lv2_atom_forge_key(forge, map_uri(NULL, LV2_PATCH__property));
    lv2_atom_forge_urid(forge, map_uri(NULL, UNBRAID__model_four));
    lv2_atom_forge_key(forge, map_uri(NULL, LV2_PATCH__value));
    const char *path = choice == 1 ? player->light : draw(2) ? "" : "/dev/null";
    lv2_atom_forge_path(forge, path, (uint32_t)strlen(path));
    lv2_atom_forge_pop(forge, &frame);
  } else if (choice == 3) {
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &frame, 0, map_uri(NULL, UNBRAID__Watch));
    lv2_atom_forge_pop(forge, &frame);
  }
  lv2_atom_forge_pop(forge, &sequence);
  *(LV2_Atom *)player->notify = (LV2_Atom){draw(4) ? ATOM_BYTES : draw(ATOM_BYTES), 0};
}

static void fill_input(struct player *player, uint32_t n) {
  const float scales[] = {0.0f, 1e-40f, 0.3f, 0.3f, 0.3f, 1e10f};
  float scale = scales[draw(6)];
  for (uint32_t i = 0; i < n; ++i) {
    for (unsigned c = 0; c < 2; ++c) {
      player->audio[PORT_IN_L + c][i] = scale * (2.0f * draw_unit() - 1.0f);
    }
  }
  if (n > 0 && draw(100) == 0) {
    player->audio[PORT_IN_L][draw(n)] = NAN;
  }
}

/* The k-th block: the usual lengths and those beside them first, then any from 0 to MAX_BLOCK. */
static uint32_t block_length(unsigned k) {
  static const uint32_t usual[] = {1,   2,   17,   63,   64,   128,  255,  256,  257, 511,
                                   512, 513, 1000, 1024, 2048, 4096, 8191, 8192, 0};
  enum { N_USUAL = sizeof usual / sizeof *usual };
  return k < N_USUAL ? usual[k] : draw(1u + (MAX_BLOCK >> draw(12)));
}

bool player_hears_of_a_model(const struct player *player) {
  static const char news[] = " plays";
  const LV2_Atom_Sequence *sequence = (const LV2_Atom_Sequence *)player->notify;
  if (sequence->atom.type != map_uri(NULL, LV2_ATOM__Sequence)) {
    return false;
  }
  LV2_ATOM_SEQUENCE_FOREACH(sequence, event) {
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)&event->body;
    const LV2_Atom *text = NULL;
    if (object->body.otype == map_uri(NULL, UNBRAID__Message)) {
      lv2_atom_object_get(object, map_uri(NULL, UNBRAID__text), &text, 0);
    }
    if (text && text->size > sizeof news &&
        memcmp((const char *)(text + 1) + text->size - sizeof news, news, sizeof news) == 0) {
      return true;
    }
  }
  return false;
}

uint32_t player_prepare(struct player *player, unsigned k) {
  uint32_t n = block_length(k);
  move_control(player);
  if (draw(16) == 0) {
    shuffle_outputs(player);
  }
  fill_input(player, n);
  say(player, k % SAY_EVERY == 0);
  return n;
}
