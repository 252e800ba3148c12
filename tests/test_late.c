/* SPDX-License-Identifier: ISC */
/* What is heard when the worker is late: stalled for a moment, for longer, for ever; never started;
 * not woken.
 *
 * Left carries the voice, right the band, and the separator knows it: its masks are the ratio of
 * the two. Whatever main has on the left after the vocals are muted is therefore leaked voice, and
 * nothing else. The stereo filter is off: it would have an easy time of it. */
#include "demo/song.h"
#include "engine/engine.h"
#include "tests/fault/fault.h"
#include "tests/support/random.h"
#include "tests/support/rig.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { RATE = 44100, HOP = 512, SYNTHESIS = 1024, ANALYSIS = 4096, BINS = ANALYSIS / 2 + 1 };
enum { LOOKAHEAD = 1, LATENCY = SYNTHESIS + LOOKAHEAD * HOP + HOP };
enum { SECONDS = 16, FRAMES = SECONDS * RATE / HOP * HOP };
#define STALL_AT 8.0

/* Steps that the worker can take while a hop passes, once it works again: a load of a third. */
enum { SPEED = 3, UNHURRIED = 1000 };

/* A separator that takes a step only when it is let, and gives masks a frame late as one that looks
 * ahead does. */
struct gate {
  struct separator base;
  _Atomic unsigned permits;
  atomic_bool blocked;
  float voice[BINS]; /* the mask of the newest frame */
};

static void nap(void) {
  struct timespec t = {.tv_nsec = 20000};
  nanosleep(&t, NULL);
}

static void gate_step(struct separator *self, const float *left, const float *right,
                      float *masks) UNBRAID_REALTIME {
  struct gate *gate = (struct gate *)self;
  atomic_store(&gate->blocked, true);
  while (atomic_load(&gate->permits) == 0) {
    nap();
  }
  atomic_store(&gate->blocked, false);
  atomic_fetch_sub(&gate->permits, 1);
  for (unsigned b = 0; b < BINS; ++b) {
    masks[b] = gate->voice[b];
    masks[BINS + b] = masks[2 * BINS + b] = 0.0f;
    masks[3 * BINS + b] = 1.0f - masks[b];
    float voice = hypotf(left[2 * b], left[2 * b + 1]) + 1e-6f;
    float band = hypotf(right[2 * b], right[2 * b + 1]) + 1e-6f;
    gate->voice[b] = voice * voice / (voice * voice + band * band);
  }
}

static void gate_reset(struct separator *self) UNBRAID_REALTIME {
  (void)self;
}

static void gate_free(struct separator *self) {
  (void)self; /* the test's own */
}

static void gate_init(struct gate *gate) {
  *gate = (struct gate){.base = {.step = gate_step,
                                 .reset = gate_reset,
                                 .free = gate_free,
                                 .geometry = {ANALYSIS, SYNTHESIS, HOP},
                                 .renew = 1,
                                 .lookahead = LOOKAHEAD,
                                 .context = 12,
                                 .reads = BINS,
                                 .stems = 4,
                                 .ports = {STEM_VOCALS, STEM_DRUMS, STEM_BASS, STEM_OTHER}}};
}

/* Lets the worker take so many steps and waits until it has, or has nothing to do. */
static void let_work(struct gate *gate, unsigned steps) {
  atomic_store(&gate->permits, steps);
  while (!fault_idle() && !(atomic_load(&gate->blocked) && atomic_load(&gate->permits) == 0)) {
    nap();
  }
  atomic_store(&gate->permits, 0);
}

/* One song, its voice left and its band right, through an engine with the vocals muted. */
struct stage {
  struct song song;
  float *in[N_CHANNELS], *out[N_CHANNELS];
};

static int stage_open(void **state) {
  struct stage *stage = calloc(1, sizeof *stage);
  assert_non_null(stage);
  assert_true(song_make(&stage->song, SECONDS, RATE, 1));
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    stage->in[c] = calloc(FRAMES, sizeof(float));
    stage->out[c] = calloc(FRAMES, sizeof(float));
    assert_true(stage->in[c] && stage->out[c]);
  }
  for (size_t i = 0; i < FRAMES; ++i) {
    stage->in[0][i] = stage->song.stem[SONG_VOCALS][0][i];
    for (unsigned s = SONG_DRUMS; s < SONG_STEMS; ++s) {
      stage->in[1][i] += stage->song.stem[s][1][i];
    }
  }
  *state = stage;
  return 0;
}

static int stage_close(void **state) {
  struct stage *stage = *state;
  song_free(&stage->song);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    free(stage->in[c]);
    free(stage->out[c]);
  }
  free(stage);
  return 0;
}

/* What happens to the worker from `from` on. */
struct fault {
  const char *name;
  double from, seconds;
  enum { STALLS, UNSTARTED, LOSES_HALF, LOSES_ALL } kind; /* what is lost are calls of sem_post() */
};

struct outcome {
  unsigned late;
  double recovery; /* seconds from its end to the last frame with older masks than its own */
};

/* With the vocals muted. */
static struct engine *open_engine(struct gate *gate) {
  gate_init(gate);
  const char *lack;
  struct engine *engine = engine_new(&gate->base, separator_hpss_new(RATE), RATE, HOP, &lack);
  assert_non_null(engine);
  struct engine_request request = {.mixer = mixer_defaults(), .refine = refine_defaults()};
  request.mixer.mute[STEM_VOCALS] = true;
  request.refine.spatial = 0.0f;
  engine_set(engine, &request);
  struct engine_report report;
  engine_report(engine, &report);
  assert_int_equal(report.latency, LATENCY);
  return engine;
}

static void process(struct engine *engine, struct stage *stage, size_t done, unsigned n) {
  const struct audio audio = {.in = {stage->in[0] + done, stage->in[1] + done},
                              .main = {stage->out[0] + done, stage->out[1] + done}};
  engine_process(engine, &audio, n);
}

static struct outcome perform(struct stage *stage, const struct fault *fault) {
  if (fault && fault->kind == UNSTARTED) {
    fault_hold_threads();
  }
  struct gate gate;
  struct engine *engine = open_engine(&gate);
  struct outcome outcome = {0};
  for (size_t done = 0; done < FRAMES; done += HOP) {
    double t = (double)done / RATE;
    bool wrong = fault && t >= fault->from && t < fault->from + fault->seconds;
    if (fault && !wrong && t >= fault->from) {
      fault_release_threads();
    }
    fault_lose_posts(!wrong                      ? 0.0
                     : fault->kind == LOSES_HALF ? 0.5
                     : fault->kind == LOSES_ALL  ? 1.0
                                                 : 0.0);
    process(engine, stage, done, HOP);
    unsigned late = engine_late_frames(engine);
    if (fault && late > outcome.late) {
      outcome.recovery = t + (double)HOP / RATE - fault->from - fault->seconds;
    }
    outcome.late = late;
    if (!wrong || fault->kind >= LOSES_HALF) {
      let_work(&gate, fault && t >= fault->from ? SPEED : UNHURRIED);
    }
  }
  fault_lose_posts(0.0);
  fault_release_threads();
  atomic_store(&gate.permits, UINT_MAX / 2); /* let a worker that was stalled for ever end */
  engine_free(engine);
  return outcome;
}

/* Blocks of an eighth of a hop; masks come in any of them, but in time. */
static void perform_in_pieces(struct stage *stage, uint32_t seed) {
  enum { PIECES = 8, PIECE = HOP / PIECES };
  struct gate gate;
  struct engine *engine = open_engine(&gate);
  unsigned comes = 0;
  for (size_t done = 0; done < FRAMES; done += PIECE) {
    unsigned piece = done / PIECE % PIECES;
    process(engine, stage, done, PIECE);
    if (piece == PIECES - 1) { /* the frame is posted */
      comes = random_below(&seed, PIECES);
    }
    if (comes == (piece + 1) % PIECES) {
      let_work(&gate, UNHURRIED);
    }
  }
  assert_int_equal(engine_late_frames(engine), 0);
  atomic_store(&gate.permits, UINT_MAX / 2);
  engine_free(engine);
}

static double level_db(const float *x, double from, double to) {
  return rig_level_db(x + (size_t)(from * RATE), (size_t)(to * RATE) - (size_t)(from * RATE));
}

/* Leaked voice against dry voice, the latency earlier, in seconds of the output. */
static double leak_db(const struct stage *stage, double from, double to) {
  double latency = (double)LATENCY / RATE;
  return level_db(stage->out[0], from, to) - level_db(stage->in[0], from - latency, to - latency);
}

static double step_at(const float *x, size_t i) {
  return fabs((double)x[i + 1] - x[i]);
}

/* How far a step between two samples of `out` goes beyond any that the program itself has within
 * 25 ms: the program with every mask on time, or dry. In dBFS; -200: nowhere. */
static double click_db(const float *out, const float *on_time, const float *dry) {
  enum { PIECE = HOP, PIECES = FRAMES / PIECE };
  static double own[PIECES], most[PIECES];
  double click = 1e-10;
  for (size_t p = 0; p < PIECES; ++p) {
    own[p] = most[p] = 0.0;
    for (size_t i = p * PIECE; i < (p + 1) * PIECE && i + 1 < FRAMES; ++i) {
      double of_dry = i >= LATENCY ? step_at(dry, i - LATENCY) : 0.0;
      own[p] = fmax(own[p], fmax(of_dry, step_at(on_time, i)));
      most[p] = fmax(most[p], step_at(out, i));
    }
  }
  for (size_t p = 1; p + 1 < PIECES; ++p) {
    click = fmax(click, most[p] - fmax(own[p], fmax(own[p - 1], own[p + 1])));
  }
  return 20.0 * log10(click);
}

#define END (SECONDS - 0.1)
#define EVER 1e9

/* Bounds of docs/reliability.md. */
#define LEAK_DB (-12.0)
#define CLICK_DB (-60.0)
#define RECOVERY_SECONDS 0.1

/* A step of -40 dBFS, put where the program is quietest, counts as a click. */
static void check_clicks_are_found(struct stage *stage, float *const on_time[N_CHANNELS]) {
  size_t quietest = 0;
  double least = 1e9;
  for (size_t p = 8; p + 3 < FRAMES / HOP; ++p) {
    double most = 0.0;
    for (size_t i = (p - 2) * HOP; i < (p + 3) * HOP; ++i) {
      most = fmax(most, fmax(step_at(stage->in[1], i - LATENCY), step_at(on_time[1], i)));
    }
    quietest = most < least ? p * HOP + HOP / 2 : quietest;
    least = fmin(most, least);
  }
  for (size_t i = quietest; i < FRAMES; ++i) {
    stage->out[1][i] += 0.01f;
  }
  assert_true(click_db(stage->out[1], on_time[1], stage->in[1]) > CLICK_DB);
}

static void test_the_moment_in_a_hop_does_not_matter(void **state) {
  struct stage *stage = *state;
  assert_int_equal(perform(stage, NULL).late, 0);
  float *on_time = malloc(FRAMES * sizeof(float));
  assert_non_null(on_time);
  memcpy(on_time, stage->out[0], FRAMES * sizeof(float));
  for (uint32_t seed = 1; seed < 4; ++seed) {
    perform_in_pieces(stage, seed);
    assert_memory_equal(stage->out[0], on_time, FRAMES * sizeof(float));
  }
  free(on_time);
}

static void test_a_late_worker_is_not_heard(void **state) {
  static const struct fault faults[] = {
      {"stalled 1 ms", STALL_AT, 0.001, STALLS},
      {"stalled 10 ms", STALL_AT, 0.01, STALLS},
      {"stalled 50 ms", STALL_AT, 0.05, STALLS},
      {"stalled 100 ms", STALL_AT, 0.1, STALLS},
      {"stalled 200 ms", STALL_AT, 0.2, STALLS},
      {"stalled 500 ms", STALL_AT, 0.5, STALLS},
      {"stalled 1 s", STALL_AT, 1.0, STALLS},
      {"stalled 5 s", STALL_AT, 5.0, STALLS},
      {"stalled for ever", STALL_AT, EVER, STALLS},
      {"starts 1 s late", 0.0, 1.0, UNSTARTED},
      {"never starts", 0.0, EVER, UNSTARTED},
      {"half the posts lost", STALL_AT, 2.0, LOSES_HALF},
      {"every post lost", STALL_AT, 2.0, LOSES_ALL},
  };
  struct stage *stage = *state;
  float *on_time[N_CHANNELS];
  assert_int_equal(perform(stage, NULL).late, 0);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    on_time[c] = malloc(FRAMES * sizeof(float));
    assert_non_null(on_time[c]);
    memcpy(on_time[c], stage->out[c], FRAMES * sizeof(float));
  }
  check_clicks_are_found(stage, on_time);
  print_message("every mask on time: voice %.1f dB\n", leak_db(stage, STALL_AT, END));
  for (size_t f = 0; f < sizeof faults / sizeof *faults; ++f) {
    const struct fault *fault = &faults[f];
    struct outcome outcome = perform(stage, fault);
    double from = fmax(fault->from, 2.0 * LATENCY / RATE);
    double leak = leak_db(stage, from, fmin(fault->from + fault->seconds + 1.0, END));
    double click = -200.0;
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      click = fmax(click, click_db(stage->out[c], on_time[c], stage->in[c]));
      for (size_t i = 0; i < FRAMES; ++i) {
        assert_true(isfinite(stage->out[c][i]));
      }
    }
    bool ends = fault->seconds < EVER;
    print_message("%-20s %4u late frames, voice %6.1f dB, clicks %6.1f dBFS", fault->name,
                  outcome.late, leak, click);
    print_message(ends ? ", recovers in %.0f ms\n" : "\n", 1e3 * fmax(outcome.recovery, 0.0));
    assert_true(leak <= LEAK_DB);
    assert_true(click <= CLICK_DB);
    assert_true(!ends || outcome.recovery <= RECOVERY_SECONDS);
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    free(on_time[c]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_moment_in_a_hop_does_not_matter),
      cmocka_unit_test(test_a_late_worker_is_not_heard),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
