/* SPDX-License-Identifier: ISC */
/* Files of chunks: WAV, RF64, W64, AIFF, CAF. The chunk of the samples has a length, which is wrong
 * in files of recorders that crashed, streamed or miscounted. */
#pragma once

#include "cli/song_parts.h"

/** Corrects a wrong length by patches of the part, and describes the error in flaw. A length left
 * open, as the format allows, is no flaw. Other files are not changed. The view shows the whole
 * file of the part. */
void chunks_mend(struct part *part, struct file_view *file, char flaw[FLAW]);
