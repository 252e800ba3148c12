#include "cli/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void say(const char *format, ...) {
  char line[10000]; /* two paths, and what is said about them */
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  /* A name may hold anything, and is not to move the cursor. */
  for (char *c = line; *c; c++) {
    if ((unsigned char)*c < 0x20 || *c == 0x7f) {
      *c = '?';
    }
  }
  fprintf(stderr, "%sunbraid: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", line);
}
