/* SPDX-License-Identifier: ISC */
/* Stems come from the model file: their names, how many there are, and which ports they have. */
#include "engine/engine.h"
#include "engine/pace.h"
#include "engine/routes.h"
#include "tests/support/files.h"
#include "tests/support/nets.h"
#include "tests/support/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES_PLAYED = 44100, BLOCK = 64 };

static const char five[] = "tests/data/bandgru-tiny-five.safetensors";
static const char two[] = "tests/data/mdensenet-tiny.safetensors";

static struct net_info info_of(const char *names, unsigned bins) {
  struct net_info info = {.bins = bins};
  for (const char *name = names; *name; name += strspn(name, " ")) {
    size_t length = strcspn(name, " ");
    memcpy(info.stem_names[info.stems++], name, length);
    name += length;
  }
  return info;
}

static void test_routes_are_found_by_name(void **state) {
  (void)state;
  static const struct {
    const char *names;
    enum split_id split;
    unsigned stems;
    enum stem to[4];
    float expected[4]; /* where the stems of the model have masks 1/8, 1/8, 1/4, 1/2, ... */
  } cases[] = {
      {"vocals drums bass other", SPLIT_FOUR, 4, {0, 1, 2, 3}, {0.125f, 0.125f, 0.25f, 0.5f}},
      {"drums other bass vocals", SPLIT_FOUR, 4, {0, 1, 2, 3}, {0.5f, 0.125f, 0.25f, 0.125f}},
      {"bass guitar drums other", SPLIT_FOUR, 3, {1, 2, 3}, {0.25f, 0.125f, 0.625f}},
      {"vocals bass guitar other", SPLIT_HP, 0, {0}, {0}},
      {"vocals drums bass other", SPLIT_HP, 2, {4, 5}, {0.875f, 0.125f}},
      {"percussive vocals bass harmonic", SPLIT_HP, 2, {4, 5}, {0.875f, 0.125f}},
      {"drums vocals bass percussive", SPLIT_HP, 0, {0}, {0}},
      {"harmonic percussive", SPLIT_FOUR, 0, {0}, {0}},
      {"guitar piano other", SPLIT_FOUR, 0, {0}, {0}},
      {"vocals drums kazoo other", SPLIT_FOUR, 0, {0}, {0}},
  };
  static const float model[4] = {0.125f, 0.125f, 0.25f, 0.5f};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    struct net_info info = info_of(cases[i].names, 1);
    struct routes routes;
    char error[256] = "";
    bool found = routes_find(&routes, &info, cases[i].split, error, sizeof error);
    print_message("%s: %s\n", cases[i].names, found ? "found" : error);
    assert_int_equal(found, cases[i].stems > 0);
    assert_int_equal(strlen(error) > 10, !found);
    if (found) {
      float masks[4] = {-1.0f, -1.0f, -1.0f, -1.0f};
      assert_int_equal(routes.stems, cases[i].stems);
      routes_follow(&routes, &info, model, masks);
      for (unsigned s = 0; s < routes.stems; ++s) {
        assert_int_equal(routes.to[s], cases[i].to[s]);
        assert_true(masks[s] == cases[i].expected[s]);
      }
    }
  }
}

static struct separator *open_model(const char *path, enum split_id split) {
  char error[512] = "";
  struct separator *separator = separator_net_new(path, split, RATE, error, sizeof error);
  if (!separator) {
    fail_msg("%s", error);
  }
  return separator;
}

struct played {
  float *in[N_CHANNELS], *main[N_CHANNELS], *stems[N_STEMS][N_CHANNELS];
  unsigned latency;
};

static struct played play(struct separator *four, struct separator *hp) {
  struct played p;
  struct pace pace;
  pace_reset(&pace, RATE);
  pace.freewheels = true;
  struct engine_request request = {
      .mixer = mixer_defaults(), .refine = refine_defaults(), .pace = &pace};
  struct engine_report report;
  const char *lack;
  struct engine *engine = engine_new(four, hp, RATE, BLOCK, &lack);
  assert_non_null(engine);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    p.in[c] = nets_floats(FRAMES_PLAYED);
    p.main[c] = nets_floats(FRAMES_PLAYED);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      p.stems[s][c] = nets_floats(FRAMES_PLAYED);
    }
  }
  rig_music(p.in[0], p.in[1], FRAMES_PLAYED, RATE);
  engine_set(engine, &request);
  struct audio audio;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    audio.in[c] = p.in[c];
    audio.main[c] = p.main[c];
    for (unsigned s = 0; s < N_STEMS; ++s) {
      audio.outs[s][c] = p.stems[s][c];
    }
  }
  engine_process(engine, &audio, FRAMES_PLAYED);
  engine_report(engine, &report);
  assert_int_equal(report.late_frames, 0);
  p.latency = report.latency;
  engine_free(engine);
  return p;
}

static void played_free(struct played *p) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    free(p->in[c]);
    free(p->main[c]);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      free(p->stems[s][c]);
    }
  }
}

/* The stems of each split add up to the input, in which the models' silent stems have no part. */
static void check_sums(const struct played *p, unsigned silent) {
  size_t heard = FRAMES_PLAYED - p->latency;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    assert_memory_equal(p->main[c] + p->latency, p->in[c], heard * sizeof(float));
    for (enum split_id split = 0; split < N_SPLITS; ++split) {
      float *sum = nets_floats(FRAMES_PLAYED);
      for (unsigned s = split_first(split); s < split_end(split); ++s) {
        assert_int_equal(rig_level_db(p->stems[s][c], FRAMES_PLAYED) < -60.0, silent >> s & 1);
        for (size_t i = 0; i < FRAMES_PLAYED; ++i) {
          sum[i] += p->stems[s][c][i];
        }
      }
      assert_true(rig_error_db(sum + p->latency, p->in[c], heard) < -110.0);
      free(sum);
    }
  }
}

static void test_five_stems_play(void **state) {
  (void)state;
  struct net *net = nets_open(five, RATE);
  assert_int_equal(net_info(net)->stems, 5);
  assert_string_equal(net_info(net)->stem_names[3], "guitar");
  net_free(net);
  struct played p = play(open_model(five, SPLIT_FOUR), open_model(five, SPLIT_HP));
  check_sums(&p, 0);
  played_free(&p);
}

/* The model of two stems, made one for vocals and all the rest. */
static void test_two_stems_play(void **state) {
  (void)state;
  char *path = file_temporary();
  size_t size = 0;
  unsigned char *bytes = file_read(two, &size);
  nets_replace(bytes, size, "\"harmonic,percussive\"", "\"vocals,other\"       ");
  file_write(path, bytes, size);
  struct played p = play(open_model(path, SPLIT_FOUR), open_model(two, SPLIT_HP));
  check_sums(&p, 1u << STEM_DRUMS | 1u << STEM_BASS);
  played_free(&p);
  free(bytes);
  file_remove(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_routes_are_found_by_name),
      cmocka_unit_test(test_five_stems_play),
      cmocka_unit_test(test_two_stems_play),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
