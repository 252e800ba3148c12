/* SPDX-License-Identifier: ISC */
/* The description of one plugin, from the port table. */
#pragma once

#include "interface/ports.h"

#include <stdbool.h>
#include <stdio.h>

/** URI of a variant. */
const char *describe_uri(enum variant v);

/** File name of a variant's description in the bundle. */
const char *describe_file(enum variant v);

/** URI of a variant's window. */
const char *describe_ui_uri(enum variant v);

/** Writes the description of a variant: the plugin, its port groups, its ports, and its window if
 * the bundle has it (ui). */
void describe_plugin(FILE *out, enum variant v, bool ui);
