/* SPDX-License-Identifier: ISC */
/* The window's pictures, without a window: what each shows, and that words fit. */
#include "interface/theme.h"
#include "tests/ui/lively.h"
#include "tests/ui/sizes.h"
#include "ui/draw.h"
#include "ui/draw_control.h"
#include "ui/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct state model;
static struct controls controls;
static struct layout layout;
static struct spectrogram *spectrogram;
static struct screen *screen;
static struct target target;

static void moved(void *data, enum port port, float value) {
  (void)data;
  (void)port;
  (void)value;
}

static void touched(void *data, enum port port, bool held) {
  (void)data;
  (void)port;
  (void)held;
}

static damage_t chosen(void *data, enum split_id split) {
  (void)data;
  (void)split;
  return 0;
}

static void begin(enum variant variant, int width, int height, double scale) {
  const struct controls_owner owner = {NULL, moved, touched, chosen, chosen};
  state_init(&model, variant, 44100.0);
  controls_init(&controls, &model, &layout, &owner);
  spectrogram = spectrogram_new();
  screen = screen_new(variant, &model, &controls, &layout, spectrogram);
  target.surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  screen_resize(screen, &target, width, height, scale);
}

static void end(void) {
  screen_free(screen);
  spectrogram_free(spectrogram);
  cairo_surface_destroy(target.surface);
}

static colour_t pixel(int x, int y) {
  cairo_surface_flush(target.surface);
  uint32_t value;
  memcpy(&value,
         cairo_image_surface_get_data(target.surface) +
             (ptrdiff_t)y * cairo_image_surface_get_stride(target.surface) + 4 * (ptrdiff_t)x,
         sizeof value);
  return value & 0xffffff;
}

/* Pixels of a colour in a box. */
static int count(struct box box, colour_t colour) {
  int n = 0;
  for (int y = box.y; y < box.y + box.h; y++) {
    for (int x = box.x; x < box.x + box.w; x++) {
      n += pixel(x, y) == colour;
    }
  }
  return n;
}

static void push(unsigned t) {
  struct view_data data;
  uint8_t column[SPECTROGRAM_COLUMN];
  lively_view(&data, t);
  memcpy(column, data.column, sizeof column);
  spectrogram_push(spectrogram, column);
  state_levels(&model, data.levels);
  state_load(&model, data.load);
  state_tick(&model, t / 60.0);
}

static void play(unsigned frames) {
  for (unsigned t = 0; t < frames; t++) {
    push(t);
  }
}

/* The longest that the window has to say. */
static void fill_with_words(void) {
  for (int p = 0; p < N_PORTS; p++) {
    if (ports_is_control((enum port)p)) {
      state_set(&model, (enum port)p, port_table[p].maximum);
    }
  }
  for (unsigned s = 0; s < N_STEMS; s++) {
    state_set(&model, ports_stem_control((enum stem)s, CONTROL_GAIN), -42.5f);
  }
  state_set(&model, PORT_LATENCY, 16384.0f);
  state_set(&model, PORT_LATE_FRAMES, 99999.0f);
}

static void test_words_fit(void **state) {
  (void)state;
  for (size_t i = 0; i < 2 * N_SIZES; i++) {
    begin(i % 2 ? VARIANT_INSERT : VARIANT_STEMS, sizes[i / 2].width, sizes[i / 2].height,
          sizes[i / 2].scale);
    screen_show(screen, &target, DAMAGE_ALL);
    assert_int_equal(screen_cut_labels(screen), 0);
    fill_with_words();
    screen_show(screen, &target, DAMAGE_ALL);
    assert_int_equal(screen_cut_labels(screen), 0);
    const enum widget menus[] = {WIDGET_PRESETS, widget_of(PORT_QUALITY), WIDGET_MODEL_FOUR,
                                 WIDGET_MODEL_HP};
    for (size_t m = 0; m < sizeof menus / sizeof *menus; m++) {
      menu_open(&controls.menu, menus[m], &layout);
      screen_show(screen, &target, DAMAGE_MENU);
      assert_int_equal(screen_cut_labels(screen), 0);
      assert_true(controls.menu.box.x >= 0 &&
                  controls.menu.box.x + controls.menu.box.w <= layout.width);
      assert_true(controls.menu.box.y >= 0 &&
                  controls.menu.box.y + controls.menu.box.h <= layout.height);
      menu_close(&controls.menu);
    }
    end();
  }
}

static void test_meters_and_hues_are_the_stems(void **state) {
  (void)state;
  for (size_t i = 0; i < N_SIZES; i++) {
    begin(VARIANT_STEMS, sizes[i].width, sizes[i].height, sizes[i].scale);
    const float levels[N_STEMS] = {0.5f, 0.4f, 0.3f, 0.2f, 0.1f, 0.05f};
    play(10);
    state_levels(&model, levels);
    screen_show(screen, &target, DAMAGE_ALL);
    for (unsigned s = 0; s < split_end(SPLIT_FOUR); s++) {
      const struct box meter = layout.meters[s];
      assert_true(count(meter, theme_stems[s]) > meter.w * meter.h / 10);
      assert_true(count(meter, THEME_SUNKEN) > meter.w * meter.h / 10);
    }
    /* Each stem alone, over the full width: its hue and no other's. */
    for (unsigned s = 0; s < N_STEMS; s++) {
      uint8_t column[SPECTROGRAM_COLUMN] = {0};
      for (int b = 0; b < VIEW_BANDS; b++) {
        column[b * VIEW_BYTES] = 200;
        column[b * VIEW_BYTES + 1 + (int)s] = 255;
      }
      for (int x = 0; x < layout.spectrogram.w; x++) {
        spectrogram_push(spectrogram, column);
      }
      screen_show(screen, &target, DAMAGE_COLUMNS);
      const colour_t expected = spectrogram_colour(spectrogram, column);
      assert_int_equal(count(layout.spectrogram, expected),
                       layout.spectrogram.w * layout.spectrogram.h);
    }
    end();
  }
}

/* The legend names the split that main is made from, and no other. */
static void test_legend_names_the_split(void **state) {
  (void)state;
  for (size_t i = 0; i < N_SIZES; i++) {
    begin(VARIANT_INSERT, sizes[i].width, sizes[i].height, sizes[i].scale);
    screen_show(screen, &target, DAMAGE_ALL);
    for (int turn = 0; turn < 3; turn++) {
      for (unsigned s = 0; s < N_STEMS; s++) {
        const int dots = count(layout.legend, theme_stems[s]);
        assert_int_equal(dots > 0, split_of(s) == (turn % 2 ? SPLIT_HP : SPLIT_FOUR));
      }
      screen_show(screen, &target, state_set(&model, PORT_MAIN_FROM, turn % 2 ? 0.0f : 1.0f));
    }
    end();
  }
}

/* How far a bar is filled: part of its width, on its lowest rows, which words leave free. */
static double filled(enum port port) {
  const struct box box = layout.widgets[widget_of(port)];
  const struct box row = {box.x + box.h / 2, box.y + box.h - 3, box.w - box.h, 1};
  screen_show(screen, &target, damage_title(SPLIT_FOUR));
  return 1.0 - (double)count(row, THEME_SUNKEN) / row.w;
}

/* The bars of the four stems' title show their values, all of the range, and are bent by nothing
 * else. */
static void test_bars_show_their_values(void **state) {
  (void)state;
  for (size_t i = 0; i < 2 * N_SIZES; i++) {
    begin(i % 2 ? VARIANT_INSERT : VARIANT_STEMS, sizes[i / 2].width, sizes[i / 2].height,
          sizes[i / 2].scale);
    screen_show(screen, &target, DAMAGE_ALL);
    assert_float_equal(filled(PORT_SHARPNESS), 0.0, 1e-6);
    assert_float_equal(filled(PORT_SPATIAL), 1.0, 1e-6);
    assert_float_equal(filled(PORT_FLOOR), 0.0, 1e-6);
    state_set(&model, PORT_SHARPNESS, 1.5f);
    state_set(&model, PORT_SPATIAL, 50.0f);
    state_set(&model, PORT_FLOOR, -45.0f);
    for (int p = PORT_SHARPNESS; p <= PORT_FLOOR; p++) {
      assert_float_equal(filled((enum port)p), 0.5, 0.03);
    }
    state_set(&model, PORT_FLOOR, -10.0f);
    assert_float_equal(filled(PORT_FLOOR), 1.0, 1e-6);
    assert_float_equal(filled(PORT_SPATIAL), 0.5, 0.03);
    end();
  }
}

static void test_numbers_are_written_with_their_units(void **state) {
  (void)state;
  static const struct {
    enum port port;
    float value;
    const char *words;
  } cases[] = {
      {PORT_SHARPNESS, 1.0f, "1.00"},        {PORT_SHARPNESS, 1.37f, "1.37"},
      {PORT_SPATIAL, 0.0f, "0 %"},           {PORT_SPATIAL, 100.0f, "100 %"},
      {PORT_FLOOR, -80.0f, "Off"},           {PORT_FLOOR, -79.9f, "\u221279.9 dB"},
      {PORT_FLOOR, -10.0f, "\u221210.0 dB"},
  };
  begin(VARIANT_STEMS, LAYOUT_WIDTH, LAYOUT_HEIGHT, 1.0);
  const struct scene scene = {&layout, &model, &controls, 0};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char words[32];
    state_set(&model, cases[i].port, cases[i].value);
    draw_number(&scene, widget_of(cases[i].port), words, sizeof words);
    assert_string_equal(words, cases[i].words);
  }
  end();
}

static void test_menu_has_the_qualities(void **state) {
  (void)state;
  static const char *const qualities[] = {"Balanced", "Light", "Live", "Instant"};
  begin(VARIANT_STEMS, LAYOUT_WIDTH, LAYOUT_HEIGHT, 1.0);
  menu_open(&controls.menu, widget_of(PORT_QUALITY), &layout);
  assert_int_equal(controls.menu.n, 4);
  for (int i = 0; i < 4; i++) {
    assert_string_equal(menu_text(&controls.menu, i), qualities[i]);
    state_set(&model, PORT_QUALITY, (float)i);
    for (int j = 0; j < 4; j++) {
      assert_int_equal(menu_checked(&controls.menu, j, &model), i == j);
    }
  }
  end();
}

/* Drawn bit by bit, the picture is the same as drawn at once: nothing is forgotten. */
static void test_damage_is_complete(void **state) {
  (void)state;
  begin(VARIANT_STEMS, 1280, 800, 1.0);
  screen_show(screen, &target, DAMAGE_ALL);
  unsigned seed = 1;
  for (unsigned t = 0; t < 200; t++) {
    struct view_data data;
    lively_view(&data, t);
    damage_t damage = state_levels(&model, data.levels);
    uint8_t column[SPECTROGRAM_COLUMN];
    memcpy(column, data.column, sizeof column);
    spectrogram_push(spectrogram, column);
    state_load(&model, data.load);
    seed = seed * 1103515245u + 12345u;
    const enum port port =
        (enum port)(PORT_STEM_CONTROLS + seed / 65536u % (N_PORTS - PORT_STEM_CONTROLS));
    const struct port_info *info = &port_table[port];
    damage |= state_set(&model, port,
                        info->minimum + (info->maximum - info->minimum) * (float)(t % 7) / 6.0f);
    if (t % 50 == 7) {
      damage |= state_message(&model, t % 100 == 7 ? "light plays" : "balanced plays");
    }
    if (t % 40 == 9) {
      damage |= state_model(&model, (enum split_id)(t % 2), t % 80 == 9 ? "/a/b.safetensors" : "",
                            t % 80 == 9 ? "b" : "balanced");
    }
    damage |=
        controls_motion(&controls, (int)(seed / 7u % 1280u), (int)(seed / 65536u % 800u), false);
    damage |= state_tick(&model, t / 60.0) | DAMAGE_COLUMNS;
    screen_show(screen, &target, damage);
  }
  /* What follows from all faders together follows from the last one too. */
  for (int p = PORT_STEM_CONTROLS; p < N_PORTS; p++) {
    if (ports_is_control((enum port)p)) {
      screen_show(screen, &target, state_set(&model, (enum port)p, port_table[p].initial));
    }
  }
  const size_t size = (size_t)cairo_image_surface_get_stride(target.surface) * 800;
  uint8_t *before = malloc(size);
  cairo_surface_flush(target.surface);
  memcpy(before, cairo_image_surface_get_data(target.surface), size);
  screen_show(screen, &target, DAMAGE_ALL);
  cairo_surface_flush(target.surface);
  assert_memory_equal(before, cairo_image_surface_get_data(target.surface), size);
  /* An open menu stays on top of what moves beneath it, and leaves no trace. */
  menu_open(&controls.menu, WIDGET_PRESETS, &layout);
  screen_show(screen, &target, DAMAGE_MENU);
  const struct box box = controls.menu.box;
  assert_int_equal(pixel(box.x + 3, box.y + 3), THEME_RAISED);
  for (unsigned s = 0; s < N_STEMS; s++) {
    screen_show(screen, &target, damage_strip(s) | damage_meter(s) | DAMAGE_COLUMNS);
  }
  assert_int_equal(pixel(box.x + 3, box.y + 3), THEME_RAISED);
  assert_int_equal(pixel(box.x + 3, box.y + box.h - 3), THEME_RAISED);
  menu_close(&controls.menu);
  screen_show(screen, &target, DAMAGE_ALL);
  assert_memory_equal(before, cairo_image_surface_get_data(target.surface), size);
  free(before);
  end();
}

/* The picture of the past survives a change of size. */
static void test_history_survives_a_resize(void **state) {
  (void)state;
  begin(VARIANT_STEMS, 960, 640, 1.0);
  play(700);
  screen_show(screen, &target, DAMAGE_ALL);
  const struct box was = layout.spectrogram;
  const colour_t newest = pixel(was.x + was.w - 1, was.y + was.h / 4);
  const colour_t earlier = pixel(was.x + was.w - 300, was.y + was.h / 4);
  screen_resize(screen, &target, 700, 640, 1.0);
  screen_resize(screen, &target, 960, 640, 1.0);
  screen_show(screen, &target, DAMAGE_ALL);
  assert_int_equal(pixel(was.x + was.w - 1, was.y + was.h / 4), newest);
  assert_int_equal(pixel(was.x + was.w - 300, was.y + was.h / 4), earlier);
  end();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_words_fit),
      cmocka_unit_test(test_meters_and_hues_are_the_stems),
      cmocka_unit_test(test_legend_names_the_split),
      cmocka_unit_test(test_bars_show_their_values),
      cmocka_unit_test(test_numbers_are_written_with_their_units),
      cmocka_unit_test(test_menu_has_the_qualities),
      cmocka_unit_test(test_damage_is_complete),
      cmocka_unit_test(test_history_survives_a_resize),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cairo_debug_reset_static_data(); /* so that only leaks are leaks */
  return failed;
}
