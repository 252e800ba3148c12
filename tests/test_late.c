/* What is heard when the worker is late: stalled for a moment, for longer, for ever.
 *
 * Left carries the voice, right the band, and the separator knows it: its masks are the ratio of
 * the two. Whatever main has on the left after the vocals are muted is therefore leaked voice, and
 * nothing else. */
#include "demo/song.h"
#include "plugin/engine.h"

#include <math.h>
#include <semaphore.h>
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

/* A separator that takes a step only when it is let, and gives masks a frame late as one that looks
 * ahead does. */
struct gate {
  struct separator base;
  sem_t permits;
  _Atomic unsigned steps;
  float voice[BINS]; /* the mask of the newest frame */
};

static void gate_step(struct separator *self, const float *left, const float *right,
                      float *masks) UNBRAID_REALTIME {
  struct gate *gate = (struct gate *)self;
  while (sem_wait(&gate->permits) != 0) {
  }
  for (unsigned b = 0; b < BINS; ++b) {
    masks[b] = gate->voice[b];
    masks[BINS + b] = masks[2 * BINS + b] = 0.0f;
    masks[3 * BINS + b] = 1.0f - masks[b];
    float voice = hypotf(left[2 * b], left[2 * b + 1]) + 1e-6f;
    float band = hypotf(right[2 * b], right[2 * b + 1]) + 1e-6f;
    gate->voice[b] = voice * voice / (voice * voice + band * band);
  }
  atomic_fetch_add(&gate->steps, 1);
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
                                 .context = 24,
                                 .reads = BINS,
                                 .stems = 4}};
  assert_int_equal(sem_init(&gate->permits, 0, 0), 0);
}

static void nap(void) {
  struct timespec ms = {.tv_nsec = 1000000};
  nanosleep(&ms, NULL);
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

/* Lets the worker take every step it is owed and waits until it has nothing left to do. */
static void catch_up(struct gate *gate, unsigned *owed) {
  unsigned before = atomic_load(&gate->steps);
  for (; *owed > 0; --*owed) {
    sem_post(&gate->permits);
    ++before;
  }
  /* Frames that found the mailbox full were never sent: then the count stays behind. */
  for (unsigned quiet = 0, last = 0; quiet < 20 && atomic_load(&gate->steps) < before; ++quiet) {
    unsigned steps = atomic_load(&gate->steps);
    quiet = steps == last ? quiet : 0;
    last = steps;
    nap();
  }
  while (sem_trywait(&gate->permits) == 0) {
  }
}

/* @return late frames. */
static unsigned perform(struct stage *stage, double stall_seconds) {
  struct gate gate;
  gate_init(&gate);
  struct engine *engine = engine_new(&gate.base, separator_none_new(RATE), RATE, HOP);
  assert_non_null(engine);
  assert_int_equal(engine_latency(engine), LATENCY);
  struct mixer_controls controls = mixer_defaults();
  controls.mute[STEM_VOCALS] = true;
  float *const no_stems[N_STEMS][N_CHANNELS] = {{NULL}};
  unsigned owed = 0;
  for (size_t done = 0; done < FRAMES; done += HOP) {
    double t = (double)done / RATE;
    const float *const in[N_CHANNELS] = {stage->in[0] + done, stage->in[1] + done};
    float *const out[N_CHANNELS] = {stage->out[0] + done, stage->out[1] + done};
    engine_set(engine, &controls);
    engine_process(engine, in, out, no_stems, HOP, false);
    ++owed;
    if (t < STALL_AT || t >= STALL_AT + stall_seconds) {
      catch_up(&gate, &owed);
    }
  }
  unsigned late = engine_late_frames(engine);
  /* Let a worker that was stalled for ever end. */
  for (unsigned i = 0; i < 200; ++i) {
    sem_post(&gate.permits);
  }
  engine_free(engine);
  sem_destroy(&gate.permits);
  return late;
}

static double level_db(const float *x, double from, double to) {
  double energy = 1e-30;
  for (size_t i = (size_t)(from * RATE); i < (size_t)(to * RATE); ++i) {
    energy += (double)x[i] * x[i];
  }
  return 10.0 * log10(energy);
}

/* Leaked voice against dry voice, the latency earlier, in seconds of the output. */
static double leak_db(const struct stage *stage, double from, double to) {
  double latency = (double)LATENCY / RATE;
  return level_db(stage->out[0], from, to) - level_db(stage->in[0], from - latency, to - latency);
}

/* The largest step between two samples: a click is larger than any of the program's own. */
static double steepest(const float *x, double from, double to) {
  double most = 0.0;
  for (size_t i = (size_t)(from * RATE); i < (size_t)(to * RATE); ++i) {
    most = fmax(most, fabs((double)x[i + 1] - x[i]));
  }
  return most;
}

#define END (SECONDS - 0.1)

static void check_stall(struct stage *stage, double seconds) {
  assert_int_equal(perform(stage, 0.0), 0);
  double step[N_CHANNELS], undisturbed = leak_db(stage, STALL_AT + 1.0, END);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    step[c] = fmax(steepest(stage->in[c], 0.0, END), steepest(stage->out[c], 0.0, END));
  }
  unsigned late = perform(stage, seconds);
  double end = fmin(STALL_AT + 1.0 + seconds, END);
  double leak = leak_db(stage, STALL_AT, end);
  print_message("stalled %g s: %u late frames, voice %.1f dB below dry meanwhile (%.1f dB with "
                "every mask on time)\n",
                seconds, late, -leak, -undisturbed);
  assert_true(late > 0);
  assert_true(leak <= -12.0);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    for (size_t i = 0; i < FRAMES; ++i) {
      assert_true(isfinite(stage->out[c][i]));
    }
    assert_true(steepest(stage->out[c], 0.0, END) <= 1.05 * step[c]);
  }
  if (seconds < 1.0) { /* back to normal 100 ms after the worker is */
    double back = STALL_AT + seconds + 0.1;
    double after = leak_db(stage, back, END);
    assert_true(perform(stage, 0.0) == 0 && fabs(leak_db(stage, back, END) - after) < 0.1);
  }
}

static void test_stalled_50_ms(void **state) {
  check_stall(*state, 0.05);
}

static void test_stalled_500_ms(void **state) {
  check_stall(*state, 0.5);
}

static void test_stalled_for_ever(void **state) {
  check_stall(*state, 1e9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stalled_50_ms),
      cmocka_unit_test(test_stalled_500_ms),
      cmocka_unit_test(test_stalled_for_ever),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
