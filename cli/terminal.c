/* SPDX-License-Identifier: ISC */
#include "cli/terminal.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int shown; /* lines; the cursor is in the last one */

bool terminal_is_there(void) {
  return isatty(STDERR_FILENO);
}

static void go_to_first(void) {
  if (shown > 1) {
    fprintf(stderr, "\033[%dA", shown - 1);
  }
  fputs("\r", stderr);
}

void terminal_print(const char *line) {
  pthread_mutex_lock(&lock);
  if (terminal_is_there()) {
    go_to_first();
    fputs(shown > 1 ? "\033[J" : "\033[K", stderr);
  }
  shown = 0;
  fprintf(stderr, "%s\n", line);
  pthread_mutex_unlock(&lock);
}

void terminal_show(const char *const *lines, int n) {
  pthread_mutex_lock(&lock);
  go_to_first();
  for (int i = 0; i < n; i++) {
    fprintf(stderr, "%s%s\033[K", i > 0 ? "\n" : "", lines[i]);
  }
  if (n < shown) {
    fputs("\033[J", stderr);
  }
  shown = n;
  fflush(stderr);
  pthread_mutex_unlock(&lock);
}
