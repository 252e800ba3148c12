/* SPDX-License-Identifier: ISC */
#include "cli/generate/generate.h"

/* The help in one line, with what means something within [...] of _arguments and within quotes. */
static void help(const char *text, FILE *out) {
  for (; *text; text++) {
    if (*text == '\'') {
      fputs("'\\''", out);
    } else if (*text == '[' || *text == ']' || *text == ':') {
      fprintf(out, "\\%c", *text);
    } else {
      fputc(*text == '\n' ? ' ' : *text, out);
    }
  }
}

static void action(const struct option_row *row, FILE *out) {
  switch (row->kind) {
  case VALUE_FOLDER:
    fputs("_files -/", out);
    break;
  case VALUE_FILE:
  case VALUE_PICTURE:
    fputs("_files", out);
    break;
  case VALUE_WORD:
    fputs("(", out);
    generate_words(row, out);
    fputs(")", out);
    break;
  case VALUE_WORDS:
    fputs("_values -s , word ", out);
    generate_words(row, out);
    break;
  case VALUE_CONTROL:
    fputs("{compadd -S \"\" -- ", out);
    generate_words(row, out);
    fputs("}", out);
    break;
  case VALUE_PRESET:
    fputs("{compadd -- ${(f)\"$(unbraid --list-presets 2>/dev/null | tr \" \" -)\"}}", out);
    break;
  case VALUE_NONE:
  case VALUE_TEXT:
  case VALUE_NUMBER:
    fputs(" ", out);
    break;
  }
}

void generate_zsh(FILE *out) {
  fputs("#compdef unbraid\n_arguments -s -S", out);
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    const struct option_row *row = &option_table[i];
    const char *long_end = !row->value ? "" : row->kind == VALUE_PICTURE ? "=-" : "=";
    fputs(" \\\n  ", out);
    if (row->letter) {
      fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}", row->letter, row->name, row->letter,
              row->value ? "+" : "", row->name, long_end);
    } else {
      fprintf(out, "%s--%s%s", row->kind == VALUE_CONTROL ? "\\*" : "", row->name, long_end);
    }
    fputs("'[", out);
    help(row->help, out);
    fputs("]", out);
    if (row->value) {
      fprintf(out, "%s%s:", row->kind == VALUE_PICTURE ? "::" : ":", row->value);
      action(row, out);
    }
    fputs("'", out);
  }
  fputs(" \\\n  '*:file or folder:_files'\n", out);
}
