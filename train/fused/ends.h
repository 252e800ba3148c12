/* SPDX-License-Identifier: ISC */
/* Both ends of the network: a linear layer of its own for each band. A call computes a run of
 * bands of one width. x is [frames][batch][all bands][n], and so a band's rows are far apart. */
#pragma once

#include "rows.h"

enum { TOGETHER = 144 };

struct run {
  int frames, batch, all_bands, n, bins;
  int first_band, bands, first_bin, width;
};

/** Where a band's row begins in x. */
ALWAYS ptrdiff_t row_at(const struct run *r, int row, int band) {
  return ((ptrdiff_t)row * r->all_bands + r->first_band + band) * r->n;
}

/** Rows of a tile that begins with row `i`. */
ALWAYS int tile_rows(const struct run *r, int i) {
  int left = r->frames * r->batch - i;
  return left < TOGETHER ? left : TOGETHER;
}
