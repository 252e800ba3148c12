/* SPDX-License-Identifier: ISC */
/* generate bash|zsh|fish: the completions of a shell. generate options|controls: these of the
 * manual page. */
#include "cli/generate/generate.h"

#include <stdlib.h>
#include <string.h>

bool generate_is_users(enum port port) {
  return port_table[port].kind == KIND_CONTROL_IN && !(port_table[port].flags & FLAG_NOT_ON_GUI);
}

void generate_words(const struct option_row *row, FILE *out) {
  if (row->kind != VALUE_CONTROL) {
    fputs(row->words, out);
    return;
  }
  const char *space = "";
  for (enum port port = 0; port < N_PORTS; port++) {
    if (generate_is_users(port)) {
      fprintf(out, "%s%s=", space, port_table[port].symbol);
      space = " ";
    }
  }
}

int main(int argc, char **argv) {
  int status = EXIT_SUCCESS;
  if (argc != 2) {
    fputs("usage: generate bash|zsh|fish|options|controls\n", stderr);
    status = EXIT_FAILURE;
  } else if (strcmp(argv[1], "bash") == 0) {
    generate_bash(stdout);
  } else if (strcmp(argv[1], "zsh") == 0) {
    generate_zsh(stdout);
  } else if (strcmp(argv[1], "fish") == 0) {
    generate_fish(stdout);
  } else if (strcmp(argv[1], "options") == 0) {
    generate_options(stdout);
  } else if (strcmp(argv[1], "controls") == 0) {
    generate_controls(stdout);
  } else {
    fprintf(stderr, "generate: %s: no such form\n", argv[1]);
    status = EXIT_FAILURE;
  }
  return fflush(stdout) == 0 ? status : EXIT_FAILURE;
}
