/* SPDX-License-Identifier: ISC */
/* Stems made in pieces, a few at a time. */
#include "dsp/mask.h"
#include "dsp/synthesis.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEMS = 4, ALL = (1 << STEMS) - 1, FRAMES = 40, HOP = 64 };
enum { ANALYSIS = 512, SYNTHESIS = 128, BINS = ANALYSIS / 2 + 1 };
#define RATE 44100.0

static const struct stft_geometry geometry = {ANALYSIS, SYNTHESIS, HOP};

/* The audio of every stem; what is rendered, and how. */
struct rendering {
  unsigned heard;
  uint32_t pieces;  /* seed of how many stems are made at a time; 0: all at the end */
  float amount;     /* of the stereo filter */
  bool refined;     /* there is a filter at all */
  uint32_t unheard; /* seed of frames in which none is heard; 0: none */
  float audio[STEMS][N_CHANNELS][FRAMES * HOP];
};

static void make_frame(uint32_t *random, float spectra[N_CHANNELS][2 * BINS],
                       float masks[STEMS * BINS]) {
  for (unsigned i = 0; i < 2 * BINS; ++i) {
    spectra[0][i] = random_between(random, -1.0f, 1.0f);
    spectra[1][i] = random_between(random, -1.0f, 1.0f);
  }
  for (unsigned i = 0; i < STEMS * BINS; ++i) {
    masks[i] = random_between(random, 0.0f, 1.0f);
  }
  mask_soft(masks, STEMS, BINS, 2.0f, 1e-6f);
}

static struct synthesis *open_synthesis(struct stft *stft, bool refined) {
  struct refine *refine = refined ? refine_new(STEMS, BINS, RATE / ANALYSIS, HOP / RATE, 1) : NULL;
  struct synthesis *synthesis = synthesis_new(stft, STEMS, BINS, refine);
  assert_non_null(synthesis);
  return synthesis;
}

static void render(struct synthesis *synthesis, struct rendering *rendering) {
  struct refine_settings settings = refine_defaults();
  settings.spatial = rendering->amount;
  uint32_t random = 1, pieces = rendering->pieces, unheard = rendering->unheard;
  float spectra[N_CHANNELS][2 * BINS], masks[STEMS * BINS];
  for (unsigned f = 0; f < FRAMES; ++f) {
    make_frame(&random, spectra, masks);
    const float *const pointers[N_CHANNELS] = {spectra[0], spectra[1]};
    bool silent = unheard && random_below(&unheard, 3) == 0;
    synthesis_begin(synthesis, pointers, silent ? NULL : masks, true, rendering->heard, &settings);
    for (unsigned made = 0; pieces && made <= STEMS + 1; made += random_below(&pieces, 3)) {
      synthesis_make(synthesis, made);
    }
    synthesis_end(synthesis);
    for (unsigned s = 0; s < STEMS; ++s) {
      for (unsigned c = 0; c < N_CHANNELS; ++c) {
        memcpy(rendering->audio[s][c] + (size_t)f * HOP, synthesis_samples(synthesis, s, c),
               HOP * sizeof(float));
      }
    }
    synthesis_learn(synthesis);
  }
}

static struct rendering *rendered(struct rendering how) {
  struct stft *stft = stft_new(geometry);
  struct rendering *rendering = malloc(sizeof *rendering);
  assert_true(stft && rendering);
  *rendering = how;
  struct synthesis *synthesis = open_synthesis(stft, how.refined);
  render(synthesis, rendering);
  synthesis_free(synthesis);
  stft_free(stft);
  return rendering;
}

static void assert_same(const struct rendering *a, const struct rendering *b, unsigned stems) {
  for (unsigned s = 0; s < STEMS; ++s) {
    if (stems >> s & 1) {
      assert_memory_equal(a->audio[s], b->audio[s], sizeof a->audio[s]);
    }
  }
}

static void test_pieces_do_not_matter(void **state) {
  (void)state;
  for (unsigned refined = 0; refined < 2; ++refined) {
    struct rendering how = {.heard = ALL, .amount = 0.7f, .refined = refined, .unheard = 3};
    struct rendering *whole = rendered(how);
    for (how.pieces = 1; how.pieces < 10; ++how.pieces) {
      struct rendering *pieces = rendered(how);
      assert_same(whole, pieces, ALL);
      free(pieces);
    }
    free(whole);
  }
}

/* Each stem is the same whichever others are heard; what is not heard is silent. */
static void test_stems_do_not_depend_on_each_other(void **state) {
  (void)state;
  static const float silence[N_CHANNELS][FRAMES * HOP];
  struct rendering how = {.heard = ALL, .amount = 1.0f, .refined = true};
  struct rendering *all = rendered(how);
  for (how.heard = 0; how.heard < ALL; ++how.heard) {
    struct rendering *some = rendered(how);
    assert_same(all, some, how.heard);
    for (unsigned s = 0; s < STEMS; ++s) {
      if (!(how.heard >> s & 1)) {
        assert_memory_equal(some->audio[s], silence, sizeof silence);
      }
    }
    free(some);
  }
  free(all);
}

/* The stems add up to what the frames are without masks, with a filter and without. */
static void test_stems_add_up(void **state) {
  (void)state;
  struct rendering *filtered =
      rendered((struct rendering){.heard = ALL, .amount = 1.0f, .refined = true});
  struct rendering *masked = rendered((struct rendering){.heard = ALL});
  double most = 0.0, error = 0.0;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    for (size_t i = 0; i < (size_t)FRAMES * HOP; ++i) {
      double difference = 0.0;
      for (unsigned s = 0; s < STEMS; ++s) {
        difference += (double)filtered->audio[s][c][i] - masked->audio[s][c][i];
        most = fmax(most, fabs((double)filtered->audio[s][c][i]));
      }
      error = fmax(error, fabs(difference));
    }
  }
  assert_true(most > 0.0);
  assert_true(error < 1e-5 * most);
  free(filtered);
  free(masked);
}

static void test_synthesis_reset_forgets(void **state) {
  (void)state;
  struct stft *stft = stft_new(geometry);
  struct rendering *fresh = calloc(1, sizeof *fresh), *again = calloc(1, sizeof *again);
  assert_true(stft && fresh && again);
  struct synthesis *synthesis = open_synthesis(stft, true);
  fresh->heard = again->heard = ALL;
  fresh->amount = again->amount = 1.0f;
  render(synthesis, fresh);
  synthesis_reset(synthesis);
  render(synthesis, again);
  assert_same(fresh, again, ALL);
  synthesis_free(synthesis);
  stft_free(stft);
  free(fresh);
  free(again);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pieces_do_not_matter),
      cmocka_unit_test(test_stems_do_not_depend_on_each_other),
      cmocka_unit_test(test_stems_add_up),
      cmocka_unit_test(test_synthesis_reset_forgets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
