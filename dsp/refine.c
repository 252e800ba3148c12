/* SPDX-License-Identifier: ISC */
#include "dsp/refine.h"

#include "dsp/mask.h"
#include "dsp/memory.h"
#include "dsp/spatial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Stems are compared with the mix over this time, so that a pause between two words does not close
 * the gate. */
#define SHARE_SECONDS 1.0

/* A gate opens within a frame or two, so that it does not cut an attack, and closes more slowly. */
#define OPEN_SECONDS 0.01
#define CLOSE_SECONDS 0.15

/* A closed gate opens only this much above the floor, so that a level near the floor does not make
 * it flutter. */
#define HYSTERESIS 2.0f /* times the energy: 3 dB */

/* Keeps masks above 0 before the power, so that stems share a bin without estimates evenly. */
#define LEAST_MASK 1e-9f

struct refine {
  unsigned stems, bins;
  float share_step, open_step, close_step; /* per frame */
  float mix, own[MASK_MAX_STEMS];          /* running energies */
  float gain[MASK_MAX_STEMS];              /* of the gates */
  bool open[MASK_MAX_STEMS];
  bool own_spectra; /* of the newest frame */
  float *masks;     /* [stems][bins] */
  float *power;     /* [bins] of the frame */
  struct spatial *spatial;
};

struct refine_settings refine_defaults(void) {
  return (struct refine_settings){.sharpness = 1.0f, .spatial = 1.0f, .floor_db = REFINE_FLOOR_OFF};
}

struct refine *refine_new(unsigned stems, unsigned bins, double bin_hz, double hop_seconds,
                          unsigned renew) {
  struct refine *r = calloc(1, sizeof *r);
  if (!r) {
    return NULL;
  }
  r->stems = stems;
  r->bins = bins;
  r->share_step = (float)(1.0 - exp(-hop_seconds / SHARE_SECONDS));
  r->open_step = (float)(1.0 - exp(-hop_seconds / OPEN_SECONDS));
  r->close_step = (float)(1.0 - exp(-hop_seconds / CLOSE_SECONDS));
  r->masks = memory_floats((size_t)stems * bins);
  r->power = memory_floats(bins);
  r->spatial = spatial_new(stems, bins, bin_hz, hop_seconds * renew);
  if (!r->masks || !r->power || !r->spatial) {
    refine_free(r);
    return NULL;
  }
  refine_reset(r);
  return r;
}

void refine_free(struct refine *refine) {
  if (refine) {
    spatial_free(refine->spatial);
    free(refine->masks);
    free(refine->power);
    free(refine);
  }
}

void refine_reset(struct refine *refine) UNBRAID_REALTIME {
  refine->mix = 0.0f;
  for (unsigned s = 0; s < refine->stems; ++s) {
    refine->own[s] = 0.0f;
    refine->gain[s] = 1.0f;
    refine->open[s] = true;
  }
  refine->own_spectra = false;
  spatial_reset(refine->spatial);
}

/* The power of both channels. */
static void measure(struct refine *r, const float *const spectra[N_CHANNELS]) UNBRAID_REALTIME {
  const float *restrict left = spectra[0], *restrict right = spectra[1];
  float *restrict power = r->power;
  for (size_t b = 0; b < r->bins; ++b) {
    power[b] = left[2 * b] * left[2 * b] + left[2 * b + 1] * left[2 * b + 1] +
               right[2 * b] * right[2 * b] + right[2 * b + 1] * right[2 * b + 1];
  }
}

/* Sums use this many lanes, which the compiler turns into vectors. */
enum { LANES = 8 };

/* The power of a stem; without a mask, of the mix. */
static float energy(const struct refine *r, const float *mask) UNBRAID_REALTIME {
  float sums[LANES] = {0}, sum = 0.0f;
  unsigned whole = r->bins - r->bins % LANES;
  for (unsigned first = 0; first < whole; first += LANES) {
    for (unsigned i = 0; i < LANES; ++i) {
      float gain = mask ? mask[first + i] : 1.0f;
      sums[i] += gain * gain * r->power[first + i];
    }
  }
  for (unsigned i = 0; i < LANES; ++i) {
    sum += sums[i];
  }
  for (unsigned b = whole; b < r->bins; ++b) {
    sum += (mask ? mask[b] * mask[b] : 1.0f) * r->power[b];
  }
  return sum;
}

/* Moves the gates; the last stem gets what they take from the others. */
static void gate(struct refine *r, float floor_db,
                 const float *const spectra[N_CHANNELS]) UNBRAID_REALTIME {
  float floor = powf(10.0f, floor_db / 10.0f);
  float *rest = r->masks + (size_t)(r->stems - 1) * r->bins;
  measure(r, spectra);
  r->mix += r->share_step * (energy(r, NULL) - r->mix);
  for (unsigned s = 0; s + 1 < r->stems; ++s) {
    float *mask = r->masks + (size_t)s * r->bins;
    r->own[s] += r->share_step * (energy(r, mask) - r->own[s]);
    r->open[s] = r->own[s] >= r->mix * floor * (r->open[s] ? 1.0f : HYSTERESIS);
    float target = r->open[s] ? 1.0f : 0.0f;
    r->gain[s] += (r->open[s] ? r->open_step : r->close_step) * (target - r->gain[s]);
    for (unsigned b = 0; b < r->bins; ++b) {
      float taken = (1.0f - r->gain[s]) * mask[b];
      mask[b] -= taken;
      rest[b] += taken;
    }
  }
}

const float *refine_process(struct refine *refine, const struct refine_settings *settings,
                            const float *const spectra[N_CHANNELS],
                            const float *masks) UNBRAID_REALTIME {
  bool sharpen = settings->sharpness != 1.0f, gated = settings->floor_db > REFINE_FLOOR_OFF;
  if (sharpen || gated) {
    memcpy(refine->masks, masks, (size_t)refine->stems * refine->bins * sizeof *masks);
    masks = refine->masks;
  }
  if (sharpen) {
    mask_soft(refine->masks, refine->stems, refine->bins, settings->sharpness, LEAST_MASK);
  }
  if (gated) {
    gate(refine, settings->floor_db, spectra);
  }
  refine->own_spectra = settings->spatial > 0.0f;
  if (refine->own_spectra) {
    spatial_process(refine->spatial, spectra, masks, settings->spatial);
  }
  return masks;
}

void refine_learn(struct refine *refine, const float *masks) UNBRAID_REALTIME {
  if (refine->own_spectra) {
    spatial_learn(refine->spatial, masks);
  }
}

bool refine_stem(struct refine *refine, unsigned stem,
                 const float *spectra[N_CHANNELS]) UNBRAID_REALTIME {
  if (refine->own_spectra) {
    spatial_stem(refine->spatial, stem, spectra);
  }
  return refine->own_spectra;
}
