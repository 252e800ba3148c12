/* SPDX-License-Identifier: ISC */
/* Random numbers that are the same in every run, for tests. */
#pragma once

#include <stdint.h>

/** The next of a sequence; `state` starts as any number but 0. */
static inline uint32_t random_next(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/** 0 ... n - 1. */
static inline uint32_t random_below(uint32_t *state, uint32_t n) {
  return random_next(state) % n;
}

/** From `low` up to, but without, `high`. */
static inline float random_between(uint32_t *state, float low, float high) {
  return low + (high - low) * (float)(random_next(state) >> 8) / 16777216.0f;
}
