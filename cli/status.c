#include "cli/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void say(const char *format, ...) {
  char line[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  fprintf(stderr, "%sunbraid: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", line);
}
