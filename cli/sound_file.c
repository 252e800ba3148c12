/* SPDX-License-Identifier: ISC */
#include "cli/sound_file.h"

#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static SNDFILE *done(SNDFILE *file, struct sound_error *error) {
  if (!file) {
    error->number = sf_error(NULL);
    snprintf(error->words, sizeof error->words, "%s", sf_strerror(NULL));
  }
  pthread_mutex_unlock(&lock);
  return file;
}

SNDFILE *sound_open(const char *path, SF_INFO *info, struct sound_error *error) {
  pthread_mutex_lock(&lock);
  return done(sf_open(path, SFM_READ, info), error);
}

SNDFILE *sound_open_virtual(SF_VIRTUAL_IO *io, void *data, int mode, SF_INFO *info,
                            struct sound_error *error) {
  pthread_mutex_lock(&lock);
  return done(sf_open_virtual(io, mode, info, data), error);
}
