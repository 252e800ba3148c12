/* SPDX-License-Identifier: ISC */
#include "dsp/hpss.h"

#include "dsp/memory.h"

#include <stdlib.h>
#include <string.h>

struct hpss {
  unsigned bins, frames, span;
  unsigned oldest;   /* row of history that the next frame replaces */
  float *history;    /* [frames][bins] */
  float *along_time; /* [bins][frames], each bin's history in rising order */
  float *along_bins; /* [span], work space in rising order */
};

struct hpss *hpss_new(unsigned bins, unsigned frames, unsigned span) {
  struct hpss *hpss = calloc(1, sizeof *hpss);
  if (!hpss) {
    return NULL;
  }
  hpss->bins = bins;
  hpss->frames = frames;
  hpss->span = span;
  hpss->history = memory_floats((size_t)frames * bins);
  hpss->along_time = memory_floats((size_t)frames * bins);
  hpss->along_bins = memory_floats(span);
  if (!hpss->history || !hpss->along_time || !hpss->along_bins) {
    hpss_free(hpss);
    return NULL;
  }
  return hpss;
}

void hpss_free(struct hpss *hpss) {
  if (hpss) {
    free(hpss->history);
    free(hpss->along_time);
    free(hpss->along_bins);
    free(hpss);
  }
}

void hpss_reset(struct hpss *hpss) UNBRAID_REALTIME {
  size_t bytes = (size_t)hpss->frames * hpss->bins * sizeof(float);
  memset(hpss->history, 0, bytes);
  memset(hpss->along_time, 0, bytes);
  hpss->oldest = 0;
}

/* Replaces one value of a sorted sequence by another and keeps the sequence sorted. */
static void replace_sorted(float *sorted, unsigned n, float old, float new) UNBRAID_REALTIME {
  unsigned i = 0;
  while (i + 1 < n && sorted[i] < old) {
    ++i;
  }
  while (i + 1 < n && sorted[i + 1] < new) {
    sorted[i] = sorted[i + 1];
    ++i;
  }
  while (i > 0 && sorted[i - 1] > new) {
    sorted[i] = sorted[i - 1];
    --i;
  }
  sorted[i] = new;
}

static void median_along_bins(struct hpss *hpss, const float *magnitudes,
                              float *medians) UNBRAID_REALTIME {
  unsigned half = hpss->span / 2, last = hpss->bins - 1;
  /* Beyond the edges the nearest bin repeats, so the window starts full of the first bin. */
  for (unsigned i = 0; i < hpss->span; ++i) {
    hpss->along_bins[i] = magnitudes[0];
  }
  for (unsigned b = 0; b < half; ++b) {
    replace_sorted(hpss->along_bins, hpss->span, magnitudes[0], magnitudes[b < last ? b : last]);
  }
  for (unsigned b = 0; b <= last; ++b) {
    unsigned enters = b + half < last ? b + half : last;
    unsigned leaves = b > half ? b - half - 1 : 0;
    replace_sorted(hpss->along_bins, hpss->span, magnitudes[leaves], magnitudes[enters]);
    medians[b] = hpss->along_bins[half];
  }
}

void hpss_process(struct hpss *hpss, const float *magnitudes, float *estimates) UNBRAID_REALTIME {
  float *history = hpss->history + (size_t)hpss->oldest * hpss->bins;
  for (unsigned b = 0; b < hpss->bins; ++b) {
    float *sorted = hpss->along_time + (size_t)b * hpss->frames;
    replace_sorted(sorted, hpss->frames, history[b], magnitudes[b]);
    history[b] = magnitudes[b];
    estimates[b] = sorted[hpss->frames / 2];
  }
  hpss->oldest = (hpss->oldest + 1) % hpss->frames;
  median_along_bins(hpss, magnitudes, estimates + hpss->bins);
}
