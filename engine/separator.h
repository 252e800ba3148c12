/* SPDX-License-Identifier: ISC */
/* Makes masks from spectra. A separator is a network; if a model is missing, it is median filters
 * or a stand-in that assigns everything to "other". The worker thread steps it. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"
#include "dsp/stft.h"

#include <stddef.h>

struct kernels;

struct separator {
  /** One step, every `renew` frames: the two channels' spectra (`reads` pairs of real and imaginary
   * part each) in, masks [stems][stft_bins()] of the frame `lookahead` steps back out. */
  void (*step)(struct separator *self, const float *left, const float *right,
               float *masks) UNBRAID_REALTIME;
  /** Forgets the past. */
  void (*reset)(struct separator *self) UNBRAID_REALTIME;
  void (*free)(struct separator *self);

  struct stft_geometry geometry;
  unsigned renew;           /* frames from one step to the next, at least 1; they share its masks */
  unsigned lookahead;       /* frames */
  unsigned context;         /* frames of the past that noticeably influence a step */
  unsigned reads;           /* bins, at most stft_bins() */
  unsigned stems;           /* at least two */
  enum stem ports[N_STEMS]; /* [stems] the mixer's stem of each, in port order */
};

/** A network from a model file whose stems belong to this split, see engine/routes.h. Not real-time
 * safe. @return NULL with `error` set. */
struct separator *separator_net_new(const char *path, enum split_id split, double rate, char *error,
                                    size_t error_size);

/** Computes with this table instead of the fastest one; only for separator_net_new(). For tests and
 * benchmarks. */
void separator_net_use_kernels(struct separator *separator, const struct kernels *kernels);

/** Separates harmonic and percussive with median filters; needs no file. @return NULL: no memory.
 */
struct separator *separator_hpss_new(double rate);

/** The stand-in for a missing four-stem model: everything is "other". @return NULL: no memory. */
struct separator *separator_none_new(double rate);

/** Frees any of them; NULL is allowed. */
static inline void separator_free(struct separator *separator) {
  if (separator) {
    separator->free(separator);
  }
}
