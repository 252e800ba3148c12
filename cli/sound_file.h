/* SPDX-License-Identifier: ISC */
/* Opens files with libsndfile. libsndfile keeps the reason of a failure in one place for the whole
 * program, so these functions open and read the reason in one step. Any thread may call them. */
#pragma once

#include <sndfile.h>

struct sound_error {
  int number; /* SF_ERR_... */
  char words[160];
};

/** Opens for reading. *info starts as {0}. NULL with *error set. */
SNDFILE *sound_open(const char *path, SF_INFO *info, struct sound_error *error);

/** The same for the data behind io; mode is SFM_READ or SFM_WRITE. */
SNDFILE *sound_open_virtual(SF_VIRTUAL_IO *io, void *data, int mode, SF_INFO *info,
                            struct sound_error *error);
