/* SPDX-License-Identifier: ISC */
/* Assigns each file to one song of the run, so that no two songs write the same file. */
#pragma once

#include <stdbool.h>

/** Assigns a path, whose folder exists, to a song. False after saying that it is assigned already.
 * Any thread may call it. */
bool claims_take(const char *path, const char *song);
