/* SPDX-License-Identifier: ISC */
/* Tags and other data of a song besides the audio. */
#pragma once

#include <sndfile.h>

/** Copies the tags that the format of the other file supports, such as title and artist. From WAV
 * to WAV it also copies the start time of the recording (bext), markers, loops and XML data. A
 * title becomes "Title (stem)". Call it before anything is written to that file. */
void tags_copy(SNDFILE *from, SNDFILE *to, const char *stem);

/** A tag (SF_STR_TITLE ...) in UTF-8, to be freed; NULL if there is none. */
char *tags_string(SNDFILE *file, int which);
