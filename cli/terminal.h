/* SPDX-License-Identifier: ISC */
/* Standard error: permanent lines and, on a terminal, temporary lines below them. Any thread may
 * call it. */
#pragma once

#include <stdbool.h>

enum { TERMINAL_LINES = 64 };

/** Whether standard error is a terminal, so that temporary lines can be shown. */
bool terminal_is_there(void);

/** Prints a permanent line in place of the temporary lines. */
void terminal_print(const char *line);

/** Shows n temporary lines (at most TERMINAL_LINES) in place of the previous ones. None may be
 * wider than the terminal. */
void terminal_show(const char *const *lines, int n);
