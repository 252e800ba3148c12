#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const format_names[] = {"wav", "flac", "ogg"};
static const char *const bits_names[] = {"16", "24", "32f"};

const char *options_output_name(int output) {
  return output == OUTPUT_MAIN ? "main" : stem_symbols[output];
}

void options_help(FILE *out) {
  fputs("Usage: unbraid [OPTION...] FILE\n"
        "Split a song into stems: vocals, drums, bass, other, harmonic, percussive.\n"
        "\n"
        "  -o, --out=DIR          write into DIR (default: NAME.stems in the current folder)\n"
        "  -s, --stems=LIST       write these only: vocals,drums,bass,other,harmonic,\n"
        "                         percussive,main\n"
        "      --set=PORT=VALUE   set a control of the plugin, such as vocals_gain=-6\n"
        "                         or spatial=0; see unbraid(1) for all\n"
        "  -p, --preset=NAME      set the controls to a preset\n"
        "      --list-presets     list the presets\n"
        "      --quality=NAME     bundled model: balanced (default), light, live\n"
        "                         or instant\n"
        "      --model=FILE       your own model file for the four stems\n"
        "      --model-hp=FILE    your own model file for harmonic and percussive\n"
        "  -f, --format=FORMAT    wav (default), flac or ogg\n"
        "  -b, --bits=BITS        16, 24 or 32f (default: 32f for wav, 24 for flac)\n"
        "      --plot[=FILE]      draw the spectrograms (default: NAME.png with the stems)\n"
        "      --no-warm-up       start on silence, as a host does\n"
        "  -q, --quiet            print errors only\n"
        "  -h, --help             print this help\n"
        "  -V, --version          print the version\n"
        "\n"
        "FILE may have any format that libsndfile reads (WAV, FLAC, Ogg, MP3 ...), or ffmpeg\n"
        "if installed (M4A, WMA ...), mono or stereo, 8 to 192 kHz. If --set or --preset moves\n"
        "a fader, the new mix is written as NAME.main too. See unbraid(1).\n",
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

static bool parse_word(const char *option, const char *word, const char *const *list, int n,
                       int *index) {
  *index = find(word, strlen(word), list, n);
  if (*index >= 0) {
    return true;
  }
  say("%s: '%s' is not one of %s, %s, %s", option, word, list[0], list[1], list[2]);
  return false;
}

/* Fills in the bits that suit the format, and refuses those it cannot hold. bits is -1 when none
 * were given. */
static bool settle_bits(struct options *o, int bits) {
  if (o->format == FORMAT_OGG && bits >= 0) {
    say("--bits does not apply to ogg, which is lossy");
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
  for (const struct scale_point *p = port_table[PORT_QUALITY].points; p->label; p++) {
    if (strcasecmp(p->label, name) == 0) {
      return add_setting(o, port_table[PORT_QUALITY].symbol, p->value);
    }
  }
  char names[128] = "";
  for (const struct scale_point *p = port_table[PORT_QUALITY].points; p->label; p++) {
    const size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", p->label);
  }
  say("--quality: '%s' is not one of %s", name, names);
  return false;
}

static bool parse_model(struct options *o, const char *option, enum split_id split,
                        const char *path) {
  o->models[split] = path;
  if (*path == '\0') {
    say("%s: empty name", option);
  }
  return *path != '\0';
}

enum { OPT_SET = 256, OPT_LIST_PRESETS, OPT_PLOT, OPT_QUALITY, OPT_MODEL, OPT_MODEL_HP, OPT_COLD };

static const struct option long_options[] = {
    {"out", required_argument, NULL, 'o'},
    {"stems", required_argument, NULL, 's'},
    {"set", required_argument, NULL, OPT_SET},
    {"preset", required_argument, NULL, 'p'},
    {"list-presets", no_argument, NULL, OPT_LIST_PRESETS},
    {"quality", required_argument, NULL, OPT_QUALITY},
    {"model", required_argument, NULL, OPT_MODEL},
    {"model-hp", required_argument, NULL, OPT_MODEL_HP},
    {"format", required_argument, NULL, 'f'},
    {"bits", required_argument, NULL, 'b'},
    {"plot", optional_argument, NULL, OPT_PLOT},
    {"no-warm-up", no_argument, NULL, OPT_COLD},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

/* One option; false after saying what is wrong with it. */
static bool parse_option(struct options *o, int option, int *bits) {
  int index;
  switch (option) {
  case 'o':
    o->out = optarg;
    if (*optarg == '\0') {
      say("--out: empty name");
    }
    return *optarg != '\0';
  case 's':
    return parse_stems(o, optarg);
  case OPT_SET:
    return parse_setting(o, optarg);
  case 'p':
    o->preset = optarg;
    return true;
  case OPT_LIST_PRESETS:
    o->action = ACTION_LIST_PRESETS;
    return true;
  case OPT_QUALITY:
    return parse_quality(o, optarg);
  case OPT_MODEL:
    return parse_model(o, "--model", SPLIT_FOUR, optarg);
  case OPT_MODEL_HP:
    return parse_model(o, "--model-hp", SPLIT_HP, optarg);
  case 'f':
    if (!parse_word("--format", optarg, format_names, 3, &index)) {
      return false;
    }
    o->format = (enum file_format)index;
    return true;
  case 'b':
    return parse_word("--bits", optarg, bits_names, 3, bits);
  case OPT_PLOT:
    o->plot = true;
    o->plot_file = optarg;
    if (optarg && *optarg == '\0') {
      say("--plot: empty name");
    }
    return !optarg || *optarg;
  case OPT_COLD:
    o->cold = true;
    return true;
  case 'q':
    o->quiet = true;
    return true;
  case 'h':
    o->action = ACTION_HELP;
    return true;
  case 'V':
    o->action = ACTION_VERSION;
    return true;
  default: /* getopt has said it */
    fputs("unbraid: try 'unbraid --help'\n", stderr);
    return false;
  }
}

enum status options_parse(struct options *o, int argc, char **argv) {
  *o = (struct options){.format = FORMAT_WAV};
  int bits = -1;
  int option;
  while ((option = getopt_long(argc, argv, "o:s:p:f:b:qhV", long_options, NULL)) != -1) {
    if (!parse_option(o, option, &bits)) {
      return STATUS_USAGE;
    }
  }
  if (!o->stems_given) {
    for (int i = 0; i < N_STEMS; i++) {
      o->wanted[i] = true;
    }
  }
  if (o->action != ACTION_SEPARATE) {
    return STATUS_OK;
  }
  if (argc - optind != 1) {
    say(argc == optind ? "no file given; try 'unbraid --help'"
                       : "one file at a time; try 'unbraid --help'");
    return STATUS_USAGE;
  }
  o->input = argv[optind];
  return settle_bits(o, bits) ? STATUS_OK : STATUS_USAGE;
}
