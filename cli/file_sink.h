/* SPDX-License-Identifier: ISC */
/* A file that libsndfile writes. It does not report every write error in every format, so the sink
 * keeps the first one. */
#pragma once

#include "cli/sound_file.h"

struct file_sink {
  int fd;
  int error; /* errno of the first write that failed, or 0 */
};

/** Opens a descriptor for writing with libsndfile; *info is complete. The sink must stay where it
 * is until sf_close(), which does not close the descriptor. NULL with *error set. */
SNDFILE *file_sink_open(struct file_sink *sink, int fd, SF_INFO *info, struct sound_error *error);
