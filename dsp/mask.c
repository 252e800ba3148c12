/* SPDX-License-Identifier: ISC */
#include "dsp/mask.h"

#include "dsp/memory.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Within this time, late masks drift to safe values. */
#define DRIFT_SECONDS 0.5

/* The memory of the average and of the highest mask. A voice returns to pitches of earlier phrases:
 * 20 s keep it 17.6 dB down, 2 s only 6.2 dB (docs/experiments.md). */
#define AVERAGE_SECONDS 1.0
#define PEAK_SECONDS 20.0

enum { SHARED_AT_ONCE = 64 };

struct mask_hold {
  unsigned stems, bins, values;              /* values: stems * bins */
  float average_step;                        /* share of a new mask in the average */
  float peak_keep;                           /* share of the highest mask that a frame leaves */
  unsigned drift_hops, late;                 /* late: frames since the last mask on time */
  bool known;                                /* there was a mask since the reset */
  bool fresh;                                /* the newest is not yet in average and peak */
  float *newest, *average, *peak, *drifting; /* [stems][bins] each */
};

static float from_bits(int32_t bits) UNBRAID_REALTIME {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static int32_t to_bits(float x) UNBRAID_REALTIME {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* Of y > 0: y is m 2^k with m in sqrt(1/2) ... sqrt(2), and log m = 2 artanh((m - 1) / (m + 1)). */
static float base_2_log(float y) UNBRAID_REALTIME {
  const int32_t root_half = 0x3f3504f3, mantissa = 0x007fffff;
  const float ln2 = 0.69314718f;
  int32_t above = to_bits(y) - root_half;
  float m = from_bits((above & mantissa) + root_half);
  float z = (m - 1.0f) / (m + 1.0f), q = z * z;
  float artanh = z * (1.0f + q * (1.0f / 3 + q * (1.0f / 5 + q * (1.0f / 7))));
  return (float)(above >> 23) + 2.0f / ln2 * artanh;
}

/* 2^x = 2^n e^(ln 2 (x - n)), by Taylor's series; no less than 2^-126, and x below 127. */
static float base_2_power(float x) UNBRAID_REALTIME {
  const float ln2 = 0.69314718f, bias = 127.0f;
  x = x > 1.0f - bias ? x : 1.0f - bias;
  int32_t biased = (int32_t)(x + bias + 0.5f);
  float t = ln2 * (x - ((float)biased - bias));
  float tail = 1.0f / 6 + t * (1.0f / 24 + t * (1.0f / 120 + t * (1.0f / 720)));
  return (1.0f + t * (1.0f + t * (0.5f + t * tail))) * from_bits(biased << 23);
}

/* (y + floor)^power, within 5e-6 of it. powf() takes one number at a time and needs two and a half
 * times as long. */
static void raise(float *y, unsigned n, float power, float floor) UNBRAID_REALTIME {
  for (unsigned i = 0; i < n; ++i) {
    y[i] += floor;
  }
  if (power == 1.0f) {
    return;
  }
  for (unsigned i = 0; i < n; ++i) {
    y[i] = power == 2.0f ? y[i] * y[i] : base_2_power(power * base_2_log(y[i]));
  }
}

/* n bins of mask_soft(), after the power. */
static void share(float *estimates, unsigned stems, unsigned bins, unsigned n) UNBRAID_REALTIME {
  float scale[SHARED_AT_ONCE] = {0}, even[SHARED_AT_ONCE], rest[SHARED_AT_ONCE];
  for (unsigned s = 0; s < stems; ++s) {
    for (unsigned b = 0; b < n; ++b) {
      scale[b] += estimates[(size_t)s * bins + b];
    }
  }
  for (unsigned b = 0; b < n; ++b) {
    /* A high power of a small floor can become zero; the stems then share the bin evenly too. */
    bool vanished = !(scale[b] >= FLT_MIN);
    scale[b] = vanished ? 0.0f : 1.0f / scale[b];
    even[b] = vanished ? 1.0f / (float)stems : 0.0f;
    rest[b] = 1.0f;
  }
  for (unsigned s = 0; s + 1 < stems; ++s) {
    float *mask = estimates + (size_t)s * bins;
    for (unsigned b = 0; b < n; ++b) {
      mask[b] = mask[b] * scale[b] + even[b];
      rest[b] -= mask[b];
    }
  }
  float *last = estimates + (size_t)(stems - 1) * bins;
  for (unsigned b = 0; b < n; ++b) {
    last[b] = rest[b] > 0.0f ? rest[b] : 0.0f;
  }
}

void mask_soft(float *estimates, unsigned stems, unsigned bins, float power,
               float floor) UNBRAID_REALTIME {
  raise(estimates, stems * bins, power, floor);
  for (unsigned b = 0; b < bins; b += SHARED_AT_ONCE) {
    share(estimates + b, stems, bins, bins - b < SHARED_AT_ONCE ? bins - b : SHARED_AT_ONCE);
  }
}

void mask_extend(float *masks, unsigned stems, unsigned known, unsigned bins) UNBRAID_REALTIME {
  unsigned top = known * 3 / 4;
  /* Starts with the last stem, so that no mask is overwritten before it has moved. */
  for (unsigned s = stems; s-- > 0;) {
    float *to = masks + (size_t)s * bins;
    memmove(to, masks + (size_t)s * known, known * sizeof *to);
    float sum = 0.0f;
    for (unsigned b = top; b < known; ++b) {
      sum += to[b];
    }
    for (unsigned b = known; b < bins; ++b) {
      to[b] = sum / (float)(known - top);
    }
  }
}

struct mask_hold *mask_hold_new(unsigned stems, unsigned bins, double hop_seconds) {
  struct mask_hold *hold = calloc(1, sizeof *hold);
  if (!hold) {
    return NULL;
  }
  hold->stems = stems;
  hold->bins = bins;
  hold->values = stems * bins;
  hold->average_step = (float)(1.0 - exp(-hop_seconds / AVERAGE_SECONDS));
  hold->peak_keep = (float)exp(-hop_seconds / PEAK_SECONDS);
  hold->drift_hops = (unsigned)fmax(1.0, ceil(DRIFT_SECONDS / hop_seconds));
  hold->newest = memory_floats(hold->values);
  hold->average = memory_floats(hold->values);
  hold->peak = memory_floats(hold->values);
  hold->drifting = memory_floats(hold->values);
  if (!hold->newest || !hold->average || !hold->peak || !hold->drifting) {
    mask_hold_free(hold);
    return NULL;
  }
  mask_hold_reset(hold);
  return hold;
}

void mask_hold_free(struct mask_hold *hold) {
  if (hold) {
    free(hold->newest);
    free(hold->average);
    free(hold->peak);
    free(hold->drifting);
    free(hold);
  }
}

void mask_hold_reset(struct mask_hold *hold) UNBRAID_REALTIME {
  float even = 1.0f / (float)hold->stems;
  for (unsigned i = 0; i < hold->values; ++i) {
    hold->newest[i] = hold->average[i] = hold->peak[i] = even;
  }
  hold->late = 0;
  hold->known = hold->fresh = false;
}

void mask_hold_put(struct mask_hold *hold, const float *masks) UNBRAID_REALTIME {
  mask_hold_learn(hold);
  memcpy(hold->newest, masks, hold->values * sizeof *masks);
  hold->known = hold->fresh = true;
}

void mask_hold_learn(struct mask_hold *hold) UNBRAID_REALTIME {
  if (!hold->fresh) {
    return;
  }
  const float *restrict newest = hold->newest;
  float *restrict average = hold->average, *restrict peak = hold->peak;
  for (unsigned i = 0; i < hold->values; ++i) {
    average[i] += hold->average_step * (newest[i] - average[i]);
    float kept = hold->peak_keep * peak[i];
    peak[i] = kept > newest[i] ? kept : newest[i];
  }
  hold->fresh = false;
}

/* The safe masks of one bin; they sum to one. */
static void safe_masks(const struct mask_hold *hold, unsigned bin, unsigned closed,
                       float *masks) UNBRAID_REALTIME {
  float closed_sum = 0.0f, open_sum = 0.0f;
  for (unsigned s = 0; s < hold->stems; ++s) {
    if (closed >> s & 1) {
      closed_sum += hold->peak[s * hold->bins + bin];
    } else {
      open_sum += hold->average[s * hold->bins + bin];
    }
  }
  /* Closed stems take their highest mask; they take everything if no stem is open or nothing is
   * known. */
  float taken = hold->known && closed_sum < 1.0f && open_sum > 0.0f ? closed_sum : 1.0f;
  float closed_scale = closed_sum > 0.0f ? taken / closed_sum : 0.0f;
  float open_scale =
      open_sum > 0.0f ? (1.0f - (closed_sum > 0.0f ? taken : 0.0f)) / open_sum : 0.0f;
  for (unsigned s = 0; s < hold->stems; ++s) {
    unsigned i = s * hold->bins + bin;
    masks[s] = closed >> s & 1 ? closed_scale * hold->peak[i] : open_scale * hold->average[i];
  }
}

const float *mask_hold_next(struct mask_hold *hold, bool on_time,
                            unsigned closed) UNBRAID_REALTIME {
  if (on_time) {
    hold->late = 0;
    return hold->newest;
  }
  mask_hold_learn(hold);
  float share = hold->known ? (float)hold->late / (float)hold->drift_hops : 1.0f;
  if (hold->late < hold->drift_hops) {
    ++hold->late;
  }
  for (unsigned b = 0; b < hold->bins; ++b) {
    float safe[MASK_MAX_STEMS];
    safe_masks(hold, b, closed, safe);
    for (unsigned s = 0; s < hold->stems; ++s) {
      unsigned i = s * hold->bins + b;
      hold->drifting[i] = hold->newest[i] + share * (safe[s] - hold->newest[i]);
    }
  }
  return hold->drifting;
}
