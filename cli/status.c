/* SPDX-License-Identifier: ISC */
#include "cli/status.h"

#include "cli/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 10000 }; /* two paths, and what is said about them */

static _Thread_local char last[LONGEST];

void say(const char *format, ...) {
  char line[LONGEST + 16];
  va_list args;
  va_start(args, format);
  vsnprintf(last, sizeof last, format, args);
  va_end(args);
  /* A name may hold anything, and is not to move the cursor. */
  snprintf(line, sizeof line, "unbraid: %s", last);
  for (char *c = line; *c; c++) {
    if ((unsigned char)*c < 0x20 || *c == 0x7f) {
      *c = '?';
    }
  }
  terminal_print(line);
}

const char *last_said(void) {
  return last;
}
