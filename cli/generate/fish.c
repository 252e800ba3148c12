/* SPDX-License-Identifier: ISC */
#include "cli/generate/generate.h"

static void help(const char *text, FILE *out) {
  for (; *text; text++) {
    if (*text == '\'' || *text == '\\') {
      fputc('\\', out);
    }
    fputc(*text == '\n' ? ' ' : *text, out);
  }
}

static void action(const struct option_row *row, FILE *out) {
  switch (row->kind) {
  case VALUE_NONE:
    break;
  case VALUE_FILE:
    fputs(" -r -F", out);
    break;
  case VALUE_PICTURE:
    fputs(" -F", out);
    break;
  case VALUE_FOLDER:
    fputs(" -x -a '(__fish_complete_directories)'", out);
    break;
  case VALUE_WORD:
  case VALUE_CONTROL:
    fputs(" -x -a '", out);
    generate_words(row, out);
    fputs("'", out);
    break;
  case VALUE_WORDS:
    fputs(" -x -a '(__fish_append , ", out);
    generate_words(row, out);
    fputs(")'", out);
    break;
  case VALUE_PRESET:
    fputs(" -x -a '(unbraid --list-presets 2>/dev/null | string replace -a \" \" -)'", out);
    break;
  case VALUE_TEXT:
  case VALUE_NUMBER:
    fputs(" -x", out);
    break;
  }
}

void generate_fish(FILE *out) {
  fputs("# fish completion for unbraid(1)\n", out);
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    const struct option_row *row = &option_table[i];
    fputs("complete -c unbraid", out);
    if (row->letter) {
      fprintf(out, " -s %c", row->letter);
    }
    fprintf(out, " -l %s", row->name);
    action(row, out);
    fputs(" -d '", out);
    help(row->help, out);
    fputs("'\n", out);
  }
}
