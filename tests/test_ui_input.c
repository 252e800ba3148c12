/* SPDX-License-Identifier: ISC */
/* What a user does in the window, with the mouse and with keys, and which keys go on to the host.
 */
#include "tests/ui/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <X11/keysym.h>
#include <X11/Xutil.h>

#include <cmocka.h>

static struct stage stage;

static enum port gain(unsigned stem) {
  return ports_stem_control((enum stem)stem, CONTROL_GAIN);
}

static struct box fader_cap(const struct layout *l, unsigned stem, double position) {
  const struct box track = l->tracks[stem];
  return (struct box){track.x, track.y + (int)(track.h * (1.0 - position)), track.w, 1};
}

static void test_mouse_moves_a_fader(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  const struct box track = l.tracks[STEM_VOCALS];
  const int x = track.x + track.w / 2, y = fader_cap(&l, STEM_VOCALS, 0.78).y;
  stage_point(&stage, x, y);
  stage_button(&stage, 1, true);
  stage_point(&stage, x, y + track.h / 4);
  assert_true(stage_written(&stage, gain(STEM_VOCALS)) < -10.0f);
  assert_true(stage_written(&stage, gain(STEM_VOCALS)) > -25.0f);
  /* While it is held, the host's automation does not move it. */
  stage_control(&stage, gain(STEM_VOCALS), 3.0f);
  const float coarse = stage_written(&stage, gain(STEM_VOCALS));
  stage_hold(&stage, XK_Shift_L, true);
  stage_point(&stage, x, y + track.h / 4 - 10);
  stage_hold(&stage, XK_Shift_L, false);
  const float fine = stage_written(&stage, gain(STEM_VOCALS));
  assert_true(fine > coarse && fine < coarse + 1.5f);
  stage_button(&stage, 1, false);
  stage_point(&stage, x, y);
  assert_true(stage_written(&stage, gain(STEM_VOCALS)) == fine);
  assert_int_equal(stage.releases, 1);
}

static void test_mouse_moves_the_rest(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  const struct box fader = fader_cap(&l, STEM_BASS, 0.78);
  stage_point(&stage, fader.x + 5, fader.y);
  for (int i = 0; i < 3; i++) {
    stage_button(&stage, Button5, true);
    stage_button(&stage, Button5, false);
  }
  assert_true(stage_written(&stage, gain(STEM_BASS)) == -3.0f);
  stage_click(&stage, 1, fader); /* twice, fast */
  stage_click(&stage, 1, fader);
  assert_true(stage_written(&stage, gain(STEM_BASS)) == 0.0f);

  stage_click(&stage, 1, l.widgets[widget_of_stem(STEM_DRUMS, CONTROL_MUTE)]);
  assert_true(stage_written(&stage, ports_stem_control(STEM_DRUMS, CONTROL_MUTE)) == 1.0f);
  stage_click(&stage, 1, l.widgets[widget_of_stem(STEM_DRUMS, CONTROL_MUTE)]);
  assert_true(stage_written(&stage, ports_stem_control(STEM_DRUMS, CONTROL_MUTE)) == 0.0f);
  stage_click(&stage, 1, l.widgets[widget_of_stem(STEM_HARMONIC, CONTROL_SOLO)]);
  assert_true(stage_written(&stage, ports_stem_control(STEM_HARMONIC, CONTROL_SOLO)) == 1.0f);
  stage_click(&stage, 1, layout_segment(&l, widget_of(PORT_MAIN_FROM), 1));
  assert_true(stage_written(&stage, PORT_MAIN_FROM) == 1.0f);
  stage_click(&stage, 1, layout_segment(&l, widget_of(PORT_OUTS), 1));
  assert_true(stage_written(&stage, PORT_OUTS) == 1.0f);
  stage_click(&stage, 1, l.widgets[widget_of(PORT_ENABLED)]);
  assert_true(stage_written(&stage, PORT_ENABLED) == 0.0f);
  stage_click(&stage, 3, l.widgets[widget_of(PORT_ENABLED)]);
  assert_true(stage_written(&stage, PORT_ENABLED) == 1.0f);
  assert_int_equal(stage.touches, stage.releases);

  const struct box wet = l.widgets[widget_of_stem(STEM_OTHER, CONTROL_WET)];
  stage_point(&stage, wet.x + wet.w - 2, wet.y + 3);
  stage_button(&stage, 1, true);
  stage_point(&stage, wet.x + wet.w / 2 - 2, wet.y + 3);
  stage_button(&stage, 1, false);
  assert_float_equal(stage_written(&stage, ports_stem_control(STEM_OTHER, CONTROL_WET)), 50.0, 1.0);
}

/* The bars beside the four stems' title: dragged, finely, by the wheel, to the default, typed. */
static void test_bars_are_dragged_and_typed(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  const struct box sharpness = l.widgets[widget_of(PORT_SHARPNESS)];
  const int y = sharpness.y + sharpness.h / 2;
  stage_point(&stage, sharpness.x + 4, y);
  stage_button(&stage, 1, true);
  stage_point(&stage, sharpness.x + 4 + sharpness.w / 2, y);
  assert_float_equal(stage_written(&stage, PORT_SHARPNESS), 1.5, 0.02);
  stage_hold(&stage, XK_Shift_L, true);
  stage_point(&stage, sharpness.x + 4 + sharpness.w / 2 + 20, y);
  stage_hold(&stage, XK_Shift_L, false);
  assert_float_equal(stage_written(&stage, PORT_SHARPNESS), 1.5 + 2.0 / sharpness.w, 0.02);
  stage_button(&stage, 1, false);
  assert_int_equal(stage.touches, stage.releases);
  stage_button(&stage, 1, true); /* twice, fast */
  stage_button(&stage, 1, false);
  stage_button(&stage, 1, true);
  stage_button(&stage, 1, false);
  assert_true(stage_written(&stage, PORT_SHARPNESS) == 1.0f);
  stage_button(&stage, Button4, true);
  stage_button(&stage, Button4, false);
  assert_true(stage_written(&stage, PORT_SHARPNESS) == 1.1f);

  stage_click(&stage, 3, l.widgets[widget_of(PORT_SPATIAL)]);
  stage_type(&stage, (const KeySym[]){XK_6, XK_0, XK_Return, XK_Down, 0});
  assert_true(stage_written(&stage, PORT_SPATIAL) == 55.0f);
  stage_key(&stage, XK_Down, XK_Shift_L);
  assert_true(stage_written(&stage, PORT_SPATIAL) == 54.0f);
  stage_key(&stage, XK_Home, NoSymbol);
  assert_true(stage_written(&stage, PORT_SPATIAL) == 100.0f);
  stage_key(&stage, XK_Right, NoSymbol); /* to the floor */
  stage_type(&stage, (const KeySym[]){XK_minus, XK_3, XK_2, XK_comma, XK_5, XK_Return, 0});
  assert_true(stage_written(&stage, PORT_FLOOR) == -32.5f);
  stage_click(&stage, 1, l.widgets[widget_of(PORT_FLOOR)]);
  stage_click(&stage, 1, l.widgets[widget_of(PORT_FLOOR)]);
  assert_true(stage_written(&stage, PORT_FLOOR) == port_table[PORT_FLOOR].initial);
}

static void test_keyboard_reaches_all(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 1, l.values[STEM_VOCALS]);
  stage_key(&stage, XK_Up, NoSymbol);
  assert_true(stage_written(&stage, gain(STEM_VOCALS)) == 1.0f);
  stage_key(&stage, XK_Up, XK_Shift_L);
  assert_float_equal(stage_written(&stage, gain(STEM_VOCALS)), 1.1, 1e-5);
  stage_key(&stage, XK_Next, NoSymbol);
  assert_float_equal(stage_written(&stage, gain(STEM_VOCALS)), -4.9, 1e-5);
  stage_key(&stage, XK_Home, NoSymbol);
  assert_true(stage_written(&stage, gain(STEM_VOCALS)) == 0.0f);
  stage_key(&stage, XK_m, NoSymbol);
  assert_true(stage_written(&stage, ports_stem_control(STEM_VOCALS, CONTROL_MUTE)) == 1.0f);
  stage_key(&stage, XK_Right, NoSymbol);
  stage_key(&stage, XK_s, NoSymbol);
  assert_true(stage_written(&stage, ports_stem_control(STEM_DRUMS, CONTROL_SOLO)) == 1.0f);
  stage_key(&stage, XK_Tab, NoSymbol); /* to the drums' mute */
  stage_key(&stage, XK_Return, NoSymbol);
  assert_true(stage_written(&stage, ports_stem_control(STEM_DRUMS, CONTROL_MUTE)) == 1.0f);
  stage_key(&stage, XK_Tab, XK_Shift_L);
  stage_key(&stage, XK_End, NoSymbol);
  assert_true(stage_written(&stage, gain(STEM_DRUMS)) == -60.0f);
  /* All the way around, and not a step too far. */
  for (int i = 0; i < 40; i++) {
    stage_key(&stage, XK_Tab, NoSymbol);
  }
}

static void test_typed_values_are_kept_in_range(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 3, l.values[STEM_OTHER]);
  stage_type(&stage,
             (const KeySym[]){XK_minus, XK_6, XK_period, XK_7, XK_BackSpace, XK_5, XK_Return, 0});
  assert_float_equal(stage_written(&stage, gain(STEM_OTHER)), -6.5, 1e-5);
  stage_forget(&stage);
  stage_click(&stage, 3, l.values[STEM_OTHER]);
  stage_type(&stage, (const KeySym[]){XK_3, XK_Escape, 0});
  assert_true(isnan(stage_written(&stage, gain(STEM_OTHER))));
  /* Out of range: the nearest that there is. */
  stage_click(&stage, 3, l.widgets[widget_of_stem(STEM_BASS, CONTROL_WET)]);
  stage_type(&stage, (const KeySym[]){XK_9, XK_9, XK_9, XK_9, XK_Return, XK_4, XK_2, XK_Return, 0});
  assert_true(stage_written(&stage, ports_stem_control(STEM_BASS, CONTROL_WET)) == 42.0f);
}

static void test_menus_set_presets_and_quality(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 1, l.widgets[WIDGET_PRESETS]);
  stage_type(&stage, (const KeySym[]){XK_Down, XK_Return, 0});
  assert_true(stage_written(&stage, ports_stem_control(STEM_VOCALS, CONTROL_MUTE)) == 1.0f);
  stage_click(&stage, 1, l.widgets[WIDGET_PRESETS]);
  stage_type(&stage, (const KeySym[]){XK_Up, XK_Return, 0});
  assert_true(stage_written(&stage, ports_stem_control(STEM_VOCALS, CONTROL_MUTE)) == 0.0f);
  stage_click(&stage, 1, l.widgets[widget_of(PORT_QUALITY)]);
  stage_type(&stage, (const KeySym[]){XK_Up, XK_Return, 0});
  assert_true(stage_written(&stage, PORT_QUALITY) == port_table[PORT_QUALITY].maximum);
  /* A menu goes away, and does nothing, when something else is clicked. */
  stage_forget(&stage);
  stage_click(&stage, 1, l.widgets[WIDGET_PRESETS]);
  stage_click(&stage, 1, l.widgets[widget_of_stem(STEM_OTHER, CONTROL_MUTE)]);
  assert_int_equal(stage.touches, 0);
  assert_true(isnan(stage_written(&stage, ports_stem_control(STEM_OTHER, CONTROL_MUTE))));
}

/* The host's transport must hear its keys, also while the window has the focus. */
static void test_other_keys_go_to_the_host(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  XEvent event;
  stage_click(&stage, 1, l.values[STEM_VOCALS]);
  stage_key(&stage, XK_Up, NoSymbol);
  assert_false(XCheckTypedWindowEvent(stage_display(), stage.parent, KeyPress, &event));
  stage_key(&stage, XK_space, NoSymbol);
  XSync(stage_display(), False);
  assert_true(XCheckTypedWindowEvent(stage_display(), stage.parent, KeyPress, &event));
  assert_int_equal(XLookupKeysym(&event.xkey, 0), XK_space);
  assert_true(XCheckTypedWindowEvent(stage_display(), stage.parent, KeyRelease, &event));
  stage_key(&stage, XK_s, XK_Control_L);
  XSync(stage_display(), False);
  assert_true(XCheckTypedWindowEvent(stage_display(), stage.parent, KeyPress, &event));
}

/* Throws away what went to the host; returns whether there was a press of a key, with a modifier.
 */
static bool host_heard(KeySym key, unsigned modifier) {
  XEvent event;
  bool heard = false;
  XSync(stage_display(), False);
  while (XCheckTypedWindowEvent(stage_display(), stage.parent, KeyPress, &event)) {
    heard = heard || (XLookupKeysym(&event.xkey, 0) == key && (event.xkey.state & modifier));
  }
  return heard;
}

static void test_shortcuts_go_to_the_host(void **state) {
  (void)state;
  static const KeySym keys[] = {XK_Home,  XK_End,   XK_Up,  XK_Down,   XK_Left,
                                XK_Right, XK_Prior, XK_Tab, XK_Return, XK_Escape,
                                XK_m,     XK_s,     XK_5,   XK_minus};
  static const struct {
    KeySym key;
    unsigned mask;
  } modifiers[] = {{XK_Control_L, ControlMask}, {XK_Alt_L, Mod1Mask}, {XK_Super_L, Mod4Mask}};
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 1, l.values[STEM_VOCALS]);
  stage_forget(&stage);
  for (size_t m = 0; m < sizeof modifiers / sizeof *modifiers; m++) {
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
      stage_key(&stage, keys[k], modifiers[m].key);
      assert_true(host_heard(keys[k], modifiers[m].mask));
    }
  }
  for (int p = 0; p < N_PORTS; p++) {
    assert_true(isnan(stage_written(&stage, (enum port)p)));
  }
  assert_int_equal(stage.touches, 0);
  stage_key(&stage, XK_Up, NoSymbol); /* the focus has not moved */
  assert_true(stage_written(&stage, gain(STEM_VOCALS)) == 1.0f);
}

static void test_locks_do_not_matter(void **state) {
  (void)state;
  static const KeySym locks[] = {XK_Num_Lock, XK_Caps_Lock};
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 1, l.values[STEM_VOCALS]);
  for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
    stage_key(&stage, locks[i], NoSymbol);
    stage_key(&stage, XK_Home, NoSymbol);
    stage_key(&stage, XK_Up, NoSymbol);
    assert_true(stage_written(&stage, gain(STEM_VOCALS)) == 1.0f);
    stage_key(&stage, XK_m, NoSymbol);
    assert_true(stage_written(&stage, ports_stem_control(STEM_VOCALS, CONTROL_MUTE)) == 1.0f);
    stage_key(&stage, XK_m, NoSymbol);
    stage_key(&stage, XK_Home, XK_Alt_L);
    assert_true(host_heard(XK_Home, Mod1Mask));
    assert_true(stage_written(&stage, gain(STEM_VOCALS)) == 1.0f);
    stage_key(&stage, locks[i], NoSymbol);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(test_mouse_moves_a_fader, &stage),
      STAGE_TEST(test_mouse_moves_the_rest, &stage),
      STAGE_TEST(test_bars_are_dragged_and_typed, &stage),
      STAGE_TEST(test_keyboard_reaches_all, &stage),
      STAGE_TEST(test_typed_values_are_kept_in_range, &stage),
      STAGE_TEST(test_menus_set_presets_and_quality, &stage),
      STAGE_TEST(test_other_keys_go_to_the_host, &stage),
      STAGE_TEST(test_shortcuts_go_to_the_host, &stage),
      STAGE_TEST(test_locks_do_not_matter, &stage),
  };
  return stage_start() ? stage_stop(cmocka_run_group_tests(tests, NULL, NULL)) : STAGE_SKIPPED;
}
