/* SPDX-License-Identifier: ISC */
/* The controls as unbraid(1) lists them. */
#pragma once

#include <stdio.h>

/** Writes an entry for each control that is the user's, from the port table, in man(7)'s language.
 * A stem's controls are written once, for all stems. */
void man_write(FILE *out);
