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

static const struct stage_options plain = {.variant = VARIANT_STEMS, .rate = 44100.0};
static struct stage stage, other;

static enum port gain(unsigned stem) {
  return ports_stem_control((enum stem)stem, CONTROL_GAIN);
}

static int open_plain(void **state) {
  (void)state;
  return stage_open(&stage, &plain) ? 0 : -1;
}

static int close_stage(void **state) {
  (void)state;
  stage_close(&stage);
  return 0;
}

static struct box fader_cap(const struct layout *l, unsigned stem, double position) {
  const struct box track = l->tracks[stem];
  return (struct box){track.x, track.y + (int)(track.h * (1.0 - position)), track.w, 1};
}

static void test_descriptors(void **state) {
  (void)state;
  assert_string_equal(stage_descriptor(0)->URI, UNBRAID_UI_URI);
  assert_string_equal(stage_descriptor(1)->URI, UNBRAID_INSERT_UI_URI);
  assert_null(stage_descriptor(2));
  assert_null(stage_descriptor(0)->extension_data("urn:nothing"));
}

/* Neither without a parent, nor in one that is not there, nor for another plugin. */
static void test_refusals(void **state) {
  (void)state;
  assert_false(stage_open_in(&stage, &plain, 0));
  assert_false(stage_open_in(&stage, &plain, 0x7fffff));
  LV2UI_Widget widget;
  assert_null(stage_descriptor(0)->instantiate(stage_descriptor(0), "urn:other", "/", NULL, NULL,
                                               &widget, NULL));
}

static void test_mouse_on_fader(void **state) {
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

static void test_mouse_elsewhere(void **state) {
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

static void type(const KeySym *keys) {
  for (; *keys; keys++) {
    stage_key(&stage, *keys, NoSymbol);
  }
}

/* The bars beside the four stems' title: dragged, finely, by the wheel, to the default, typed. */
static void test_bars(void **state) {
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
  type((const KeySym[]){XK_6, XK_0, XK_Return, XK_Down, 0});
  assert_true(stage_written(&stage, PORT_SPATIAL) == 55.0f);
  stage_key(&stage, XK_Down, XK_Shift_L);
  assert_true(stage_written(&stage, PORT_SPATIAL) == 54.0f);
  stage_key(&stage, XK_Home, NoSymbol);
  assert_true(stage_written(&stage, PORT_SPATIAL) == 100.0f);
  stage_key(&stage, XK_Right, NoSymbol); /* to the floor */
  type((const KeySym[]){XK_minus, XK_3, XK_2, XK_comma, XK_5, XK_Return, 0});
  assert_true(stage_written(&stage, PORT_FLOOR) == -32.5f);
  stage_click(&stage, 1, l.widgets[widget_of(PORT_FLOOR)]);
  stage_click(&stage, 1, l.widgets[widget_of(PORT_FLOOR)]);
  assert_true(stage_written(&stage, PORT_FLOOR) == port_table[PORT_FLOOR].initial);
}

static void test_keyboard(void **state) {
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

static void test_typed_values(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 3, l.values[STEM_OTHER]);
  type((const KeySym[]){XK_minus, XK_6, XK_period, XK_7, XK_BackSpace, XK_5, XK_Return, 0});
  assert_float_equal(stage_written(&stage, gain(STEM_OTHER)), -6.5, 1e-5);
  stage_forget(&stage);
  stage_click(&stage, 3, l.values[STEM_OTHER]);
  type((const KeySym[]){XK_3, XK_Escape, 0});
  assert_true(isnan(stage_written(&stage, gain(STEM_OTHER))));
  /* Out of range: the nearest that there is. */
  stage_click(&stage, 3, l.widgets[widget_of_stem(STEM_BASS, CONTROL_WET)]);
  type((const KeySym[]){XK_9, XK_9, XK_9, XK_9, XK_Return, XK_4, XK_2, XK_Return, 0});
  assert_true(stage_written(&stage, ports_stem_control(STEM_BASS, CONTROL_WET)) == 42.0f);
}

static void test_presets_and_quality(void **state) {
  (void)state;
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 1, l.widgets[WIDGET_PRESETS]);
  type((const KeySym[]){XK_Down, XK_Return, 0});
  assert_true(stage_written(&stage, ports_stem_control(STEM_VOCALS, CONTROL_MUTE)) == 1.0f);
  stage_click(&stage, 1, l.widgets[WIDGET_PRESETS]);
  type((const KeySym[]){XK_Up, XK_Return, 0});
  assert_true(stage_written(&stage, ports_stem_control(STEM_VOCALS, CONTROL_MUTE)) == 0.0f);
  stage_click(&stage, 1, l.widgets[widget_of(PORT_QUALITY)]);
  type((const KeySym[]){XK_Up, XK_Return, 0});
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

static void test_atoms_for_the_plugin(void **state) {
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
  type((const KeySym[]){XK_Down, XK_Return, 0});
  assert_int_equal(stage.requests, 1);
  assert_int_equal(stage.requested, stage_map.map(stage_map.handle, UNBRAID__model_hp));
  stage_click(&stage, 1, l.widgets[WIDGET_MODEL_FOUR]);
  type((const KeySym[]){XK_Up, XK_Return, 0});
  assert_true(wrote_object(LV2_PATCH__Set, UNBRAID__model_four));
}

static void test_damaged_events(void **state) {
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

static void test_what_is_on_the_screen(void **state) {
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

static void test_sizes(void **state) {
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

static void test_scale_of_the_host(void **state) {
  (void)state;
  const struct stage_options options = {.variant = VARIANT_INSERT, .scale = 1.5f};
  assert_true(stage_open(&stage, &options));
  assert_int_equal(stage.width, LAYOUT_WIDTH * 3 / 2);
  stage_close(&stage);
}

static void test_bare_host(void **state) {
  (void)state;
  const struct stage_options options = {.variant = VARIANT_INSERT, .bare = true};
  assert_true(stage_open(&stage, &options));
  const struct layout l = stage_layout(&stage, 1.0);
  stage_click(&stage, 1, l.widgets[widget_of_stem(STEM_PERCUSSIVE, CONTROL_MUTE)]);
  assert_true(stage_written(&stage, ports_stem_control(STEM_PERCUSSIVE, CONTROL_MUTE)) == 1.0f);
  stage_view(&stage, 1);
  stage_click(&stage, 1, l.widgets[WIDGET_MODEL_HP]);
  type((const KeySym[]){XK_Down, XK_Return, 0});
  assert_int_equal(l.widgets[widget_of(PORT_OUTS)].w, 0);
  stage_close(&stage);
}

static void test_two_at_once(void **state) {
  (void)state;
  const struct stage_options insert = {.variant = VARIANT_INSERT, .rate = 48000.0};
  assert_true(stage_open(&stage, &plain));
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
static void test_parent_goes(void **state) {
  (void)state;
  XErrorHandler before = XSetErrorHandler(our_handler);
  assert_true(stage_open(&stage, &plain));
  XDestroyWindow(stage_display(), stage.parent);
  stage_view(&stage, 1);
  assert_int_not_equal(stage_settle(&stage), 0);
  assert_int_not_equal(stage_settle(&stage), 0);
  assert_int_not_equal(stage.resize->ui_resize(stage.handle, 900, 600), 0);
  stage_view(&stage, 2);
  stage.ui->cleanup(stage.handle);
  assert_true(open_plain(NULL) == 0); /* in the middle of drawing */
  stage_view(&stage, 1);
  XDestroyWindow(stage_display(), stage.parent);
  XSync(stage_display(), False);
  stage.ui->cleanup(stage.handle);
  assert_ptr_equal(XSetErrorHandler(before), our_handler);
}

/* The server drops our connection; the host's lives on. */
static void test_connection_goes(void **state) {
  (void)state;
  assert_true(stage_open(&stage, &plain));
  XKillClient(stage_display(), stage.window);
  stage_view(&stage, 1);
  assert_int_not_equal(stage_settle(&stage), 0);
  stage_view(&stage, 2);
  assert_int_not_equal(stage_settle(&stage), 0);
  stage_close(&stage);
}

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

static void test_a_hundred_times(void **state) {
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
    assert_true(stage_open_in(&stage, &plain, parent));
    stage_view(&stage, i);
    stage_control(&stage, gain(i % N_STEMS), (float)i / -2.0f);
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

static void test_processor_time(void **state) {
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

/* fontconfig keeps a few patterns to itself when it ends. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void) {
  return "leak:libfontconfig";
}

int main(void) {
  if (!stage_start()) {
    puts("SKIP: Xvfb is not installed, or does not start");
    return 77;
  }
#define WITH_WINDOW(test) cmocka_unit_test_setup_teardown(test, open_plain, close_stage)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_descriptors),
      cmocka_unit_test(test_refusals),
      WITH_WINDOW(test_mouse_on_fader),
      WITH_WINDOW(test_mouse_elsewhere),
      WITH_WINDOW(test_bars),
      WITH_WINDOW(test_keyboard),
      WITH_WINDOW(test_typed_values),
      WITH_WINDOW(test_presets_and_quality),
      WITH_WINDOW(test_other_keys_go_to_the_host),
      WITH_WINDOW(test_shortcuts_go_to_the_host),
      WITH_WINDOW(test_locks_do_not_matter),
      WITH_WINDOW(test_atoms_for_the_plugin),
      WITH_WINDOW(test_damaged_events),
      WITH_WINDOW(test_what_is_on_the_screen),
      WITH_WINDOW(test_sizes),
      cmocka_unit_test(test_scale_of_the_host),
      cmocka_unit_test(test_bare_host),
      cmocka_unit_test(test_two_at_once),
      cmocka_unit_test(test_parent_goes),
      cmocka_unit_test(test_connection_goes),
      cmocka_unit_test(test_a_hundred_times),
      cmocka_unit_test(test_processor_time),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  stage_stop();
  cairo_debug_reset_static_data(); /* so that only leaks are leaks */
  return failed;
}
