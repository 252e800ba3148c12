/* SPDX-License-Identifier: ISC */
/* The command line. */
#pragma once

#include "cli/status.h"
#include "interface/ports.h"

#include <stdbool.h>
#include <stdio.h>

/** The outputs that can be written: each stem, then the main output. */
enum { OUTPUT_MAIN = N_STEMS, N_OUTPUTS };

enum { MAX_SETTINGS = 64, MAX_JOBS = 64 };

enum action { ACTION_SEPARATE, ACTION_LIST_PRESETS, ACTION_VERSION, ACTION_HELP };
enum file_format { FORMAT_WAV, FORMAT_FLAC, FORMAT_OGG, FORMAT_OPUS, FORMAT_MP3 };
enum sample_bits { BITS_16, BITS_24, BITS_32F };

/** One --set SYMBOL=VALUE. */
struct setting {
  const char *symbol;
  float value;
};

struct options {
  enum action action;
  char *const *inputs; /* files and folders to take apart; "-": standard input */
  int n_inputs;
  const char *out;              /* --out; NULL: the current folder, and a folder for each song */
  bool to_stdout;               /* --out=- */
  const char *name;             /* --name; NULL: as out has it */
  const char *preset;           /* --preset; NULL: none */
  const char *models[N_SPLITS]; /* --model, --model-hp; NULL: those of the bundle */
  const char *plot_file;        /* --plot=FILE; NULL: NAME.png in the output folder */
  bool plot, quiet, json, resume;
  bool dither;            /* at 16 bits */
  bool cold;              /* --no-warm-up */
  bool stems_given;       /* --stems was used */
  int two;                /* --two-stems: the stem, or -1 */
  int jobs;               /* songs at a time */
  bool wanted[N_OUTPUTS]; /* the outputs asked for; by default every stem */
  enum file_format format;
  enum sample_bits bits; /* --bits, or what suits the format; means nothing for lossy ones */
  struct setting settings[MAX_SETTINGS];
  int n_settings;
};

/** Name of an output, as in file names: "vocals" ... "main"; with --two-stems the song without the
 * stem is "instrumental" or "no_drums" ... */
const char *options_output_name(const struct options *options, int output);

/** Reads the command line. The strings of argv are kept and cut at the '=' of --set. Returns
 * STATUS_OK, or STATUS_USAGE after reporting the error. */
enum status options_parse(struct options *options, int argc, char **argv);

/** Prints how to use the program. */
void options_help(FILE *out);
