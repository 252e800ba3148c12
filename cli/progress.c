/* SPDX-License-Identifier: ISC */
#include "cli/progress.h"

#include "cli/columns.h"
#include "cli/status.h"
#include "cli/terminal.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 24, NAME = 24 }; /* columns, where there is room */

/* Those that are not ended, in the order of their start. */
static struct progress *all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

double progress_seconds(const struct progress *p) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - p->start.tv_sec) + 1e-9 * (double)(now.tv_nsec - p->start.tv_nsec);
}

/* Minutes and seconds: "3:05". */
static const char *clock_text(double seconds, char text[32]) {
  const long s = lround(fmin(fmax(seconds, 0.0), 1e8));
  snprintf(text, 32, "%ld:%02ld", s / 60, s % 60);
  return text;
}

void progress_start(struct progress *p, const char *name, uint64_t frames, double rate,
                    bool quiet) {
  *p = (struct progress){.name = name,
                         .frames = frames > 0 ? frames : 1,
                         .rate = rate,
                         .quiet = quiet,
                         .terminal = terminal_is_there()};
  clock_gettime(CLOCK_MONOTONIC, &p->start);
  pthread_mutex_lock(&lock);
  struct progress **last = &all;
  while (*last) {
    last = &(*last)->next;
  }
  *last = p;
  pthread_mutex_unlock(&lock);
}

static int terminal_width(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* One line that never wraps, for the next one goes over it: the name gives way first. */
static void make_bar(struct progress *p, double part, double speed, double left) {
  char name[4 * NAME + 1], bar[BAR + 1], figures[96], line[320], time_left[32];
  snprintf(figures, sizeof figures, "%3d %% %.1fx real time, %s left", (int)(100.0 * part), speed,
           clock_text(left, time_left));
  const int full = (int)(part * BAR), width = terminal_width() - 1;
  memset(bar, '#', (size_t)full);
  memset(bar + full, '.', (size_t)(BAR - full));
  bar[BAR] = '\0';
  const int room = width - BAR - 4 - (int)strlen(figures);
  columns_cut(name, sizeof name, p->name, room < 0 ? 0 : room < NAME ? room : NAME);
  snprintf(line, sizeof line, "%s [%s] %s", name, bar, figures);
  columns_cut(p->bar, sizeof p->bar, line, width);
}

static void draw_bars(void) {
  const char *bars[TERMINAL_LINES];
  int n = 0;
  for (const struct progress *p = all; p; p = p->next) {
    if (*p->bar && n < TERMINAL_LINES) {
      bars[n++] = p->bar;
    }
  }
  terminal_show(bars, n);
}

void progress_update(struct progress *p, uint64_t done) {
  if (p->quiet) {
    return;
  }
  const double now = progress_seconds(p);
  const double part = fmin((double)done / (double)p->frames, 1.0);
  const double speed = now > 0.0 ? (double)done / p->rate / now : 0.0;
  const double left = part > 0.0 ? now * (1.0 - part) / part : 0.0;
  if (p->terminal) {
    if (now - p->shown < 0.1 || now < 0.3) {
      return;
    }
    p->shown = now;
    pthread_mutex_lock(&lock);
    make_bar(p, part, speed, left);
    draw_bars();
    pthread_mutex_unlock(&lock);
  } else if ((int)(10.0 * part) > p->tenths) {
    p->tenths = (int)(10.0 * part);
    if (p->tenths < 10) {
      char text[32];
      say("%s: %d0 %%, %.1fx real time, %s left", p->name, p->tenths, speed,
          clock_text(left, text));
    }
  }
}

void progress_end(struct progress *p) {
  pthread_mutex_lock(&lock);
  struct progress **link = &all;
  while (*link && *link != p) {
    link = &(*link)->next;
  }
  if (*link) {
    *link = p->next;
  }
  pthread_mutex_unlock(&lock);
}

void progress_finish(struct progress *p, uint64_t frames) {
  progress_end(p);
  if (p->quiet) {
    return;
  }
  const double now = progress_seconds(p), length = (double)frames / p->rate;
  char text[32];
  say("%s: %s in %.1f s, %.1fx real time", p->name, clock_text(length, text), now,
      now > 0.0 ? length / now : 0.0);
}
