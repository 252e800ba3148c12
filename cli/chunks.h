/* Files of chunks: WAV, RF64, W64, AIFF, CAF. The chunk of the samples says how long it is, and is
 * wrong in files of recorders that crashed, streamed or miscounted. */
#pragma once

#include "cli/song_parts.h"

/** Puts the length right where it is wrong, by patches of the part, and says in flaw what was
 * wrong; a length that is left open, as the format allows, is no flaw. A file that is none of these
 * is left as it is. The view is of the file that the part is all of. */
void chunks_mend(struct part *part, struct file_view *file, char flaw[FLAW]);
