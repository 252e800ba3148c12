/* SPDX-License-Identifier: ISC */
/* The scale that faders and meters share: where a level in dB stands on a track. */
#pragma once

/** Height of a level on the track, 0 at the bottom (-60 dB and less) to 1 at the top (12 dB). Like
 * on a mixing desk, the range around 0 dB takes most of the track. */
double taper_position(double db);

/** The level at a height: the inverse. */
double taper_db(double position);
