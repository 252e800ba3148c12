/* SPDX-License-Identifier: ISC */
/* What the window reads of a plugin that may be anything, and what it then believes. */
#include "interface/window_messages.h"
#include "tests/fuzz/fuzz.h"
#include "ui/spectrogram.h"
#include "ui/state.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct window_messages messages;
static volatile unsigned column; /* what its bytes add up to: so all are read */

static void sound(const struct state *state) {
  for (int p = 0; p < N_PORTS; p++) {
    const struct port_info *info = &port_table[p];
    if (info->kind == KIND_CONTROL_IN || info->kind == KIND_CONTROL_OUT) {
      must(state->values[p] >= info->minimum && state->values[p] <= info->maximum,
           "a control is within its range");
    }
  }
  for (unsigned s = 0; s < N_STEMS; s++) {
    must(isfinite(state->meters[s].level) && isfinite(state->meters[s].held), "a meter is finite");
  }
  must(memchr(state->message, '\0', STATE_TEXT) != NULL, "the message ends");
  must(mbstowcs(NULL, state->message, 0) != (size_t)-1, "the message is UTF-8");
  for (unsigned i = 0; i < N_SPLITS; i++) {
    must(mbstowcs(NULL, state->models[i], 0) != (size_t)-1, "a path is shown in UTF-8");
  }
  for (unsigned i = 0; i < N_SPLITS; i++) {
    must(memchr(state->models[i], '\0', STATE_PATH) != NULL, "a path ends");
  }
  must(state->load >= 0.0f && state->load < 100.0f && state->load_shown < 10000,
       "the load can be shown");
}

static unsigned sum(const uint8_t *bytes, size_t n) {
  unsigned all = 0;
  for (size_t i = 0; i < n; i++) {
    all += bytes[i];
  }
  return all;
}

static void believe(struct state *state, const struct window_messages_news *news) {
  float levels[N_STEMS];
  if (news->levels) {
    memcpy(levels, news->levels, sizeof levels);
    state_levels(state, levels);
  }
  if (news->column) {
    column = sum(news->column, SPECTROGRAM_COLUMN);
  }
  if (news->load) {
    state_load(state, *news->load);
  }
  if (news->text) {
    state_message(state, news->text);
  }
  if (news->path) {
    state_model(state, news->split, news->path, news->name);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct bytes input = {data, size};
  if (!messages.event_transfer) {
    window_messages_init(&messages, fuzz_map());
    must(setlocale(LC_CTYPE, "C.UTF-8") != NULL, "there is a locale that knows UTF-8");
  }
  static struct state state;
  state_init(&state, VARIANT_STEMS, 44100.0);
  unsigned flags = bytes_u8(&input);
  for (unsigned i = 0; i < flags >> 4; i++) {
    uint32_t bits = bytes_u32(&input);
    float value;
    memcpy(&value, &bits, sizeof value);
    state_set(&state, (enum port)(bytes_u8(&input) % N_PORTS), value);
    sound(&state);
  }
  size_t n;
  uint8_t *block = bytes_block(&input, input.size, &n);
  struct window_messages_news news;
  if ((flags & 1) && n >= sizeof(LV2_Atom)) {
    *(LV2_Atom *)(void *)block =
        (LV2_Atom){(uint32_t)(n - sizeof(LV2_Atom)), messages.uris.atom_object};
  }
  if (window_messages_read(&messages, block, (uint32_t)n, &news)) {
    believe(&state, &news);
  }
  sound(&state);
  state_tick(&state, (double)(flags & 14));
  sound(&state);
  free(block);
  return 0;
}
