/* SPDX-License-Identifier: ISC */
#include "cli/generate/generate.h"

#include <string.h>

/* Text; where a comment names the stem it is about, any is meant. A minus is no hyphen: numbers and
 * options can be copied from the page. */
static void text(FILE *out, const char *words, const char *stem) {
  while (*words) {
    if (stem && strncmp(words, stem, strlen(stem)) == 0) {
      fputs("stem", out);
      words += strlen(stem);
    } else {
      fprintf(out, *words == '-' ? "\\%c" : "%c", *words);
      words++;
    }
  }
}

void generate_options(FILE *out) {
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    const struct option_row *row = &option_table[i];
    fputs(".TP\n", out);
    if (row->letter) {
      fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
    }
    fputs("\\fB\\-\\-", out);
    text(out, row->name, NULL);
    fputs("\\fR", out);
    if (row->value) {
      fprintf(out, row->kind == VALUE_PICTURE ? "[=\\fI%s\\fR]" : "=\\fI%s\\fR", row->value);
    }
    fprintf(out, "\n%s", row->manual);
  }
}

/* The values a control can have, and which it has by itself. */
static void values(FILE *out, enum port port) {
  const struct port_info *info = &port_table[port];
  char line[96];
  if (info->flags & FLAG_ENUM) {
    for (const struct scale_point *p = info->points; p->label; p++) {
      fprintf(out, "%g: %s%s%s", (double)p->value, p->label,
              p->value == info->initial ? " (default)" : "", p[1].label ? "; " : ".\n");
    }
    return;
  }
  snprintf(line, sizeof line, "%g %s %g%s; %g by default.\n", (double)info->minimum,
           info->flags & FLAG_TOGGLED ? "or" : "to", (double)info->maximum,
           ports_has_unit(port, "db")   ? " dB"
           : ports_has_unit(port, "pc") ? " %"
                                        : "",
           (double)info->initial);
  text(out, line, NULL);
}

void generate_controls(FILE *out) {
  for (enum port port = 0; port < N_PORTS; port++) {
    const struct port_info *info = &port_table[port];
    const char *stem = ports_is_stem_control(port) ? stem_symbols[ports_stem(port)] : NULL;
    if (!generate_is_users(port) || (stem && ports_stem(port) > 0)) {
      continue;
    }
    fprintf(out, ".TP\n%s%s\n", stem ? ".IB S " : ".B ", info->symbol + (stem ? strlen(stem) : 0));
    text(out, info->comment, stem);
    fputs(".\n", out);
    values(out, port);
  }
}
