/* SPDX-License-Identifier: ISC */
/* A spectrum split into bands that widen with frequency. Each band has its own dense layer at the
 * start and the end of a network: the encoder reads the band's newest frames, the decoder returns
 * its bins. */
#pragma once

#include "dsp/rt.h"
#include "nn/layers.h"
#include "nn/reader.h"

enum { BANDS_MAX = 256 };

struct bands {
  unsigned bins, count, outputs;
  unsigned widths[BANDS_MAX];     /* bins of each */
  struct history seen[BANDS_MAX]; /* its newest frames: middle, then side of each */
  struct dense encoder[BANDS_MAX], decoder[BANDS_MAX];
  float *work; /* of a band: features in, logits out */
};

/** Reads the widths ("bands": "24x8,16x16" for 24 bands of 8 bins, then 16 of 16; together `bins`)
 * and how many frames the encoder sees ("taps"). Before anything else of `bands`, which is all
 * zero. Not real-time safe. */
void bands_read_sizes(struct reader *reader, struct bands *bands, unsigned bins);

/** Reads the layers: encoder.B of `encoded` rows, decoder.B of `decoded` columns and, per bin,
 * `outputs` rows. Does nothing once something failed. Not real-time safe. */
void bands_read(struct reader *reader, struct bands *bands, unsigned encoded, unsigned decoded,
                unsigned outputs);
void bands_free(struct bands *bands);

/** Forgets the past. Real-time safe. */
void bands_reset(struct bands *bands) UNBRAID_REALTIME;

/** One frame of features [2][bins] in; x [count][kernel_padded(encoded)] out. Real-time safe. */
void bands_encode(struct bands *bands, const struct kernels *kernels, const float *features,
                  float *x) UNBRAID_REALTIME;

/** x [count][kernel_padded(decoded)] in; logits [outputs][kernel_padded(bins)] out. Real-time
 * safe. */
void bands_decode(const struct bands *bands, const struct kernels *kernels, const float *x,
                  float *logits) UNBRAID_REALTIME;
