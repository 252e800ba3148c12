/* SPDX-License-Identifier: ISC */
/* Aligned, zeroed memory for samples and spectra. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** Alignment of every float array that a kernel or an FFT touches: one cache line. */
enum { MEMORY_ALIGNMENT = 64 };

/** A count of floats rounded up to whole cache lines: the stride of rows that FFTs touch. */
static inline size_t memory_stride(size_t count) {
  size_t line = MEMORY_ALIGNMENT / sizeof(float);
  return (count + line - 1) / line * line;
}

/** Allocates `count` floats, zeroed and aligned to a cache line; NULL when out of memory or when
 * the size overflows. Free with free(). Not real-time safe. */
static inline float *memory_floats(size_t count) {
  if (count > (SIZE_MAX - MEMORY_ALIGNMENT) / sizeof(float)) {
    return NULL;
  }
  size_t bytes = (count * sizeof(float) + MEMORY_ALIGNMENT - 1) & ~(size_t)(MEMORY_ALIGNMENT - 1);
  float *p = aligned_alloc(MEMORY_ALIGNMENT, bytes ? bytes : MEMORY_ALIGNMENT);
  if (p) {
    memset(p, 0, bytes);
  }
  return p;
}
