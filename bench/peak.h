/* SPDX-License-Identifier: ISC */
/* How fast this core multiplies and adds at best: what a kernel is measured against. */
#pragma once

/** FMAs per second of one core: "avx2" or "avx512", single precision, a product of one lane counts
 * one. @return 0 for another `isa`. */
double peak_fma(const char *isa);
