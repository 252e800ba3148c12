/* SPDX-License-Identifier: ISC */
/* Ogg files: streams one after the other, as recordings of net radio are; libsndfile reads the
 * first one. */
#pragma once

#include "cli/song_parts.h"

/** A part for each stream. Returns 0, or an errno. */
int ogg_layout(struct song_parts *layout, struct file_view *file);
