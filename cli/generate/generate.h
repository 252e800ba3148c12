/* SPDX-License-Identifier: ISC */
/* Generates the shell completions and the options of the manual page during the build, from the
 * option table and the port table. */
#pragma once

#include "cli/option_table.h"
#include "interface/ports.h"

#include <stdbool.h>
#include <stdio.h>

/** Whether a port is a control for the user to set. */
bool generate_is_users(enum port port);

/** Writes the words of an option, separated by spaces: those of its row, or the controls. */
void generate_words(const struct option_row *row, FILE *out);

/** Write the completion script of a shell. */
void generate_bash(FILE *out);
void generate_zsh(FILE *out);
void generate_fish(FILE *out);

/** Write entries of the manual page in roff: one for each option; one for each of the user's
 * controls, a stem's once for all stems. */
void generate_options(FILE *out);
void generate_controls(FILE *out);
