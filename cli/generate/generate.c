/* SPDX-License-Identifier: ISC */
/* generate bash|zsh|fish: the completions of a shell. generate man: the options of the manual page.
 */
#include "cli/generate/generate.h"

#include "interface/ports.h"

#include <stdlib.h>
#include <string.h>

void generate_words(const struct option_row *row, FILE *out) {
  if (row->kind != VALUE_CONTROL) {
    fputs(row->words, out);
    return;
  }
  const char *space = "";
  for (int i = 0; i < N_PORTS; i++) {
    const struct port_info *port = &port_table[i];
    if (port->kind == KIND_CONTROL_IN && !(port->flags & FLAG_NOT_ON_GUI)) {
      fprintf(out, "%s%s=", space, port->symbol);
      space = " ";
    }
  }
}

int main(int argc, char **argv) {
  int status = EXIT_SUCCESS;
  if (argc != 2) {
    fputs("usage: generate bash|zsh|fish|man\n", stderr);
    status = EXIT_FAILURE;
  } else if (strcmp(argv[1], "bash") == 0) {
    generate_bash(stdout);
  } else if (strcmp(argv[1], "zsh") == 0) {
    generate_zsh(stdout);
  } else if (strcmp(argv[1], "fish") == 0) {
    generate_fish(stdout);
  } else if (strcmp(argv[1], "man") == 0) {
    generate_manual(stdout);
  } else {
    fprintf(stderr, "generate: %s: no such form\n", argv[1]);
    status = EXIT_FAILURE;
  }
  return fflush(stdout) == 0 ? status : EXIT_FAILURE;
}
