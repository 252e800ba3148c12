/* Text in the columns of a terminal. */
#pragma once

#include <stddef.h>

/** Copies as many whole characters of a UTF-8 text as fit into so many columns, and into size bytes
 * with the zero behind them: some characters take two columns, and those that combine with the one
 * before take none. What cannot be shown becomes a question mark. Returns the columns used. */
int columns_cut(char *out, size_t size, const char *text, int columns);
