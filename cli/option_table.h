/* SPDX-License-Identifier: ISC */
/* The command line options in one table: the source of the parser, --help, the manual page and the
 * shell completions. */
#pragma once

#include <stdbool.h>

/** The kind of an option's value. */
enum option_value {
  VALUE_NONE,
  VALUE_TEXT,    /* free text */
  VALUE_NUMBER,  /* a whole number */
  VALUE_FILE,    /* any file */
  VALUE_PICTURE, /* optional: a file, after '=' */
  VALUE_FOLDER,
  VALUE_WORD,    /* one of the words */
  VALUE_WORDS,   /* some of them, with commas between */
  VALUE_CONTROL, /* SYMBOL=VALUE of an input port */
  VALUE_PRESET,  /* one of those that --list-presets lists */
};

enum option_id {
  OPTION_OUT,
  OPTION_STEMS,
  OPTION_TWO_STEMS,
  OPTION_NAME,
  OPTION_SET,
  OPTION_PRESET,
  OPTION_LIST_PRESETS,
  OPTION_QUALITY,
  OPTION_MODEL,
  OPTION_MODEL_HP,
  OPTION_FORMAT,
  OPTION_BITS,
  OPTION_NO_DITHER,
  OPTION_PLOT,
  OPTION_JOBS,
  OPTION_RESUME,
  OPTION_JSON,
  OPTION_NO_WARM_UP,
  OPTION_QUIET,
  OPTION_HELP,
  OPTION_VERSION,
  N_PROGRAM_OPTIONS
};

struct option_row {
  const char *name; /* after "--" */
  char letter;      /* after "-"; 0: none */
  enum option_value kind;
  const char *value;  /* its name, as in --out=DIR; NULL where there is none */
  const char *words;  /* with spaces between; of VALUE_WORD and VALUE_WORDS */
  const char *help;   /* lines of --help */
  const char *manual; /* the same in full, for the manual page, in roff */
};

/** By option_id. */
extern const struct option_row option_table[N_PROGRAM_OPTIONS];
