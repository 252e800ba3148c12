/* SPDX-License-Identifier: ISC */
#include "cli/generate/generate.h"

static const char *const head =
    "# bash completion for unbraid(1)\n"
    "_unbraid() {\n"
    "  local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} done words=\n"
    "  # bash takes --option=value for three words.\n"
    "  if [[ $cur == = ]]; then\n"
    "    cur=\n"
    "  elif [[ $option == = && COMP_CWORD -gt 1 ]]; then\n"
    "    option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "  fi\n"
    "  COMPREPLY=()\n"
    "  case $option in\n";

static const char *const tail =
    "  if [[ $cur == -* ]]; then\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
    "    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace\n"
    "  else\n"
    "    compopt -o filenames\n"
    "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "  fi\n"
    "}\n"
    "complete -F _unbraid unbraid\n";

static void words(const struct option_row *row, FILE *out) {
  fputs("      words=\"", out);
  generate_words(row, out);
  fputs("\"\n", out);
}

/* The branch of one option: what follows it. */
static void branch(const struct option_row *row, FILE *out) {
  static const char *const choose =
      "      mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n";
  fprintf(out, "    --%s", row->name);
  if (row->letter) {
    fprintf(out, " | -%c", row->letter);
  }
  fputs(")\n", out);
  switch (row->kind) {
  case VALUE_FOLDER:
    fputs("      compopt -o filenames\n"
          "      mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n",
          out);
    break;
  case VALUE_FILE:
    fputs("      compopt -o filenames\n"
          "      mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n",
          out);
    break;
  case VALUE_WORD:
    words(row, out);
    fputs(choose, out);
    break;
  case VALUE_WORDS:
    words(row, out);
    fputs("      done=${cur%\"${cur##*,}\"}\n"
          "      mapfile -t COMPREPLY < <(compgen -P \"$done\" -W \"$words\" -- \"${cur##*,}\")\n"
          "      compopt -o nospace\n",
          out);
    break;
  case VALUE_CONTROL:
    words(row, out);
    fputs(choose, out);
    fputs("      compopt -o nospace\n", out);
    break;
  case VALUE_PRESET:
    fputs("      words=$(unbraid --list-presets 2>/dev/null | tr ' ' -)\n", out);
    fputs(choose, out);
    break;
  case VALUE_NONE:
  case VALUE_PICTURE:
  case VALUE_TEXT:
  case VALUE_NUMBER:
    break;
  }
  fputs("      return\n      ;;\n", out);
}

void generate_bash(FILE *out) {
  fputs(head, out);
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    if (option_table[i].kind != VALUE_NONE && option_table[i].kind != VALUE_PICTURE) {
      branch(&option_table[i], out);
    }
  }
  /* A picture's name stands behind '=' only. */
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    if (option_table[i].kind == VALUE_PICTURE) {
      fprintf(
          out,
          "    --%s)\n"
          "      if [[ ${COMP_WORDS[COMP_CWORD]} == = || ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; "
          "then\n"
          "        compopt -o filenames\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
          "        return\n"
          "      fi\n"
          "      ;;\n",
          option_table[i].name);
    }
  }
  fputs("  esac\n  local options=\"", out);
  for (int i = 0; i < N_PROGRAM_OPTIONS; i++) {
    const struct option_row *row = &option_table[i];
    fprintf(out, "%s--%s%s", i > 0 ? " " : "", row->name,
            row->value && row->kind != VALUE_PICTURE ? "=" : "");
  }
  fputs("\"\n", out);
  fputs(tail, out);
}
