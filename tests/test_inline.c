/* SPDX-License-Identifier: ISC */
/* The picture in a host's mixer strip: its bars and lights pixel by pixel, when the host is asked
 * to draw it, and beside run(). */
#include "interface/theme.h"
#include "plugin/display.h"
#include "tests/support/rig.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, PERIOD = RATE / 25 };

/* At 84 x 42 a place is two pixels wide: the light is 3 rows, the bars have 33 rows below it. */
enum { WIDTH = 84, HEIGHT = 42, TOP = 6, BOTTOM = 39, COLUMN = 8 };
static const int lefts[N_BARS] = {4, 18, 28, 38, 48, 62, 72};

static uint32_t pixel(const struct inlinedisplay_surface *surface, int x, int y) {
  uint32_t value;
  memcpy(&value, surface->data + (size_t)y * (size_t)surface->stride + (size_t)x * sizeof value,
         sizeof value);
  assert_int_equal(value >> 24, 0xff);
  return value & 0xffffff;
}

static void count(void *handle) {
  ++*(unsigned *)handle;
}

/* ---- The picture alone ---- */

static void open_display(struct display *display, unsigned *requests) {
  struct inlinedisplay_host host = {requests, count};
  display_init(display, RATE, requests ? &host : NULL);
  assert_non_null(display_render(display, WIDTH, 112)); /* somebody looks */
}

static void hear(struct display *display, const float peaks[N_BARS]) {
  const float *const in[N_CHANNELS] = {NULL, &peaks[DISPLAY_INPUT]};
  display_hear_input(display, in, 1);
  display_hear_stems(display, peaks + DISPLAY_STEMS);
}

/* How many rows of a bar are lit, all of them in one colour, on a ground of another. */
static int lit(const struct inlinedisplay_surface *surface, unsigned bar, colour_t colour,
               colour_t ground) {
  int rows = 0;
  for (int y = TOP; y < BOTTOM; ++y) {
    uint32_t first = pixel(surface, lefts[bar], y);
    for (int x = lefts[bar]; x < lefts[bar] + COLUMN; ++x) {
      assert_int_equal(pixel(surface, x, y), first);
    }
    assert_int_equal(pixel(surface, lefts[bar] - 1, y), THEME_PANEL);
    assert_int_equal(pixel(surface, lefts[bar] + COLUMN, y), THEME_PANEL);
    assert_true(first == (rows > 0 ? colour : ground) || (rows == 0 && first == colour));
    rows += first == colour;
  }
  return rows;
}

static colour_t colour_of(unsigned bar) {
  return bar == DISPLAY_INPUT ? THEME_DIM : theme_stems[bar - DISPLAY_STEMS];
}

static int lit_open(const struct inlinedisplay_surface *surface, unsigned bar) {
  return lit(surface, bar, colour_of(bar), theme_mix(colour_of(bar), THEME_SUNKEN, 0.75));
}

static int lit_closed(const struct inlinedisplay_surface *surface, unsigned bar) {
  return lit(surface, bar, theme_mix(colour_of(bar), THEME_SUNKEN, 0.5), THEME_SUNKEN);
}

static colour_t light(const struct inlinedisplay_surface *surface) {
  for (int y = 0; y < 3; ++y) {
    for (int x = 4; x < 80; ++x) {
      assert_int_equal(pixel(surface, x, y), pixel(surface, 4, 0));
    }
  }
  return pixel(surface, 4, 0);
}

static void test_bars_have_their_heights_and_colours(void **state) {
  (void)state;
  struct display display;
  open_display(&display, NULL);
  /* 0, -6, -20, -40 and -60 dBFS, silence, and what is not a number. */
  static const float peaks[N_BARS] = {1.0f, 0.5012f, 0.1f, 0.01f, 0.001f, 0.0f, NAN};
  static const int rows[N_BARS] = {33, 29, 22, 11, 0, 0, 0}; /* of 33, for 60 dB; rounded down */
  hear(&display, peaks);
  display_advance(&display, 0, 0, PERIOD);
  struct inlinedisplay_surface *surface = display_render(&display, WIDTH, 112);
  assert_int_equal(surface->width, WIDTH);
  assert_int_equal(surface->height, HEIGHT);
  for (unsigned b = 0; b < N_BARS; ++b) {
    assert_int_equal(lit_open(surface, b), rows[b]);
  }
  /* They fall by 25 dB a second, and rise at once. */
  for (unsigned i = 0; i < 20; ++i) {
    display_advance(&display, 0, 0, PERIOD);
  }
  surface = display_render(&display, WIDTH, 112);
  assert_int_equal(lit_open(surface, DISPLAY_INPUT), 22);
  assert_int_equal(lit_open(surface, DISPLAY_STEMS + STEM_DRUMS), 11);
  hear(&display, peaks);
  display_advance(&display, 0, 0, PERIOD);
  surface = display_render(&display, WIDTH, 112);
  assert_int_equal(lit_open(surface, DISPLAY_STEMS + STEM_DRUMS), 22);
  display_reset(&display);
  display_advance(&display, 0, 0, PERIOD);
  surface = display_render(&display, WIDTH, 112);
  for (unsigned b = 0; b < N_BARS; ++b) {
    assert_int_equal(lit_open(surface, b), 0);
  }
  display_free(&display);
}

static void test_too_loud_is_marked(void **state) {
  (void)state;
  static const float loud[N_BARS] = {1.1f, 1.0f, INFINITY};
  struct display display;
  open_display(&display, NULL);
  hear(&display, loud);
  display_advance(&display, 0, 0, PERIOD);
  const struct inlinedisplay_surface *surface = display_render(&display, WIDTH, 112);
  static const bool over[3] = {true, false, true};
  for (unsigned b = 0; b < 3; ++b) {
    for (int y = TOP; y < TOP + 3; ++y) {
      assert_int_equal(pixel(surface, lefts[b], y), over[b] ? THEME_OVER : colour_of(b));
    }
    assert_int_equal(pixel(surface, lefts[b], TOP + 3), colour_of(b));
  }
  display_free(&display);
}

static void test_closed_faders_are_dim(void **state) {
  (void)state;
  static const float peaks[N_BARS] = {0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f};
  for (unsigned closed = 0; closed < 1u << N_STEMS; ++closed) {
    struct display display;
    open_display(&display, NULL);
    hear(&display, peaks);
    display_advance(&display, closed, 0, PERIOD);
    const struct inlinedisplay_surface *surface = display_render(&display, WIDTH, 112);
    assert_int_equal(lit_open(surface, DISPLAY_INPUT), 22);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      unsigned bar = DISPLAY_STEMS + s;
      assert_int_equal(closed >> s & 1 ? lit_closed(surface, bar) : lit_open(surface, bar), 22);
    }
    assert_int_equal(light(surface), THEME_RAISED);
    display_free(&display);
  }
}

static void test_the_light_is_on_for_two_seconds(void **state) {
  (void)state;
  struct display display;
  open_display(&display, NULL);
  display_advance(&display, 0, 3, PERIOD);
  for (unsigned i = 1; i <= 120; ++i) {
    assert_int_equal(light(display_render(&display, WIDTH, 112)),
                     i <= 50 || (i > 60 && i <= 110) ? THEME_WARNING : THEME_RAISED);
    display_advance(&display, 0, i < 60 ? 3 : 4, PERIOD);
  }
  display_free(&display);
}

/* Whatever the room, the picture lies within it, and what is drawn within the picture. */
static void test_picture_keeps_to_its_room(void **state) {
  (void)state;
  static const uint32_t sizes[] = {0, 1, 2, 3, 5, 11, 12, 13, 41, 83, 799, 801, 5000, UINT32_MAX};
  enum { N = sizeof sizes / sizeof *sizes };
  static const float peaks[N_BARS] = {2.0f, 2.0f, 0.5f, 0.1f, 0.5f, 2.0f, 0.5f};
  struct display display;
  open_display(&display, NULL);
  const unsigned char *data = display_render(&display, WIDTH, 112)->data;
  hear(&display, peaks);
  display_advance(&display, 5, 1, PERIOD);
  for (unsigned i = 0; i < N * N; ++i) {
    uint32_t w = sizes[i / N], h = sizes[i % N];
    const struct inlinedisplay_surface *surface = display_render(&display, w, h);
    if (w == 0 || h == 0) {
      assert_null(surface);
      continue;
    }
    assert_non_null(surface);
    assert_true(surface->width > 0 && (uint32_t)surface->width <= w && surface->width <= 800);
    assert_true(surface->height > 0 && (uint32_t)surface->height <= h && surface->height <= 400);
    assert_true(surface->stride >= surface->width * 4);
    assert_ptr_equal(surface->data, data); /* until cleanup, as hosts may have kept it */
    for (int y = 0; y < surface->height; ++y) {
      for (int x = 0; x < surface->width; ++x) {
        pixel(surface, x, y);
      }
    }
  }
  display_free(&display);
}

static void test_pictures_are_asked_for_when_they_change(void **state) {
  (void)state;
  static const float loud[N_BARS] = {1.0f}, silent[N_BARS] = {0.0f};
  unsigned requests = 0;
  struct inlinedisplay_host host = {&requests, count};
  struct display display;
  /* Nobody looks: one request, in case that somebody would. */
  display_init(&display, RATE, &host);
  for (unsigned i = 0; i < 100; ++i) {
    hear(&display, i % 2 ? loud : silent);
    display_advance(&display, i & 1, i, PERIOD);
  }
  assert_int_equal(requests, 1);
  display_free(&display);

  open_display(&display, &requests);
  for (unsigned i = requests = 0; i < 100; ++i) { /* nothing changes */
    hear(&display, silent);
    display_advance(&display, 0, 0, PERIOD);
  }
  assert_int_equal(requests, 0);
  for (unsigned i = 0; i < 100; ++i) { /* every picture is another, at most 25 a second */
    hear(&display, i * 64 / PERIOD % 2 ? loud : silent);
    display_advance(&display, i * 64 / PERIOD & 1, 0, 64);
  }
  assert_in_range(requests, 1, 100 * 64 / PERIOD);
  display_advance(&display, 1, 0, PERIOD);
  unsigned before = requests;
  display_advance(&display, 1, 0, 10 * RATE); /* one long block: one request */
  assert_int_equal(requests, before + 1);
  display_advance(&display, 1, 0, PERIOD);
  assert_int_equal(requests, before + 1);
  display_free(&display);
}

/* ---- The plugin ---- */

struct stage {
  struct rig rig;
  unsigned requests;
  struct inlinedisplay_host host;
  const struct inlinedisplay_interface *interface;
  float in[N_CHANNELS][BLOCK], out[N_CHANNELS][BLOCK];
};

static void stage_open(struct stage *stage, bool feature) {
  memset(stage, 0, sizeof *stage);
  stage->host = (struct inlinedisplay_host){&stage->requests, count};
  const LV2_Feature drawing = {INLINEDISPLAY__queue_draw, &stage->host};
  assert_true(rig_open_with(&stage->rig, VARIANT_INSERT, RATE, BLOCK, rig_bundle(),
                            feature ? &drawing : NULL));
  stage->interface = stage->rig.descriptor->extension_data(INLINEDISPLAY__interface);
  assert_non_null(stage->interface);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    rig_connect(&stage->rig, PORT_IN_L + c, stage->in[c]);
    rig_connect(&stage->rig, PORT_MAIN_L + c, stage->out[c]);
    for (unsigned i = 0; i < BLOCK; ++i) {
      stage->in[c][i] = 0.5f;
    }
  }
}

static const struct inlinedisplay_surface *render(struct stage *stage) {
  return stage->interface->render(stage->rig.handle, WIDTH, 112);
}

static void play(struct stage *stage, unsigned blocks) {
  for (unsigned i = 0; i < blocks; ++i) {
    stage->rig.descriptor->run(stage->rig.handle, BLOCK);
  }
}

static float *control(struct stage *stage, unsigned stem, enum stem_control which) {
  return &stage->rig.controls[ports_stem_control(stem, which)];
}

/* At no wet a stem is the mix behind its fader, whatever a network makes of it. */
static void test_the_plugin_shows_its_levels(void **state) {
  (void)state;
  for (unsigned feature = 0; feature < 2; ++feature) {
    static struct stage stage;
    stage_open(&stage, feature);
    assert_non_null(render(&stage));
    for (unsigned s = 0; s < N_STEMS; ++s) {
      *control(&stage, s, CONTROL_WET) = 0.0f;
    }
    *control(&stage, STEM_VOCALS, CONTROL_GAIN) = -20.0f;
    *control(&stage, STEM_DRUMS, CONTROL_MUTE) = 1.0f;
    *control(&stage, STEM_HARMONIC, CONTROL_SOLO) = 1.0f;
    play(&stage, RATE / BLOCK);
    const struct inlinedisplay_surface *surface = render(&stage);
    assert_int_equal(lit_open(surface, DISPLAY_INPUT), 29);               /* -6 dBFS */
    assert_int_equal(lit_open(surface, DISPLAY_STEMS + STEM_VOCALS), 18); /* -26 dBFS */
    assert_int_equal(lit_closed(surface, DISPLAY_STEMS + STEM_DRUMS), 0);
    assert_int_equal(lit_open(surface, DISPLAY_STEMS + STEM_BASS), 29);
    assert_int_equal(lit_open(surface, DISPLAY_STEMS + STEM_HARMONIC), 29);
    assert_int_equal(lit_closed(surface, DISPLAY_STEMS + STEM_PERCUSSIVE), 0);
    assert_true(feature ? stage.requests > 0 && stage.requests <= 25 : stage.requests == 0);
    unsigned before = stage.requests;
    play(&stage, RATE / BLOCK); /* nothing changes any more */
    assert_int_equal(stage.requests, before);
    *control(&stage, STEM_BASS, CONTROL_MUTE) = 1.0f;
    play(&stage, RATE / BLOCK);
    assert_true(lit_closed(render(&stage), DISPLAY_STEMS + STEM_BASS) < 29);
    assert_true(feature ? stage.requests > before : stage.requests == 0);
    rig_close(&stage.rig);
  }
}

/* No network runs for the picture's sake: of stems that nobody hears there is nothing to show. */
static void test_what_rests_goes_on_resting(void **state) {
  (void)state;
  static struct stage stage;
  stage_open(&stage, true);
  assert_non_null(render(&stage));
  play(&stage, RATE / BLOCK);
  const struct inlinedisplay_surface *surface = render(&stage);
  assert_int_equal(lit_open(surface, DISPLAY_INPUT), 29);
  for (unsigned s = 0; s < N_STEMS; ++s) {
    assert_int_equal(lit_open(surface, DISPLAY_STEMS + s), 0);
  }
  assert_true(stage.rig.controls[PORT_LATE_FRAMES] == 0.0f);
  rig_close(&stage.rig);
}

/* The worker has no time at all to keep up, and may do so nevertheless. */
static void test_the_plugin_shows_late_frames(void **state) {
  (void)state;
  static struct stage stage;
  stage_open(&stage, true);
  assert_non_null(render(&stage));
  *control(&stage, STEM_VOCALS, CONTROL_MUTE) = 1.0f;
  const float *port = &stage.rig.controls[PORT_LATE_FRAMES];
  float before = 0.0f;
  for (unsigned i = 0; i < 3; ++i) {
    play(&stage, RATE / 2 / BLOCK);
    float late = *port;
    play(&stage, PERIOD / BLOCK + 1); /* until the next picture */
    assert_true(late == before || light(render(&stage)) == THEME_WARNING);
    assert_true(*port > 0.0f || light(render(&stage)) == THEME_RAISED);
    before = late;
  }
  print_message("%g late frames\n", (double)*port);
  stage.rig.descriptor->activate(stage.rig.handle);
  *control(&stage, STEM_VOCALS, CONTROL_MUTE) = 0.0f;
  play(&stage, PERIOD / BLOCK + 1);
  assert_int_equal(light(render(&stage)), THEME_RAISED);
  rig_close(&stage.rig);
}

static atomic_bool done;

static void *gui(void *argument) {
  struct stage *stage = argument;
  for (uint32_t i = 0; !atomic_load(&done); ++i) {
    const struct inlinedisplay_surface *surface =
        stage->interface->render(stage->rig.handle, 1 + i * 7 % 300, 1 + i * 3 % 120);
    pixel(surface, surface->width - 1, surface->height - 1);
  }
  return NULL;
}

static void test_the_plugin_draws_beside_run(void **state) {
  (void)state;
  static struct stage stage;
  stage_open(&stage, true);
  *control(&stage, STEM_VOCALS, CONTROL_MUTE) = 1.0f;
  pthread_t thread;
  atomic_store(&done, false);
  assert_int_equal(pthread_create(&thread, NULL, gui, &stage), 0);
  for (unsigned i = 0; i < 2 * RATE / BLOCK; ++i) {
    *control(&stage, i % N_STEMS, CONTROL_SOLO) = (float)(i / 7 % 2);
    stage.in[0][i % BLOCK] = (float)(i % 100) / 100.0f;
    play(&stage, 1);
  }
  atomic_store(&done, true);
  pthread_join(thread, NULL);
  assert_true(stage.requests <= 50);
  rig_close(&stage.rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bars_have_their_heights_and_colours),
      cmocka_unit_test(test_too_loud_is_marked),
      cmocka_unit_test(test_closed_faders_are_dim),
      cmocka_unit_test(test_the_light_is_on_for_two_seconds),
      cmocka_unit_test(test_picture_keeps_to_its_room),
      cmocka_unit_test(test_pictures_are_asked_for_when_they_change),
      cmocka_unit_test(test_the_plugin_shows_its_levels),
      cmocka_unit_test(test_what_rests_goes_on_resting),
      cmocka_unit_test(test_the_plugin_shows_late_frames),
      cmocka_unit_test(test_the_plugin_draws_beside_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
