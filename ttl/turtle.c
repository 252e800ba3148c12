/* SPDX-License-Identifier: ISC */
#include "ttl/turtle.h"

#include <stdlib.h>
#include <string.h>

void turtle_literal(FILE *out, const char *text) {
  fputc('"', out);
  for (const char *c = text; *c; c++) {
    switch (*c) {
    case '"':
    case '\\':
      fputc('\\', out);
      fputc(*c, out);
      break;
    case '\n':
      fputs("\\n", out);
      break;
    default:
      fputc(*c, out);
    }
  }
  fputc('"', out);
}

void turtle_number(FILE *out, float value, bool integer) {
  if (integer) {
    fprintf(out, "%.0f", (double)value);
    return;
  }
  char text[64];
  for (int digits = 1; digits <= 9; digits++) {
    snprintf(text, sizeof text, "%.*f", digits, (double)value);
    if (strtof(text, NULL) == value) {
      break;
    }
  }
  fputs(text, out);
}

void turtle_next(FILE *out, int depth, const char *predicate) {
  fputs(" ;\n", out);
  for (int i = 0; i < depth; i++) {
    fputc('\t', out);
  }
  fprintf(out, "%s ", predicate);
}
