/* SPDX-License-Identifier: ISC */
#include "cli/options.h"

#include "cli/naming.h"
#include "cli/option_table.h"
#include "interface/limits.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const format_names[] = {"wav", "flac", "ogg", "opus", "mp3", NULL};
static const char *const bits_names[] = {"16", "24", "32f", NULL};

const char *options_output_name(const struct options *options, int output) {
  static const char *const without[N_STEMS] = {"instrumental", "no_drums",    "no_bass",
                                               "no_other",     "no_harmonic", "no_percussive"};
  return output != OUTPUT_MAIN ? stem_symbols[output]
         : options->two >= 0   ? without[options->two]
                               : "main";
}

/* "  -o, --out=DIR          write into DIR", and further lines below. */
static void help_row(const struct option_row *row, FILE *out) {
  enum { COLUMN = 25 };
  char start[80], letter[8] = "    ";
  if (row->letter) {
    snprintf(letter, sizeof letter, "-%c, ", row->letter);
  }
  snprintf(start, sizeof start, row->kind == VALUE_PICTURE ? "  %s--%s[%s%s]" : "  %s--%s%s%s",
           letter, row->name, row->value ? "=" : "", row->value ? row->value : "");
  const char *line = row->help;
  for (bool first = true; *line; first = false) {
    const int length = (int)strcspn(line, "\n");
    fprintf(out, "%-*s%.*s\n", COLUMN, first ? start : "", length, line);
    line += length + (line[length] == '\n');
  }
}

void options_help(FILE *out) {
  fputs("Usage: unbraid [OPTION...] FILE|FOLDER...\n"
        "Split songs into stems: vocals, drums, bass, other, harmonic, percussive.\n"
        "\n",
        out);
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    help_row(&option_table[i], out);
  }
  fputs("\n"
        "FILE may have any format that libsndfile reads (WAV, FLAC, Ogg, MP3 ...), or\n"
        "ffmpeg if installed (M4A, WMA ...), mono or stereo, 8 to 192 kHz; - is standard\n"
        "input. Of a FOLDER every song in it and in its subfolders is split. If --set or\n"
        "--preset moves a fader, the new mix is written as NAME.main too. See unbraid(1).\n",
        out);
}

/* The index of a word in a list, or -1. */
static int find(const char *word, size_t length, const char *const *list, int n) {
  for (int i = 0; i < n; i++) {
    if (strlen(list[i]) == length && strncasecmp(word, list[i], length) == 0) {
      return i;
    }
  }
  return -1;
}

static bool parse_stems(struct options *o, const char *list) {
  o->stems_given = true;
  for (const char *word = list;;) {
    const size_t length = strcspn(word, ",");
    int output = find(word, length, stem_symbols, N_STEMS);
    if (output < 0 && length == 4 && strncasecmp(word, "main", 4) == 0) {
      output = OUTPUT_MAIN;
    }
    if (output < 0) {
      say("--stems: no stem '%.*s'; there are vocals, drums, bass, other, harmonic, percussive and "
          "main",
          (int)length, word);
      return false;
    }
    o->wanted[output] = true;
    if (word[length] == '\0') {
      return true;
    }
    word += length + 1;
  }
}

static bool add_setting(struct options *o, const char *symbol, float value) {
  if (o->n_settings == MAX_SETTINGS) {
    say("--set: more than %d settings", MAX_SETTINGS);
    return false;
  }
  o->settings[o->n_settings++] = (struct setting){symbol, value};
  return true;
}

static bool parse_setting(struct options *o, char *text) {
  char *equals = strchr(text, '=');
  if (!equals || equals == text) {
    say("--set: '%s' is not PORT=VALUE", text);
    return false;
  }
  *equals = '\0';
  char *end;
  errno = 0;
  const float value = strtof(equals + 1, &end);
  if (end == equals + 1 || *end || errno == ERANGE || !isfinite(value)) {
    say("--set: %s: '%s' is not a number", text, equals + 1);
    return false;
  }
  return add_setting(o, text, value);
}

static bool parse_word(const char *option, const char *word, const char *const *list, int *index) {
  int n = 0;
  char names[128] = "";
  for (; list[n]; n++) {
    const size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", n > 0 ? ", " : "", list[n]);
  }
  *index = find(word, strlen(word), list, n);
  if (*index >= 0) {
    return true;
  }
  say("%s: '%s' is not one of %s", option, word, names);
  return false;
}

static bool parse_two(struct options *o, const char *word) {
  o->two = find(word, strlen(word), stem_symbols, N_STEMS);
  if (o->two < 0) {
    say("--two-stems: no stem '%s'; there are vocals, drums, bass, other, harmonic and percussive",
        word);
  }
  return o->two >= 0;
}

static bool parse_jobs(struct options *o, const char *text) {
  char *end;
  const long n = strtol(text, &end, 10);
  if (end == text || *end || n < 1 || n > MAX_JOBS) {
    say("--jobs: '%s' is not a number from 1 to %d", text, MAX_JOBS);
    return false;
  }
  o->jobs = (int)n;
  return true;
}

/* Fills in the bits that suit the format, and refuses those it cannot hold. bits is -1 when none
 * were given. */
static bool settle_bits(struct options *o, int bits) {
  const bool lossy = o->format != FORMAT_WAV && o->format != FORMAT_FLAC;
  if (lossy && bits >= 0) {
    say("--bits does not apply to %s, which is lossy", format_names[o->format]);
    return false;
  }
  if (o->format == FORMAT_FLAC && bits == BITS_32F) {
    say("--bits: flac holds 16 or 24 bits, not 32f");
    return false;
  }
  o->bits = bits >= 0 ? (enum sample_bits)bits : o->format == FORMAT_FLAC ? BITS_24 : BITS_32F;
  return true;
}

/* A quality by its name on the plugin's port, as a setting of that port. */
static bool parse_quality(struct options *o, const char *name) {
  const struct scale_point *points = port_table[PORT_QUALITY].points;
  const char *labels[N_QUALITIES + 1] = {NULL};
  for (int i = 0; i < N_QUALITIES; i++) {
    labels[i] = points[i].label;
  }
  int index;
  return parse_word("--quality", name, labels, &index) &&
         add_setting(o, port_table[PORT_QUALITY].symbol, points[index].value);
}

static bool not_empty(const char *option, const char *text) {
  if (*text == '\0') {
    say("%s: empty name", option);
  }
  return *text != '\0';
}

static bool parse_model(struct options *o, const char *option, enum split_id split,
                        const char *path) {
  o->models[split] = path;
  return not_empty(option, path);
}

/* One option; false after saying what is wrong with it. */
static bool parse_option(struct options *o, enum option_id option, int *bits) {
  int index;
  switch (option) {
  case OPTION_OUT:
    o->out = optarg;
    o->to_stdout = strcmp(optarg, "-") == 0;
    return not_empty("--out", optarg);
  case OPTION_STEMS:
    return parse_stems(o, optarg);
  case OPTION_TWO_STEMS:
    return parse_two(o, optarg);
  case OPTION_NAME:
    o->name = optarg;
    return naming_check(optarg);
  case OPTION_SET:
    return parse_setting(o, optarg);
  case OPTION_PRESET:
    o->preset = optarg;
    return true;
  case OPTION_LIST_PRESETS:
    o->action = ACTION_LIST_PRESETS;
    return true;
  case OPTION_QUALITY:
    return parse_quality(o, optarg);
  case OPTION_MODEL:
    return parse_model(o, "--model", SPLIT_FOUR, optarg);
  case OPTION_MODEL_HP:
    return parse_model(o, "--model-hp", SPLIT_HP, optarg);
  case OPTION_FORMAT:
    if (!parse_word("--format", optarg, format_names, &index)) {
      return false;
    }
    o->format = (enum file_format)index;
    return true;
  case OPTION_BITS:
    return parse_word("--bits", optarg, bits_names, bits);
  case OPTION_NO_DITHER:
    o->dither = false;
    return true;
  case OPTION_PLOT:
    o->plot = true;
    o->plot_file = optarg;
    return !optarg || not_empty("--plot", optarg);
  case OPTION_JOBS:
    return parse_jobs(o, optarg);
  case OPTION_RESUME:
    o->resume = true;
    return true;
  case OPTION_JSON:
    o->json = true;
    return true;
  case OPTION_NO_WARM_UP:
    o->cold = true;
    return true;
  case OPTION_QUIET:
    o->quiet = true;
    return true;
  case OPTION_HELP:
    o->action = ACTION_HELP;
    return true;
  case OPTION_VERSION:
    o->action = ACTION_VERSION;
    return true;
  case N_PROGRAM_OPTIONS:
    break;
  }
  return false;
}

/* The table as getopt_long() wants it: val is a row's number above every letter. */
enum { ROW = 256, LETTERS = 3 * N_PROGRAM_OPTIONS + 1 };

static void for_getopt(struct option *list, char *letters) {
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    const struct option_row *row = &option_table[i];
    const int argument = row->kind == VALUE_NONE      ? no_argument
                         : row->kind == VALUE_PICTURE ? optional_argument
                                                      : required_argument;
    list[i] = (struct option){row->name, argument, NULL, ROW + i};
    if (row->letter) {
      *letters++ = row->letter;
    }
    if (row->letter && argument == required_argument) {
      *letters++ = ':';
    }
  }
  list[N_PROGRAM_OPTIONS] = (struct option){0};
  *letters = '\0';
}

/* The row of what getopt_long() returned; N_PROGRAM_OPTIONS when it has said what is wrong. */
static enum option_id row_of(int found) {
  int i = found >= ROW ? found - ROW : 0;
  while (found < ROW && i < N_PROGRAM_OPTIONS &&
         (option_table[i].letter != found || found == '?')) {
    i++;
  }
  return (enum option_id)i;
}

static int count_wanted(const struct options *o) {
  int n = 0;
  for (int i = 0; i < N_OUTPUTS; i++) {
    n += o->wanted[i];
  }
  return n;
}

/* What was asked for goes together; false after saying what does not. */
static bool agree(const struct options *o) {
  if (o->two >= 0 && (o->stems_given || o->preset)) {
    say("--two-stems selects outputs and faders itself; it cannot be combined with --stems or "
        "--preset");
  } else if (o->to_stdout && count_wanted(o) != 1) {
    say("--out=-: only one stem can go to standard output; select it with --stems");
  } else if (o->to_stdout && (o->json || o->name || o->resume)) {
    say("--out=- cannot be combined with --name, --resume or --json");
  } else if (o->to_stdout && o->plot && !o->plot_file) {
    say("--out=-: give the picture a name: --plot=FILE");
  } else if (o->name && count_wanted(o) > 1 && !strstr(o->name, "{stem}")) {
    say("--name: %s: without {stem} all stems would be the same file", o->name);
  } else {
    return true;
  }
  return false;
}

enum status options_parse(struct options *o, int argc, char **argv) {
  *o = (struct options){.format = FORMAT_WAV, .dither = true, .two = -1, .jobs = 1};
  struct option list[N_PROGRAM_OPTIONS + 1];
  char letters[LETTERS];
  for_getopt(list, letters);
  int bits = -1, found;
  while ((found = getopt_long(argc, argv, letters, list, NULL)) != -1) {
    const enum option_id option = row_of(found);
    if (option == N_PROGRAM_OPTIONS) {
      fputs("unbraid: try 'unbraid --help'\n", stderr);
      return STATUS_USAGE;
    }
    if (!parse_option(o, option, &bits)) {
      return STATUS_USAGE;
    }
  }
  for (int i = 0; i < N_OUTPUTS && !o->stems_given; i++) {
    o->wanted[i] = o->two >= 0 ? i == o->two || i == OUTPUT_MAIN : i < N_STEMS;
  }
  if (o->action != ACTION_SEPARATE) {
    return STATUS_OK;
  }
  if (argc == optind) {
    say("no file given; try 'unbraid --help'");
    return STATUS_USAGE;
  }
  o->inputs = argv + optind;
  o->n_inputs = argc - optind;
  return agree(o) && settle_bits(o, bits) ? STATUS_OK : STATUS_USAGE;
}
