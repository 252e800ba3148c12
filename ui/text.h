/* SPDX-License-Identifier: ISC */
/* Text from elsewhere: what is shown must be UTF-8, or cairo draws nothing more. */
#pragma once

#include <stddef.h>

/** Copies as many whole characters as fit into `size` bytes with the zero behind them. A byte that
 * is not part of one, as in a file's name of another time, becomes '?'. */
void text_copy(char *to, size_t size, const char *from);
