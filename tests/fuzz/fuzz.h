/* SPDX-License-Identifier: ISC */
/* What the fuzzers share. Each is a program of libFuzzer's that gives one unit what a stranger may
 * give it, and stops at whatever a sanitizer sees or must() finds untrue. */
#pragma once

#include <lv2/urid/urid.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** libFuzzer calls it for every input. @return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Stops with the reason on stderr unless it holds. */
void must(bool holds, const char *what);

/** What is left of an input; taking from an empty one gives zeros. */
struct bytes {
  const uint8_t *data;
  size_t size;
};

uint8_t bytes_u8(struct bytes *bytes);
uint32_t bytes_u32(struct bytes *bytes); /* little endian */

/** Up to `size` bytes in a block of just that length, to be freed: reading past it is seen. */
uint8_t *bytes_block(struct bytes *bytes, size_t size, size_t *taken);

/** Up to the next zero byte, which is skipped, as a string to be freed. */
char *bytes_text(struct bytes *bytes);

/** Numbers URIs 1, 2 ... in the order in which they are first asked for. */
LV2_URID_Map *fuzz_map(void);

/** A regular file in memory that holds these bytes until the next call. @return its path. */
const char *fuzz_file(const void *bytes, size_t size);
