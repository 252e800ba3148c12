/* SPDX-License-Identifier: ISC */
/* The bundle's manifest, which hosts read from every installed bundle when they start. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/** Writes the manifest: both plugins with their version, their windows if the bundle has them (ui),
 * and the presets.
 *
 * presets are the paths of n preset files named NAME.ttl, each of which must describe
 * <urn:unbraid:preset:NAME>; the bundle keeps them in its folder presets/.
 *
 * Returns false, with a line on stderr, when a preset cannot be read or describes something else,
 * or when UNBRAID_VERSION is not three numbers. Write errors stay in out. */
bool manifest_write(FILE *out, bool ui, char *const *presets, int n);
