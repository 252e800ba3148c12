/* SPDX-License-Identifier: ISC */
#include "tests/lilv/session.h"

#include "tests/support/files.h"
#include "tests/support/four.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct rig *session_open_in(struct talk *talk, const char *bundle) {
  struct rig *rig = calloc(1, sizeof *rig);
  assert_non_null(rig);
  talk_open_rig(talk, rig, VARIANT_STEMS, bundle);
  return rig;
}

struct rig *session_open(struct talk *talk) {
  return session_open_in(talk, four_bundle());
}

void session_close(struct rig *rig) {
  rig_close(rig);
  free(rig);
}

LilvInstance session_instance(struct rig *rig) {
  return (LilvInstance){rig->descriptor, rig->handle, NULL};
}

static const void *get_port(const char *symbol, void *data, uint32_t *size, uint32_t *type) {
  struct rig *rig = data;
  for (unsigned p = 0; p < N_PORTS; ++p) {
    if (ports_is_control(p) && strcmp(port_table[p].symbol, symbol) == 0) {
      *size = sizeof(float);
      *type = rig_map()->map(NULL, LV2_ATOM__Float);
      return &rig->controls[p];
    }
  }
  return NULL;
}

void session_set_port(const char *symbol, void *data, const void *value, uint32_t size,
                      uint32_t type) {
  struct rig *rig = data;
  assert_int_equal(size, sizeof(float));
  assert_int_equal(type, rig_map()->map(NULL, LV2_ATOM__Float));
  for (unsigned p = 0; p < N_PORTS; ++p) {
    if (port_table[p].kind == KIND_CONTROL_IN && strcmp(port_table[p].symbol, symbol) == 0) {
      memcpy(&rig->controls[p], value, sizeof(float));
    }
  }
}

LilvState *session_state(struct rig *rig, const char *folder) {
  LilvInstance instance = session_instance(rig);
  char *scratch = file_in(folder, "scratch");
  /* lilv saves the ports only after somebody has asked for them. */
  assert_int_equal(lilv_plugin_get_num_ports(plugins[VARIANT_STEMS]), N_PORTS);
  LilvState *state = lilv_state_new_from_instance(plugins[VARIANT_STEMS], &instance, rig_map(),
                                                  scratch, folder, folder, folder, get_port, rig,
                                                  LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, NULL);
  assert_non_null(state);
  free(scratch);
  return state;
}

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags) {
  for (const struct session_item *i = handle; i->key != 0; ++i) {
    if (i->key == key) {
      *size = i->size;
      *type = i->type;
      *flags = LV2_STATE_IS_POD;
      return i->value;
    }
  }
  return NULL;
}

LV2_State_Status session_give(struct rig *rig, const struct session_item *items) {
  const LV2_State_Interface *interface = rig->descriptor->extension_data(LV2_STATE__interface);
  assert_non_null(interface);
  union {
    const struct session_item *items;
    LV2_State_Handle handle;
  } state = {.items = items};
  return interface->restore(rig->handle, retrieve, state.handle, 0, NULL);
}
