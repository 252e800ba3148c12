/* SPDX-License-Identifier: ISC */
/* What the window costs: memory that comes back, and its share of a core. */
#include "tests/ui/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct stage stage;

static long resident_kib(int process) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", process);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void test_a_hundred_windows_leave_nothing(void **state) {
  (void)state;
  const Window parent = XCreateSimpleWindow(stage_display(), DefaultRootWindow(stage_display()), 0,
                                            0, 960, 640, 0, 0, 0);
  XMapWindow(stage_display(), parent);
  XSync(stage_display(), False);
  long own = 0, server = 0;
  for (unsigned i = 0; i < 120; i++) {
    if (i == 20) { /* caches are full */
      own = resident_kib(getpid());
      server = resident_kib(stage_server());
    }
    assert_true(stage_open_in(&stage, &stage_plain, parent));
    stage_view(&stage, i);
    stage_control(&stage, ports_stem_control((enum stem)(i % N_STEMS), CONTROL_GAIN),
                  (float)i / -2.0f);
    stage_settle(&stage);
    stage.ui->cleanup(stage.handle);
  }
  own = resident_kib(getpid()) - own;
  server = resident_kib(stage_server()) - server;
  printf("a hundred windows: %ld KiB more, and %ld KiB in the X server\n", own, server);
#ifndef __SANITIZE_ADDRESS__
  assert_true(own < 2048 && server < 2048); /* one picture of the window is 2400 KiB */
#endif
  XDestroyWindow(stage_display(), parent);
}

static double own_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
         1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Of the X server: its share of the drawing. */
static double server_seconds(void) {
  char path[64];
  unsigned long user = 0, system = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", stage_server());
  FILE *file = fopen(path, "r");
  if (!file || fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                      &user, &system) != 2) {
    user = 0;
  }
  if (file) {
    fclose(file);
  }
  return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void test_window_takes_little_processor_time(void **state) {
  (void)state;
  enum { FRAMES = 240 };
  const struct stage_options large = {
      .variant = VARIANT_STEMS, .rate = 44100.0, .width = 1280, .height = 800};
  assert_true(stage_open(&stage, &large));
  for (unsigned t = 0; t < 100; t++) {
    stage_view(&stage, t);
  }
  stage_settle(&stage);
  const double own = own_seconds(), server = server_seconds();
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (unsigned t = 0; t < FRAMES; t++) {
    stage_view(&stage, t);
    stage.idle->idle(stage.handle);
    next.tv_nsec += 1000000000 / 60;
    next.tv_sec += next.tv_nsec / 1000000000;
    next.tv_nsec %= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
  }
  const double share = (own_seconds() - own) * 60.0 / FRAMES;
  const double servers = (server_seconds() - server) * 60.0 / FRAMES;
  printf("1280 x 800, 60 frames a second: %.2f %% of a core, and %.2f %% in the X server\n",
         100.0 * share, 100.0 * servers);
  stage_close(&stage);
#ifndef __SANITIZE_ADDRESS__
  assert_true(share < 0.03);
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_hundred_windows_leave_nothing),
      cmocka_unit_test(test_window_takes_little_processor_time),
  };
  return stage_start() ? stage_stop(cmocka_run_group_tests(tests, NULL, NULL)) : STAGE_SKIPPED;
}
