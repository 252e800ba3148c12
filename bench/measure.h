/* SPDX-License-Identifier: ISC */
/* What the benchmarks share: clocks, memory, order statistics. */
#pragma once

#include <stddef.h>
#include <time.h>

/** Seconds of a clock. */
double measure_now(clockid_t clock);

/** Zeroed memory that starts a cache line; ends the program when there is none. Free with free().
 */
void *measure_memory(size_t count, size_t size);

/** Sorts `n` values, ascending. */
void measure_sort(double *values, size_t n);

/** Sorts them. @return the middle one. */
double measure_median(double *values, size_t n);

/** Gives the calling thread the priority of a host's audio thread, and says so where it may not. */
void measure_become_audio_thread(void);
