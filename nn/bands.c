/* SPDX-License-Identifier: ISC */
#include "nn/bands.h"

#include "dsp/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TAPS = 16, NAME_SIZE = 32 };

/* "16x8,10x16": 16 bands of 8 bins, then 10 of 16; together all bins. */
static void read_widths(struct reader *r, struct bands *bands) {
  const char *text = safetensors_text(r->file, "bands");
  unsigned bins = 0;
  bool good = text != NULL;
  for (bool more = good; more;) {
    unsigned count = reader_number(&text, BANDS_MAX - bands->count);
    good = count > 0 && *text++ == 'x';
    unsigned width = good ? reader_number(&text, (bands->bins - bins) / count) : 0;
    good = width > 0;
    for (unsigned i = 0; good && i < count; ++i) {
      bands->widths[bands->count++] = width;
    }
    bins += count * width;
    more = good && *text == ',';
    text += more;
  }
  if (!good || *text || bins != bands->bins) {
    reader_fail(r, "bands do not divide the bins");
  }
}

void bands_read_sizes(struct reader *r, struct bands *bands, unsigned bins) {
  bands->bins = bins;
  unsigned taps = reader_size(r, "taps", MAX_TAPS);
  if (r->good) {
    read_widths(r, bands);
  }
  for (unsigned b = 0; r->good && b < bands->count; ++b) {
    if (!history_init(&bands->seen[b], taps, 2 * bands->widths[b])) {
      reader_fail(r, "out of memory");
    }
  }
}

void bands_read(struct reader *r, struct bands *bands, unsigned encoded, unsigned decoded,
                unsigned outputs) {
  char name[NAME_SIZE];
  unsigned widest = 0;
  bands->outputs = outputs;
  for (unsigned b = 0; r->good && b < bands->count; ++b) {
    const struct history *seen = &bands->seen[b];
    unsigned width = bands->widths[b];
    widest = width > widest ? width : widest;
    snprintf(name, sizeof name, "encoder.%u", b);
    reader_dense(r, &bands->encoder[b], name, encoded, (size_t)seen->frames * seen->width);
    snprintf(name, sizeof name, "decoder.%u", b);
    reader_dense(r, &bands->decoder[b], name, (size_t)outputs * width, decoded);
  }
  unsigned planes = outputs > 2 ? outputs : 2; /* the features are middle and side */
  bands->work = memory_floats(kernel_padded(planes * widest));
  if (!bands->work) {
    reader_fail(r, "out of memory");
  }
}

void bands_free(struct bands *bands) {
  for (unsigned b = 0; b < bands->count; ++b) {
    history_free(&bands->seen[b]);
    dense_free(&bands->encoder[b]);
    dense_free(&bands->decoder[b]);
  }
  free(bands->work);
}

void bands_reset(struct bands *bands) UNBRAID_REALTIME {
  for (unsigned b = 0; b < bands->count; ++b) {
    history_reset(&bands->seen[b]);
  }
}

void bands_encode(struct bands *bands, const struct kernels *kernels, const float *features,
                  float *x) UNBRAID_REALTIME {
  const float *middle = features, *side = features + bands->bins;
  for (unsigned b = 0; b < bands->count; ++b) {
    unsigned width = bands->widths[b];
    memcpy(bands->work, middle, width * sizeof *middle);
    memcpy(bands->work + width, side, width * sizeof *side);
    history_push(&bands->seen[b], bands->work);
    dense_forward(&bands->encoder[b], kernels, bands->seen[b].values, 0, 1, x);
    middle += width;
    side += width;
    x += kernel_padded(bands->encoder[b].rows);
  }
}

void bands_decode(const struct bands *bands, const struct kernels *kernels, const float *x,
                  float *logits) UNBRAID_REALTIME {
  size_t padded = kernel_padded(bands->bins);
  for (unsigned b = 0; b < bands->count; ++b) {
    const struct dense *decoder = &bands->decoder[b];
    unsigned width = bands->widths[b];
    dense_forward(decoder, kernels, x, 0, 1, bands->work);
    for (unsigned i = 0; i < bands->outputs; ++i) {
      memcpy(logits + i * padded, bands->work + (size_t)i * width, width * sizeof *logits);
    }
    logits += width;
    x += kernel_padded(decoder->matrix.cols);
  }
}
