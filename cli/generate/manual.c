/* SPDX-License-Identifier: ISC */
#include "cli/generate/generate.h"

/* A dash would become a hyphen. */
static void option_name(const char *name, FILE *out) {
  fputs("\\fB\\-\\-", out);
  for (; *name; name++) {
    fprintf(out, *name == '-' ? "\\-" : "%c", *name);
  }
  fputs("\\fR", out);
}

void generate_manual(FILE *out) {
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    const struct option_row *row = &option_table[i];
    fputs(".TP\n", out);
    if (row->letter) {
      fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
    }
    option_name(row->name, out);
    if (row->value) {
      fprintf(out, row->kind == VALUE_PICTURE ? "[=\\fI%s\\fR]" : "=\\fI%s\\fR", row->value);
    }
    fprintf(out, "\n%s", row->manual);
  }
}
