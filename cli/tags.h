/* What a file tells about its song besides the audio. */
#pragma once

#include <sndfile.h>

/** Copies what the format of the other file can hold: title, artist and their like; from WAV to WAV
 * also the time at which a recording starts (bext), markers, loops, and what programs exchange in
 * XML. Nothing was written to that file yet. */
void tags_copy(SNDFILE *from, SNDFILE *to);
