/* SPDX-License-Identifier: ISC */
/* Registers, and the operands of products: float32, or with BFLOAT16 pairs of bfloat16, which one
 * instruction multiplies and sums in float32.
 *
 * A word is what is broadcast: a float, or two bfloat16 that follow each other along the axis that
 * is summed. So all products are written once, over words. Rows are stored either as they are, for
 * sums along their columns, or, for sums over rows, two rows interleaved ("paired"). In float32 the
 * two are the same. */
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
enum { LANES = 16, ROWS = 6, VECTORS = 4, GRU_ROWS = 6 };
#else
enum { LANES = 8, ROWS = 4, VECTORS = 3, GRU_ROWS = 3 };
#endif

#define ALWAYS static inline __attribute__((always_inline))
#define EXPORT __attribute__((visibility("default")))
#define UNROLL _Pragma("GCC unroll 16")

typedef float vec __attribute__((vector_size(LANES * sizeof(float)), may_alias));
typedef vec unaligned __attribute__((aligned(sizeof(float))));
typedef int32_t ints __attribute__((vector_size(LANES * sizeof(float)), may_alias));

ALWAYS vec load(const float *p) {
  return *(const unaligned *)p;
}

ALWAYS void store(float *p, vec v) {
  *(unaligned *)p = v;
}

ALWAYS vec broadcast(float f) {
  return f - (vec){0};
}

ALWAYS float sum(vec v) {
#if defined(__AVX512F__)
  return _mm512_reduce_add_ps((__m512)v);
#else
  float total = 0;
  for (int i = 0; i < LANES; ++i) {
    total += v[i];
  }
  return total;
#endif
}

ALWAYS vec reciprocal(vec v) {
#if defined(__AVX512F__)
  vec guess = (vec)_mm512_rcp14_ps((__m512)v);
  return guess * (2 - v * guess);
#else
  return 1 / v;
#endif
}

ALWAYS vec larger(vec a, vec b) {
#if defined(__AVX512F__)
  return (vec)_mm512_max_ps((__m512)a, (__m512)b);
#else
  return (vec)_mm256_max_ps((__m256)a, (__m256)b);
#endif
}

ALWAYS vec relu(vec v) {
  return larger(v, broadcast(0));
}

ALWAYS vec clamp(vec v, float low, float high) {
  return -larger(-larger(v, broadcast(low)), broadcast(-high));
}

/** v where `of` is positive, else 0. */
ALWAYS vec where_positive(vec v, vec of) {
#if defined(__AVX512F__)
  return (vec)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)of, _mm512_setzero_ps(), _CMP_GT_OQ),
                                  (__m512)v);
#else
  return (vec)((ints)v & (of > 0));
#endif
}

ALWAYS vec square_root(vec v) {
#if defined(__AVX512F__)
  return (vec)_mm512_sqrt_ps((__m512)v);
#else
  return (vec)_mm256_sqrt_ps((__m256)v);
#endif
}

/** The first `count` of LANES values, then zeros. */
ALWAYS vec load_some(const float *p, int count) {
  if (count >= LANES) {
    return load(p);
  }
  count = count < 0 ? 0 : count;
#if defined(__AVX512F__)
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#else
  vec v = {0};
  memcpy(&v, p, (size_t)count * sizeof(float));
  return v;
#endif
}

ALWAYS void store_some(float *p, vec v, int count) {
  if (count >= LANES) {
    store(p, v);
    return;
  }
  count = count < 0 ? 0 : count;
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#else
  memcpy(p, &v, (size_t)count * sizeof(float));
#endif
}

/** a[0], b[0], a[1], b[1], ... */
ALWAYS void interleave(vec a, vec b, vec *to) {
#if defined(__AVX512F__)
  to[0] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  to[1] =
      __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#else
  to[0] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  to[1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#endif
}

/** Back again. */
ALWAYS void separate(vec a, vec b, vec *even, vec *odd) {
#if defined(__AVX512F__)
  *even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  *odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#else
  *even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
  *odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#endif
}

/** Rows of a square as its columns: in each round, rows from both halves are interleaved. */
ALWAYS void transpose(vec *rows) {
  for (int round = 1; round < LANES; round *= 2) {
    vec from[LANES];
    UNROLL for (int i = 0; i < LANES; ++i) {
      from[i] = rows[i];
    }
    UNROLL for (int i = 0; i < LANES / 2; ++i) {
      interleave(from[i], from[i + LANES / 2], rows + 2 * i);
    }
  }
}

/** e^v to 2e-7 of itself, v within +-80. */
ALWAYS vec exponential(vec v) {
  vec rounder = broadcast(12582912.0f), n = v * 1.44269504f + rounder;
  ints power = ((ints)n - (ints)rounder) << 23;
  n -= rounder;
  v = v - n * 0.693145752f - n * 1.42860677e-6f;
  vec p = 1.0f / 720 * v + 1.0f / 120;
  p = p * v + 1.0f / 24;
  p = p * v + 1.0f / 6;
  p = p * v + 0.5f;
  p = p * v + 1;
  p = p * v + 1;
  return (vec)((ints)p + power);
}

ALWAYS vec sigmoid(vec v) {
  return reciprocal(1 + exponential(clamp(-v, -40, 40)));
}

ALWAYS vec tangent(vec v) {
  return 1 - 2 * reciprocal(1 + exponential(clamp(2 * v, -40, 40)));
}

#ifdef BFLOAT16
enum { PER_WORD = 2 };
typedef uint32_t word;
typedef uint16_t half; /* one value of an operand */
typedef __m512i wordvec;

ALWAYS vec multiply_add(vec acc, wordvec b, word a) {
  return (vec)_mm512_dpbf16_ps((__m512)acc, (__m512bh)b, (__m512bh)_mm512_set1_epi32((int)a));
}

ALWAYS wordvec load_words(const word *p) {
  return _mm512_loadu_si512(p);
}

ALWAYS void store_words(word *p, wordvec v) {
  _mm512_storeu_si512(p, v);
}

ALWAYS word round_one(float f) {
  return (word)_mm_cvtsi128_si32((__m128i)_mm_cvtneps_pbh(_mm_set_ss(f))) & 0xffff;
}

/** The word of *w and what follows it `next` floats on, if `left` is more than one. */
ALWAYS word word_of(const float *w, ptrdiff_t next, int left) {
  return round_one(*w) | (left > 1 ? round_one(w[next]) << 16 : 0);
}

/** A register of operands to p, and back. */
ALWAYS void put(half *p, vec v) {
  _mm256_storeu_si256((__m256i *)p, (__m256i)_mm512_cvtneps_pbh((__m512)v));
}

ALWAYS vec get(const half *p) {
  return (vec)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16);
}

/** Interleaves the lower 16 values with the upper 16. */
ALWAYS __m512i pair(__m512i halves) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, halves);
}

/** The words of two rows, paired. */
ALWAYS void put_pair(word *p, vec first, vec second) {
  _mm512_storeu_si512(p, pair((__m512i)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first)));
}

/** `rows` of `columns` values as paired rows, in `scratch`, or where they are if that is the same.
 */
static inline const word *pair_rows(word *scratch, const half *p, int rows, int columns) {
  for (int i = 0; i < rows; i += 2) {
    for (int c = 0; c < columns; c += LANES) {
      __m256i first = _mm256_loadu_si256((const __m256i *)(p + (ptrdiff_t)i * columns + c)),
              second =
                  i + 1 < rows
                      ? _mm256_loadu_si256((const __m256i *)(p + (ptrdiff_t)(i + 1) * columns + c))
                      : _mm256_setzero_si256();
      _mm512_storeu_si512(scratch + (ptrdiff_t)(i / 2) * columns + c,
                          pair(_mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1)));
    }
  }
  return scratch;
}
#else
enum { PER_WORD = 1 };
typedef float word;
typedef float half;
typedef vec wordvec;

ALWAYS vec multiply_add(vec acc, wordvec b, word a) {
  return acc + b * a;
}

ALWAYS wordvec load_words(const word *p) {
  return load(p);
}

ALWAYS void store_words(word *p, wordvec v) {
  store(p, v);
}

ALWAYS word word_of(const float *w, ptrdiff_t next, int left) {
  (void)next, (void)left;
  return *w;
}

ALWAYS void put(half *p, vec v) {
  store(p, v);
}

ALWAYS vec get(const half *p) {
  return load(p);
}

ALWAYS void put_pair(word *p, vec first, vec second) {
  (void)p, (void)first, (void)second;
}

static inline const word *pair_rows(word *scratch, const half *p, int rows, int columns) {
  (void)scratch, (void)rows, (void)columns;
  return p;
}
#endif
