/* SPDX-License-Identifier: ISC */
/* Text in the columns of a terminal. */
#pragma once

#include <stddef.h>

/** Copies as many whole characters of a UTF-8 text as fit into the columns and into size bytes,
 * with the terminating zero. Wide characters take two columns, combining characters take none.
 * Characters that cannot be shown become question marks. Returns the columns used. */
int columns_cut(char *out, size_t size, const char *text, int columns);
