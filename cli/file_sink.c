/* SPDX-License-Identifier: ISC */
#include "cli/file_sink.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static sf_count_t length(void *data) {
  const struct file_sink *sink = data;
  struct stat st;
  return fstat(sink->fd, &st) == 0 ? (sf_count_t)st.st_size : -1;
}

static sf_count_t seek(sf_count_t offset, int whence, void *data) {
  const struct file_sink *sink = data;
  return (sf_count_t)lseek(sink->fd, (off_t)offset, whence);
}

static sf_count_t tell(void *data) {
  return seek(0, SEEK_CUR, data);
}

/* Some headers are read again before they are completed. */
static sf_count_t read_back(void *bytes, sf_count_t n, void *data) {
  const struct file_sink *sink = data;
  return (sf_count_t)read(sink->fd, bytes, (size_t)n);
}

static sf_count_t write_all(const void *bytes, sf_count_t n, void *data) {
  struct file_sink *sink = data;
  sf_count_t written = 0;
  while (written < n && !sink->error) {
    const ssize_t count = write(sink->fd, (const char *)bytes + written, (size_t)(n - written));
    if (count < 0 && errno != EINTR) {
      sink->error = errno;
    }
    written += count > 0 ? count : 0;
  }
  return written;
}

SNDFILE *file_sink_open(struct file_sink *sink, int fd, SF_INFO *info, struct sound_error *error) {
  SF_VIRTUAL_IO io = {length, seek, read_back, write_all, tell};
  *sink = (struct file_sink){.fd = fd};
  return sound_open_virtual(&io, sink, SFM_WRITE, info, error);
}
