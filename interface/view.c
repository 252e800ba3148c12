/* SPDX-License-Identifier: ISC */
#include "interface/view.h"

#include <math.h>
#include <string.h>

/* A window says that it watches once a second; one that says nothing is gone. */
#define PATIENCE_SECONDS 3.0
#define VIEWS_PER_SECOND 60.0

#define LEVEL_RANGE_DB 90.0f
#define SILENCE 1e-12f

void view_init(struct view *view, double rate) {
  *view = (struct view){.rate = rate};
}

void view_reset(struct view *view) UNBRAID_REALTIME {
  view->watched = view->since = 0;
}

void view_watch(struct view *view) UNBRAID_REALTIME {
  view->watched = (unsigned)(PATIENCE_SECONDS * view->rate);
}

void view_hear(struct view *view, const float peaks[N_STEMS]) UNBRAID_REALTIME {
  for (unsigned s = 0; s < N_STEMS; ++s) {
    view->levels[s] = view_watched(view) ? fmaxf(view->levels[s], peaks[s]) : 0.0f;
  }
}

bool view_advance(struct view *view, unsigned n) UNBRAID_REALTIME {
  view->since = view_watched(view) ? view->since + n : 0;
  view->watched -= n < view->watched ? n : view->watched;
  if (view->since < view->rate / VIEWS_PER_SECOND) {
    return false;
  }
  view->since = 0;
  return true;
}

/* The bins nearest to each band's range, at least one: low bands are narrower than a bin. */
static void place_bands(struct view *view, struct stft_geometry geometry) UNBRAID_REALTIME {
  unsigned bins = stft_bins(geometry);
  float per_hz = (float)(geometry.analysis / view->rate);
  float ratio = powf(VIEW_HIGHEST / VIEW_LOWEST, 1.0f / (VIEW_BANDS - 1)), half = sqrtf(ratio);
  float centre = VIEW_LOWEST;
  for (unsigned b = 0; b < VIEW_BANDS; ++b) {
    unsigned first = (unsigned)lrintf(centre / half * per_hz);
    unsigned end = (unsigned)lrintf(centre * half * per_hz);
    first = first < bins ? first : bins - 1;
    end = end > first ? end : first + 1;
    view->edges[b][0] = first;
    view->edges[b][1] = end < bins ? end : bins;
    centre *= ratio;
  }
  view->analysis = geometry.analysis;
}

static uint8_t to_byte(float share) UNBRAID_REALTIME {
  return (uint8_t)(255.0f * fminf(fmaxf(share, 0.0f), 1.0f) + 0.5f);
}

/* Power of the loudest bin, so that a sine has its own level wherever it lies; shares are weighted
 * with the power of the bins. Before the first masks main lets everything through, and any stem may
 * be in it. */
static void make_band(const struct picture *picture, const unsigned edges[2],
                      uint8_t band[VIEW_BYTES]) UNBRAID_REALTIME {
  const float *left = picture->spectra[0], *right = picture->spectra[1];
  unsigned bins = stft_bins(picture->geometry);
  float scale = picture->amplitude * picture->amplitude;
  float peak = 0.0f, sum = SILENCE, parts[N_STEMS] = {0.0f};
  for (unsigned b = edges[0]; b < edges[1]; ++b) {
    float l = left[2 * b] * left[2 * b] + left[2 * b + 1] * left[2 * b + 1];
    float r = right[2 * b] * right[2 * b] + right[2 * b + 1] * right[2 * b + 1];
    float power = 0.5f * scale * (l + r);
    peak = fmaxf(peak, power);
    sum += power;
    for (unsigned s = 0; s < picture->stems; ++s) {
      parts[s] +=
          power * (picture->masks ? picture->through[s] * picture->masks[(size_t)s * bins + b]
                                  : 1.0f / (float)picture->stems);
    }
  }
  uint8_t byte = to_byte(1.0f + 10.0f * log10f(peak + SILENCE) / LEVEL_RANGE_DB);
  band[0] = byte > band[0] ? byte : band[0];
  for (unsigned s = 0; s < picture->stems; ++s) {
    band[1 + picture->ports[s]] = to_byte(picture->share * parts[s] / sum);
  }
}

void view_make(struct view *view, const struct picture pictures[N_SPLITS], float load,
               struct view_data *data) UNBRAID_REALTIME {
  memset(data, 0, sizeof *data);
  memcpy(data->levels, view->levels, sizeof data->levels);
  memset(view->levels, 0, sizeof view->levels);
  data->load = load;
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    if (pictures[i].share == 0.0f) {
      continue;
    }
    if (view->analysis != pictures[i].geometry.analysis) {
      place_bands(view, pictures[i].geometry);
    }
    for (unsigned b = 0; b < VIEW_BANDS; ++b) {
      make_band(&pictures[i], view->edges[b], data->column[b]);
    }
  }
}
