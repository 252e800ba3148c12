/* SPDX-License-Identifier: ISC */
/* What lilv gives hosts for each language of ttl/po: every name, comment and label is translated,
 * as the language's table says; symbols, scale points and the lv2:name of a group are not. */
#include "interface/ports.h"
#include "ttl/words.h"

#include <lilv/lilv.h>
#include <lv2/core/lv2.h>
#include <lv2/patch/patch.h>
#include <lv2/port-groups/port-groups.h>
#include <lv2/presets/presets.h>

#include <glob.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_WORDS = 1024, MAX_SHORT_NAME = 16 };

/* The bundle as a host of one language sees it. */
struct view {
  const char *lang;
  LilvWorld *world;
  const LilvPlugin *plugins[N_VARIANTS];
};

/* Two of them, and which words of the table were met. */
struct comparison {
  struct view english, other;
  const struct language *language; /* NULL: the other one is English too */
  bool met[MAX_WORDS];
};

static struct view view_open(const char *lang) {
  static const char *const uris[N_VARIANTS] = {UNBRAID_URI, UNBRAID_INSERT_URI};
  const char *bundle = getenv("UNBRAID_BUNDLE");
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s/", bundle ? bundle : "build/unbraid.lv2");
  setenv("LANG", lang, 1);
  struct view view = {lang, lilv_world_new(), {NULL}};
  LilvNode *uri = lilv_new_file_uri(view.world, NULL, folder);
  lilv_world_load_bundle(view.world, uri);
  lilv_node_free(uri);
  for (int v = 0; v < N_VARIANTS; v++) {
    uri = lilv_new_uri(view.world, uris[v]);
    view.plugins[v] = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(view.world), uri);
    lilv_node_free(uri);
    assert_non_null(view.plugins[v]);
    assert_true(lilv_plugin_verify(view.plugins[v])); /* loads its description */
  }
  return view;
}

/* lilv before 0.26 reads LANG at each question, later ones when a world is made. */
static void speak(const struct view *view) {
  setenv("LANG", view->lang, 1);
}

static size_t characters(const char *text) {
  size_t n = 0;
  for (; *text; text++) {
    n += ((unsigned char)*text & 0xc0) != 0x80;
  }
  return n;
}

/* Takes both nodes over. */
static void compare(struct comparison *c, LilvNode *english, LilvNode *other, size_t most) {
  assert_non_null(english);
  assert_non_null(other);
  const char *text = lilv_node_as_string(english), *got = lilv_node_as_string(other);
  const char *expected = text;
  if (c->language) {
    expected = words_find(c->language, text);
    if (!expected) {
      fail_msg("%s.po has no translation of '%s'", c->language->tag, text);
    }
    for (size_t i = 0; i < c->language->count; i++) {
      c->met[i] = c->met[i] || c->language->words[i].translated == expected;
    }
  }
  assert_string_equal(got, expected);
  if (characters(got) > most) {
    fail_msg("'%s' has more than %zu characters", got, most);
  }
  lilv_node_free(english);
  lilv_node_free(other);
}

static LilvNode *get(const struct view *view, const char *subject, const char *predicate) {
  speak(view);
  LilvNode *s = lilv_new_uri(view->world, subject), *p = lilv_new_uri(view->world, predicate);
  LilvNode *object = lilv_world_get(view->world, s, p, NULL);
  lilv_node_free(s);
  lilv_node_free(p);
  return object;
}

static void compare_objects(struct comparison *c, const char *subject, const char *predicate) {
  compare(c, get(&c->english, subject, predicate), get(&c->other, subject, predicate), SIZE_MAX);
}

static LilvNode *port_get(const struct view *view, int v, const LilvPort *port,
                          const char *predicate) {
  speak(view);
  LilvNode *p = lilv_new_uri(view->world, predicate);
  LilvNode *object = lilv_port_get(view->plugins[v], port, p);
  lilv_node_free(p);
  return object;
}

static LilvNode *port_name(const struct view *view, int v, const LilvPort *port) {
  speak(view);
  return lilv_port_get_name(view->plugins[v], port);
}

static void check_scale_points(const LilvPlugin *plugin, const LilvPort *port,
                               const struct scale_point *expected) {
  LilvScalePoints *points = lilv_port_get_scale_points(plugin, port);
  unsigned n = 0;
  LILV_FOREACH(scale_points, i, points) {
    const LilvScalePoint *point = lilv_scale_points_get(points, i);
    const struct scale_point *p = expected;
    while (p->label && p->value != lilv_node_as_float(lilv_scale_point_get_value(point))) {
      p++;
    }
    assert_non_null(p->label);
    assert_string_equal(lilv_node_as_string(lilv_scale_point_get_label(point)), p->label);
    n++;
  }
  while (expected && expected->label) {
    expected++;
    assert_true(n-- > 0);
  }
  assert_int_equal(n, 0);
  lilv_scale_points_free(points);
}

static void compare_port(struct comparison *c, int v, uint32_t index) {
  const struct port_info *info = &port_table[ports_from_variant((enum variant)v, index)];
  const LilvPort *english = lilv_plugin_get_port_by_index(c->english.plugins[v], index);
  const LilvPort *other = lilv_plugin_get_port_by_index(c->other.plugins[v], index);
  static const struct {
    const char *predicate;
    size_t most;
  } texts[] = {{LV2_CORE_PREFIX "shortName", MAX_SHORT_NAME}, {LILV_NS_RDFS "comment", SIZE_MAX}};
  compare(c, port_name(&c->english, v, english), port_name(&c->other, v, other), SIZE_MAX);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    compare(c, port_get(&c->english, v, english, texts[i].predicate),
            port_get(&c->other, v, other, texts[i].predicate), texts[i].most);
  }
  assert_string_equal(lilv_node_as_string(lilv_port_get_symbol(c->other.plugins[v], other)),
                      info->symbol);
  speak(&c->other);
  check_scale_points(c->other.plugins[v], other, info->points);
  LilvNode *group = port_get(&c->other, v, other, LV2_PORT_GROUPS__group);
  if (group) {
    compare_objects(c, lilv_node_as_uri(group), LILV_NS_RDFS "label");
  }
  lilv_node_free(group);
}

static void compare_parameters(struct comparison *c, int v) {
  LilvNode *writable = lilv_new_uri(c->other.world, LV2_PATCH__writable);
  LilvNodes *parameters = lilv_plugin_get_value(c->other.plugins[v], writable);
  LILV_FOREACH(nodes, i, parameters) {
    const char *uri = lilv_node_as_uri(lilv_nodes_get(parameters, i));
    compare_objects(c, uri, LILV_NS_RDFS "label");
    compare_objects(c, uri, LILV_NS_RDFS "comment");
  }
  lilv_nodes_free(parameters);
  lilv_node_free(writable);
}

/* As hosts do: they load the preset, then ask for its label. */
static void compare_presets(struct comparison *c, int v) {
  LilvNode *type = lilv_new_uri(c->other.world, LV2_PRESETS__Preset);
  LilvNodes *presets = lilv_plugin_get_related(c->other.plugins[v], type);
  assert_true(lilv_nodes_size(presets) > 0);
  LILV_FOREACH(nodes, i, presets) {
    const LilvNode *preset = lilv_nodes_get(presets, i);
    compare_objects(c, lilv_node_as_uri(preset), LILV_NS_RDFS "label");
    assert_true(lilv_world_load_resource(c->other.world, preset) >= 0);
    LilvNode *same = lilv_new_uri(c->english.world, lilv_node_as_uri(preset));
    assert_true(lilv_world_load_resource(c->english.world, same) >= 0);
    lilv_node_free(same);
    compare_objects(c, lilv_node_as_uri(preset), LILV_NS_RDFS "label");
  }
  lilv_nodes_free(presets);
  lilv_node_free(type);
}

static void compare_all(struct comparison *c, const char *lang) {
  c->english = view_open("C");
  c->other = view_open(lang);
  for (int v = 0; v < N_VARIANTS; v++) {
    const char *uri = lilv_node_as_uri(lilv_plugin_get_uri(c->other.plugins[v]));
    compare_objects(c, uri, LILV_NS_DOAP "shortdesc");
    compare_objects(c, uri, LV2_CORE_PREFIX "documentation");
    for (uint32_t i = 0; i < ports_count((enum variant)v); i++) {
      compare_port(c, v, i);
    }
    compare_parameters(c, v);
    compare_presets(c, v);
  }
  lilv_world_free(c->english.world);
  lilv_world_free(c->other.world);
}

static int read_languages(void **state) {
  (void)state;
  glob_t files;
  if (glob("ttl/po/*.po", 0, NULL, &files) != 0) {
    return -1;
  }
  bool good = true;
  for (size_t i = 0; i < files.gl_pathc; i++) {
    good = words_read(files.gl_pathv[i]) && good;
  }
  globfree(&files);
  return good ? 0 : -1;
}

static int forget_languages(void **state) {
  (void)state;
  words_free();
  return 0;
}

static void test_every_language_has_every_word(void **state) {
  (void)state;
  size_t n;
  const struct language *languages = words_languages(&n);
  assert_true(n >= 4);
  for (size_t i = 0; i < n; i++) {
    struct comparison c = {.language = &languages[i]};
    assert_true(languages[i].count < MAX_WORDS);
    char lang[32];
    snprintf(lang, sizeof lang, "%s_XX.UTF-8", languages[i].tag);
    compare_all(&c, lang);
    for (size_t w = 0; w < languages[i].count; w++) {
      const struct word *word = &languages[i].words[w];
      if (*word->english && !c.met[w]) {
        fail_msg("%s.po: '%s' stands nowhere, or twice", languages[i].tag, word->english);
      }
    }
    print_message("%s: %zu texts\n", languages[i].tag, languages[i].count - 1);
  }
}

/* The untagged literal, and no other, where there is no translation. */
static void test_other_languages_are_english(void **state) {
  (void)state;
  static const char *const langs[] = {"C", "C.UTF-8", "POSIX", "", "en_GB.UTF-8", "xx"};
  for (size_t i = 0; i < sizeof langs / sizeof *langs; i++) {
    struct comparison c = {.language = NULL};
    compare_all(&c, langs[i]);
  }
}

/* What a player would look for, so that no table can be right and empty. */
static void test_some_words_are_translated(void **state) {
  (void)state;
  static const struct {
    const char *lang, *mute, *karaoke, *drums;
  } some[] = {{"C", "Vocals Mute", "Karaoke", "Drums"},
              {"de_DE.UTF-8", "Gesang stumm", "Karaoke", "Schlagzeug"},
              {"es", "Silenciar voz", "Karaoke", "Batería"},
              {"fr_CA.UTF-8", "Muet voix", "Karaoké", "Batterie"},
              {"ja_JP.UTF-8", "ボーカル ミュート", "カラオケ", "ドラム"}};
  for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
    struct view view = view_open(some[i].lang);
    const LilvPlugin *plugin = view.plugins[VARIANT_STEMS];
    LilvNode *name = lilv_port_get_name(
        plugin,
        lilv_plugin_get_port_by_index(plugin, ports_stem_control(STEM_VOCALS, CONTROL_MUTE)));
    assert_string_equal(lilv_node_as_string(name), some[i].mute);
    lilv_node_free(name);
    LilvNode *label = get(&view, "urn:unbraid:preset:karaoke", LILV_NS_RDFS "label");
    assert_string_equal(lilv_node_as_string(label), some[i].karaoke);
    lilv_node_free(label);
    LilvNode *group =
        port_get(&view, VARIANT_STEMS,
                 lilv_plugin_get_port_by_index(plugin, PORT_STEM_AUDIO + 2 * STEM_DRUMS),
                 LV2_PORT_GROUPS__group);
    label = get(&view, lilv_node_as_uri(group), LILV_NS_RDFS "label");
    assert_string_equal(lilv_node_as_string(label), some[i].drums);
    lilv_node_free(label);
    lilv_node_free(group);
    name = lilv_plugin_get_name(plugin);
    assert_string_equal(lilv_node_as_string(name), "Unbraid");
    lilv_node_free(name);
    lilv_world_free(view.world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_language_has_every_word),
      cmocka_unit_test(test_other_languages_are_english),
      cmocka_unit_test(test_some_words_are_translated),
  };
  return cmocka_run_group_tests(tests, read_languages, forget_languages);
}
