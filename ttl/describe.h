/* The description of one plugin, from the port table. */
#pragma once

#include "plugin/ports.h"

#include <stdio.h>

/** URI of a variant. */
const char *describe_uri(enum variant v);

/** File name of a variant's description in the bundle. */
const char *describe_file(enum variant v);

/** Writes the description of a variant: the plugin, its port groups and its ports. */
void describe_plugin(FILE *out, enum variant v);
