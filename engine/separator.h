/* What makes masks from spectra: a network, or, where a model is missing, median filters and a
 * stand-in that calls everything "other". One interface, stepped by the worker thread. */
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
  unsigned renew;     /* frames, at least 1: those between two steps take the older one's masks */
  unsigned lookahead; /* frames */
  unsigned context;   /* frames of the past that a step depends on, as far as it matters */
  unsigned reads;     /* bins, at most stft_bins() */
  unsigned stems;
};

/** A network from a model file, which must be one for this split; or for four stems, whose drums
 * are then the percussive and whose rest the harmonic. Not real-time safe. @return NULL with
 * `error` set. */
struct separator *separator_net_new(const char *path, enum split_id split, double rate, char *error,
                                    size_t error_size);

/** Computes with this table instead of the fastest one; of separator_net_new() only. For tests and
 * benchmarks. */
void separator_net_use_kernels(struct separator *separator, const struct kernels *kernels);

/** Harmonic and percussive by median filters: needs no file. @return NULL: no memory. */
struct separator *separator_hpss_new(double rate);

/** Four stems without a model: everything is "other". @return NULL: no memory. */
struct separator *separator_none_new(double rate);

/** Frees any of them; NULL is allowed. */
static inline void separator_free(struct separator *separator) {
  if (separator) {
    separator->free(separator);
  }
}
