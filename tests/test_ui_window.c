/* SPDX-License-Identifier: ISC */
/* The window on a real X server, in a host that behaves well and in one that does not. */
#include "interface/theme.h"
#include "tests/ui/stage.h"

#include <cairo.h>
#include <lv2/patch/patch.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <X11/keysym.h>
#include <X11/Xutil.h>

#include <cmocka.h>

static struct stage stage, other;

static void test_descriptors_are_two(void **state) {
  (void)state;
  assert_string_equal(stage_descriptor(0)->URI, UNBRAID_UI_URI);
  assert_string_equal(stage_descriptor(1)->URI, UNBRAID_INSERT_UI_URI);
  assert_null(stage_descriptor(2));
  assert_null(stage_descriptor(0)->extension_data("urn:nothing"));
}

/* Neither without a parent, nor in one that is not there, nor for another plugin. */
static void test_window_refuses_bad_parents(void **state) {
  (void)state;
  assert_false(stage_open_in(&stage, &stage_plain, 0));
  assert_false(stage_open_in(&stage, &stage_plain, 0x7fffff));
  LV2UI_Widget widget;
  assert_null(stage_descriptor(0)->instantiate(stage_descriptor(0), "urn:other", "/", NULL, NULL,
                                               &widget, NULL));
}

static bool wrote_object(const char *type, const char *property) {
  for (unsigned i = 0; i < stage.n_writes; i++) {
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)stage.writes[i].data;
    if (stage.writes[i].protocol == 0 ||
        object->body.otype != stage_map.map(stage_map.handle, type)) {
      continue;
    }
    assert_int_equal(stage.writes[i].port, ports_to_variant(stage.variant, PORT_CONTROL));
    assert_int_equal(stage.writes[i].size, object->atom.size + sizeof(LV2_Atom));
    const LV2_Atom_URID *key =
        (const LV2_Atom_URID *)(stage.writes[i].data + sizeof(LV2_Atom_Object) +
                                2 * sizeof(LV2_URID));
    if (!property || key->body == stage_map.map(stage_map.handle, property)) {
      return true;
    }
  }
  return false;
}

static void test_window_writes_atoms_for_the_plugin(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  assert_true(wrote_object(LV2_PATCH__Get, UNBRAID__model_four));
  assert_true(wrote_object(LV2_PATCH__Get, UNBRAID__model_hp));
  assert_true(wrote_object(UNBRAID__Watch, NULL));
  stage_forget(&stage);
  nanosleep(&(const struct timespec){.tv_sec = 1}, NULL);
  stage_settle(&stage);
  assert_true(wrote_object(UNBRAID__Watch, NULL));

  stage_click(&stage, 1, l.widgets[WIDGET_MODEL_HP]);
  stage_type(&stage, (const KeySym[]){XK_Down, XK_Return, 0});
  assert_int_equal(stage.requests, 1);
  assert_int_equal(stage.requested, stage_map.map(stage_map.handle, UNBRAID__model_hp));
  stage_click(&stage, 1, l.widgets[WIDGET_MODEL_FOUR]);
  stage_type(&stage, (const KeySym[]){XK_Up, XK_Return, 0});
  assert_true(wrote_object(LV2_PATCH__Set, UNBRAID__model_four));
}

static void test_damaged_events_are_harmless(void **state) {
  (void)state;
  uint64_t whole[128], cut[128];
  const LV2_URID transfer = stage_map.map(stage_map.handle, LV2_ATOM__eventTransfer);
  const uint32_t size = stage_forge_view(whole, sizeof whole, 1);
  for (uint32_t n = 0; n < size; n++) {
    uint8_t *exact = malloc(n + 1); /* so that a sanitizer sees a read past its end */
    memcpy(exact, whole, n);
    stage_atom(&stage, exact, n);
    free(exact);
  }
  srand(1);
  for (int i = 0; i < 20000; i++) {
    memcpy(cut, whole, size);
    for (int k = 0; k < 3; k++) {
      ((uint8_t *)cut)[rand() % (i % 2 ? 48 : (int)size)] = (uint8_t)rand();
    }
    stage_atom(&stage, cut, size);
  }
  const float value = NAN, infinite = INFINITY;
  for (uint32_t port = 0; port < 200; port++) {
    stage.ui->port_event(stage.handle, port, sizeof value, 0, &value);
    stage.ui->port_event(stage.handle, port, sizeof infinite, 0, &infinite);
    stage.ui->port_event(stage.handle, port, 1, 0, &value);
    stage.ui->port_event(stage.handle, port, size, transfer, whole);
    stage.ui->port_event(stage.handle, port, sizeof value, 9999, &value);
  }
  stage.ui->port_event(stage.handle, UINT32_MAX, sizeof value, 0, &value);
  stage.ui->port_event(stage.handle, 0, 0, 0, NULL);
  char longest[900];
  memset(longest, 0xe2, sizeof longest); /* not UTF-8 either */
  longest[sizeof longest - 1] = '\0';
  stage_message(&stage, longest);
  assert_int_equal(stage_settle(&stage), 0);
}

static bool shows(struct box box, colour_t colour) {
  for (int y = box.y; y < box.y + box.h; y++) {
    if (stage_pixel(&stage, box.x + box.w / 2, y) == colour) {
      return true;
    }
  }
  return false;
}

static void test_screen_shows_the_sound(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  for (unsigned t = 0; t < 300; t++) {
    stage_view(&stage, t);
    stage.idle->idle(stage.handle);
  }
  stage_settle(&stage);
  for (unsigned s = 0; s < split_end(SPLIT_FOUR); s++) {
    assert_true(shows(l.meters[s], theme_stems[s]));
  }
  /* The newest column is at the right; the oldest place is still empty. */
  const int middle = l.spectrogram.y + l.spectrogram.h / 2;
  unsigned lit = 0;
  for (int y = l.spectrogram.y; y < l.spectrogram.y + l.spectrogram.h; y++) {
    lit += stage_pixel(&stage, l.spectrogram.x + l.spectrogram.w - 2, y) != THEME_SUNKEN;
  }
  assert_true(lit > (unsigned)l.spectrogram.h / 2);
  assert_int_equal(stage_pixel(&stage, l.spectrogram.x + 2, middle), THEME_SUNKEN);
  /* What was covered comes back. */
  const unsigned long before = stage_pixel(&stage, l.spectrogram.x + l.spectrogram.w - 9, middle);
  XClearArea(stage_display(), stage.window, 0, 0, 0, 0, True);
  stage_settle(&stage);
  assert_int_equal(stage_pixel(&stage, l.spectrogram.x + l.spectrogram.w - 9, middle), before);
}

static void test_any_size_is_drawn(void **state) {
  (void)state;
  XWindowAttributes size;
  XSizeHints hints;
  long given;
  assert_int_equal(stage.width, LAYOUT_WIDTH);
  assert_int_equal(stage.height, LAYOUT_HEIGHT);
  assert_true(XGetWMNormalHints(stage_display(), stage.window, &hints, &given));
  assert_true(hints.flags & PMinSize);
  assert_int_equal(hints.min_width, LAYOUT_MIN_WIDTH);
  assert_int_equal(stage.resize->ui_resize(stage.handle, 1280, 800), 0);
  assert_int_not_equal(stage.resize->ui_resize(stage.handle, 0, -5), 0);
  stage_settle(&stage);
  XGetWindowAttributes(stage_display(), stage.window, &size);
  assert_int_equal(size.width, 1280);
  const struct layout l = stage_layout(&stage, 1.0);
  assert_true(shows(l.strips[STEM_OTHER], theme_stems[STEM_OTHER]));
  static const int sizes[][2] = {{1, 1}, {40, 4000}, {4000, 30}, {300, 200}, {2500, 1600}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    XResizeWindow(stage_display(), stage.window, (unsigned)sizes[i][0], (unsigned)sizes[i][1]);
    stage_view(&stage, (unsigned)i);
    assert_int_equal(stage_settle(&stage), 0);
  }
}

static void test_scale_is_that_of_the_host(void **state) {
  (void)state;
  const struct stage_options options = {.variant = VARIANT_INSERT, .scale = 1.5f};
  assert_true(stage_open(&stage, &options));
  assert_int_equal(stage.width, LAYOUT_WIDTH * 3 / 2);
  stage_close(&stage);
}

static void test_a_bare_host_will_do(void **state) {
  (void)state;
  const struct stage_options options = {.variant = VARIANT_INSERT, .bare = true};
  assert_true(stage_open(&stage, &options));
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 1, l.widgets[widget_of_stem(STEM_PERCUSSIVE, CONTROL_MUTE)]);
  assert_true(stage_written(&stage, ports_stem_control(STEM_PERCUSSIVE, CONTROL_MUTE)) == 1.0f);
  stage_view(&stage, 1);
  stage_click(&stage, 1, l.widgets[WIDGET_MODEL_HP]);
  stage_type(&stage, (const KeySym[]){XK_Down, XK_Return, 0});
  assert_int_equal(l.widgets[widget_of(PORT_OUTS)].w, 0);
  stage_close(&stage);
}

static void test_two_windows_live_at_once(void **state) {
  (void)state;
  const struct stage_options insert = {.variant = VARIANT_INSERT, .rate = 48000.0};
  assert_true(stage_open(&stage, &stage_plain));
  assert_true(stage_open(&other, &insert));
  for (unsigned t = 0; t < 30; t++) {
    stage_view(&stage, t);
    stage_view(&other, 100 + t);
    assert_int_equal(stage.idle->idle(stage.handle), 0);
    assert_int_equal(other.idle->idle(other.handle), 0);
  }
  stage_close(&stage);
  const struct layout l = stage_layout(&other, 1.0);
  stage_click(&other, 1, l.widgets[widget_of_stem(STEM_BASS, CONTROL_MUTE)]);
  assert_true(stage_written(&other, ports_stem_control(STEM_BASS, CONTROL_MUTE)) == 1.0f);
  stage_close(&other);
}

static int our_handler(Display *display, XErrorEvent *event) {
  (void)display;
  (void)event;
  return 0;
}

/* The host takes its window away, with ours in it; ours notices and says so. */
static void test_window_outlives_its_parent(void **state) {
  (void)state;
  XErrorHandler before = XSetErrorHandler(our_handler);
  assert_true(stage_open(&stage, &stage_plain));
  XDestroyWindow(stage_display(), stage.parent);
  stage_view(&stage, 1);
  assert_int_not_equal(stage_settle(&stage), 0);
  assert_int_not_equal(stage_settle(&stage), 0);
  assert_int_not_equal(stage.resize->ui_resize(stage.handle, 900, 600), 0);
  stage_view(&stage, 2);
  stage.ui->cleanup(stage.handle);
  assert_true(stage_open(&stage, &stage_plain)); /* in the middle of drawing */
  stage_view(&stage, 1);
  XDestroyWindow(stage_display(), stage.parent);
  XSync(stage_display(), False);
  stage.ui->cleanup(stage.handle);
  assert_ptr_equal(XSetErrorHandler(before), our_handler);
}

/* The server drops our connection; the host's lives on. */
static void test_window_outlives_its_connection(void **state) {
  (void)state;
  assert_true(stage_open(&stage, &stage_plain));
  XKillClient(stage_display(), stage.window);
  stage_view(&stage, 1);
  assert_int_not_equal(stage_settle(&stage), 0);
  stage_view(&stage, 2);
  assert_int_not_equal(stage_settle(&stage), 0);
  stage_close(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_descriptors_are_two),
      cmocka_unit_test(test_window_refuses_bad_parents),
      STAGE_TEST(test_window_writes_atoms_for_the_plugin, &stage),
      STAGE_TEST(test_damaged_events_are_harmless, &stage),
      STAGE_TEST(test_screen_shows_the_sound, &stage),
      STAGE_TEST(test_any_size_is_drawn, &stage),
      cmocka_unit_test(test_scale_is_that_of_the_host),
      cmocka_unit_test(test_a_bare_host_will_do),
      cmocka_unit_test(test_two_windows_live_at_once),
      cmocka_unit_test(test_window_outlives_its_parent),
      cmocka_unit_test(test_window_outlives_its_connection),
  };
  return stage_start() ? stage_stop(cmocka_run_group_tests(tests, NULL, NULL)) : STAGE_SKIPPED;
}
