/* SPDX-License-Identifier: ISC */
#include "ui/state.h"

#include "ui/text.h"

#include <math.h>
#include <string.h>

#define METER_FLOOR (-60.0f)
#define METER_FALL 26.0f /* dB a second */
#define METER_HOLD 1.5   /* seconds */
#define LATE_LIGHT 1.0
#define LOAD_INTERVAL 0.25

void state_init(struct state *state, enum variant variant, double rate) {
  memset(state, 0, sizeof *state);
  state->variant = variant;
  state->rate = rate;
  state->load_shown = -1;
  for (int p = 0; p < N_PORTS; p++) {
    state->values[p] = port_table[p].initial;
  }
  for (unsigned s = 0; s < N_STEMS; s++) {
    state->meters[s] = (struct meter){METER_FLOOR, METER_FLOOR, 0.0};
  }
}

/* What shows a port's value, or follows from it. */
static damage_t damage_of(enum port port) {
  if (ports_is_stem_control(port)) {
    /* The settings may become those of a preset. Solo silences the others of the split. */
    const enum stem stem = ports_stem(port);
    return DAMAGE_PRESET |
           (port == ports_stem_control(stem, CONTROL_SOLO) ? damage_split(split_of(stem))
                                                           : damage_control(port));
  }
  switch (port) {
  case PORT_MAIN_FROM:
    return DAMAGE_HEADER | DAMAGE_LEGEND | damage_split(SPLIT_FOUR) | damage_split(SPLIT_HP);
  case PORT_LATENCY:
    return DAMAGE_LATENCY;
  case PORT_LATE_FRAMES:
    return DAMAGE_LATE;
  default:
    return damage_control(port);
  }
}

damage_t state_set(struct state *state, enum port port, float value) {
  const struct port_info *info = &port_table[port];
  if (info->kind != KIND_CONTROL_IN && info->kind != KIND_CONTROL_OUT) {
    return 0;
  }
  if (isnan(value)) {
    value = info->initial;
  }
  value = fminf(fmaxf(value, info->minimum), info->maximum);
  if (info->flags & (FLAG_INTEGER | FLAG_TOGGLED)) {
    value = roundf(value);
  }
  if (port == PORT_LATE_FRAMES) {
    if (state->late_known && value > state->values[port]) {
      state->late_until = state->now + LATE_LIGHT;
    }
    state->late_known = true;
  }
  if (value == state->values[port]) {
    return 0;
  }
  state->values[port] = value;
  return damage_of(port);
}

damage_t state_levels(struct state *state, const float peaks[N_STEMS]) {
  damage_t damage = 0;
  for (unsigned s = 0; s < N_STEMS; s++) {
    struct meter *m = &state->meters[s];
    /* Not a number counts as silence. */
    const float db = peaks[s] > 1e-3f ? fminf(20.0f * log10f(peaks[s]), 60.0f) : METER_FLOOR;
    if (db > m->level) {
      m->level = db;
      damage |= damage_meter(s);
    }
    if (db >= m->held && db > METER_FLOOR) {
      m->held = db;
      m->held_until = state->now + METER_HOLD;
    }
  }
  return damage;
}

void state_load(struct state *state, float load) {
  if (load >= 0.0f && load < 100.0f) {
    state->load = load;
  }
}

damage_t state_message(struct state *state, const char *text) {
  text_copy(state->message, sizeof state->message, text);
  return DAMAGE_MESSAGE;
}

damage_t state_model(struct state *state, enum split_id split, const char *path, const char *name) {
  text_copy(state->models[split], sizeof state->models[split], path);
  text_copy(state->names[split], sizeof state->names[split], name ? name : "");
  return damage_title(split);
}

/* One meter falls; whether that shows. */
static bool fall(struct meter *m, double now, float by) {
  const float level = m->level, held = m->held;
  m->level = fmaxf(level - by, METER_FLOOR);
  if (now > m->held_until) {
    m->held = fmaxf(held - by, m->level);
  }
  return m->level != level || m->held != held;
}

damage_t state_tick(struct state *state, double now) {
  damage_t damage = 0;
  const float elapsed = (float)fmin(fmax(now - state->now, 0.0), 1.0);
  for (unsigned s = 0; s < N_STEMS; s++) {
    if (fall(&state->meters[s], now, METER_FALL * elapsed)) {
      damage |= damage_meter(s);
    }
  }
  if (state->late_until > 0.0 && now >= state->late_until) {
    state->late_until = 0.0;
    damage |= DAMAGE_LATE;
  }
  const int load = state->load > 0.0f ? (int)lroundf(100.0f * state->load) : state->load_shown;
  if (load != state->load_shown && now >= state->load_due) {
    state->load_shown = load;
    state->load_due = now + LOAD_INTERVAL;
    damage |= DAMAGE_LOAD;
  }
  state->now = now;
  return damage;
}

enum split_id state_main_split(const struct state *state) {
  return state->values[PORT_MAIN_FROM] > 0.5f ? SPLIT_HP : SPLIT_FOUR;
}

bool state_silenced(const struct state *state, unsigned stem) {
  if (state->values[ports_stem_control((enum stem)stem, CONTROL_MUTE)] > 0.5f) {
    return true;
  }
  if (state->values[ports_stem_control((enum stem)stem, CONTROL_SOLO)] > 0.5f) {
    return false;
  }
  const enum split_id split = split_of(stem);
  for (unsigned s = split_first(split); s < split_end(split); s++) {
    if (state->values[ports_stem_control((enum stem)s, CONTROL_SOLO)] > 0.5f) {
      return true;
    }
  }
  return false;
}
