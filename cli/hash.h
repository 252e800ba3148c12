/* SPDX-License-Identifier: ISC */
/* FNV-1a of 64 bits: tells what differs apart, not what somebody wants to look the same. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_OF_NOTHING UINT64_C(0xCBF29CE484222325)

/** The hash of bytes behind those that `hash` is of. */
static inline uint64_t hash_more(uint64_t hash, const void *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) {
    hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001B3);
  }
  return hash;
}
