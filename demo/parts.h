/* SPDX-License-Identifier: ISC */
/* The players. Each adds its part of the whole song to a sink that starts silent, and returns
 * false when out of memory. Levels are as in the mix, before it is brought to full scale. */
#pragma once

#include "demo/synth.h"

bool part_drums(const struct sink *sink, uint64_t seed);
bool part_bass(const struct sink *sink, uint64_t seed);
bool part_other(const struct sink *sink, uint64_t seed);
bool part_vocals(const struct sink *sink, uint64_t seed);
