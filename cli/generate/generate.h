/* SPDX-License-Identifier: ISC */
/* Generates the shell completions and the options of the manual page during the build, from the
 * option table and the port table. */
#pragma once

#include "cli/option_table.h"

#include <stdio.h>

/** Writes the words of an option, separated by spaces: those of its row, or the controls. */
void generate_words(const struct option_row *row, FILE *out);

/** Write the completion script of a shell. */
void generate_bash(FILE *out);
void generate_zsh(FILE *out);
void generate_fish(FILE *out);

/** Writes the options of the manual page in roff. */
void generate_manual(FILE *out);
