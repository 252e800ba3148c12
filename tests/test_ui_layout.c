/* SPDX-License-Identifier: ISC */
/* Where the things of the window are. */
#include "tests/ui/sizes.h"
#include "ui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct layout layout;

/* Every control that the table shows is there, nothing overlaps, nothing is outside, everything can
 * be hit. */
static void test_layout_has_no_overlap(void **state) {
  (void)state;
  for (size_t i = 0; i < N_SIZES; i++) {
    layout_compute(&layout, VARIANT_STEMS, sizes[i].width, sizes[i].height, sizes[i].scale);
    const struct box all = {0, 0, layout.width, layout.height};
    assert_true(layout.spectrogram.w > 200 && layout.spectrogram.h > 50);
    int shown = WIDGET_PORTS - WIDGET_PRESETS;
    for (int p = 0; p < N_PORTS; p++) {
      shown += widget_shown(widget_of((enum port)p)) != SHOWN_NOT;
    }
    assert_int_equal(layout.n_order, shown);
    for (int a = 0; a < shown; a++) {
      const struct box box = layout.widgets[layout.order[a]], inside = box_common(box, all);
      assert_false(box_is_empty(box));
      assert_memory_equal(&box, &inside, sizeof box);
      assert_int_equal(layout_hit(&layout, box.x + box.w / 2, box.y + box.h / 2), layout.order[a]);
      for (int b = 0; b < a; b++) {
        assert_true(box_is_empty(box_common(box, layout.widgets[layout.order[b]])));
      }
    }
  }
  layout_compute(&layout, VARIANT_INSERT, 960, 640, 1.0);
  assert_true(box_is_empty(layout.widgets[widget_of(PORT_OUTS)]));
}

/* Controls that find no room beside a title's words go below them, as in a window that is far too
 * narrow. */
static void test_a_title_takes_more_rows(void **state) {
  (void)state;
  for (int width = 170; width <= 240; width += 10) {
    layout_compute(&layout, VARIANT_STEMS, width, 640, 1.0);
    const struct box rows = layout.title_rows[SPLIT_FOUR], words = layout.titles[SPLIT_FOUR];
    assert_true(words.w >= (int)(116 * layout.unit));
    assert_true(rows.h > words.h);
    assert_true(layout.strips[STEM_VOCALS].y >= rows.y + rows.h);
    assert_int_equal(layout.strips[STEM_HARMONIC].y, layout.strips[STEM_VOCALS].y);
    for (int p = PORT_SHARPNESS; p <= PORT_FLOOR; p++) {
      const struct box box = layout.widgets[widget_of((enum port)p)];
      const struct box inside = box_common(box, rows);
      assert_memory_equal(&box, &inside, sizeof box);
      assert_true(box_is_empty(box_common(box, words)));
      assert_true(box_is_empty(box_common(box, layout.widgets[WIDGET_MODEL_FOUR])));
      for (int q = PORT_SHARPNESS; q < p; q++) {
        assert_true(box_is_empty(box_common(box, layout.widgets[widget_of((enum port)q)])));
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_layout_has_no_overlap),
      cmocka_unit_test(test_a_title_takes_more_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
