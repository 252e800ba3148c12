/* SPDX-License-Identifier: ISC */
#include "cli/file_view.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A tag that may stand at the end of an MP3 file. */
enum { ID3V1_SIZE = 128 };

static void apply(const struct patch *patch, sf_count_t at, unsigned char *bytes, size_t n) {
  for (int i = 0; i < patch->length; i++) {
    const sf_count_t to = patch->at + i - at;
    if (to >= 0 && to < (sf_count_t)n) {
      bytes[to] = patch->bytes[i];
    }
  }
}

size_t file_view_read(struct file_view *view, sf_count_t at, void *bytes, size_t n) {
  const sf_count_t left = at < view->size ? view->size - at : 0;
  const size_t most = (sf_count_t)n < left ? n : (size_t)left;
  size_t got = 0;
  if (view->decoder) {
    got = ffmpeg_read(view->decoder, at, bytes, most);
  }
  while (!view->decoder && got < most) {
    const ssize_t count = pread(view->fd, (char *)bytes + got, most - got,
                                (off_t)(view->start + at + (sf_count_t)got));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      view->error = errno;
    }
    if (count <= 0) {
      view->cut = count == 0;
      break;
    }
    got += (size_t)count;
  }
  for (int i = 0; i < view->n_patches; i++) {
    apply(&view->patches[i], at, bytes, got);
  }
  view->ended = view->ended || got < n;
  return got;
}

static sf_count_t seeming_size(void *data) {
  const struct file_view *view = data;
  return view->seeming_size > view->size ? view->seeming_size : view->size;
}

static sf_count_t seek(sf_count_t offset, int whence, void *data) {
  struct file_view *view = data;
  view->at = offset + (whence == SEEK_END ? seeming_size(view) : whence == SEEK_CUR ? view->at : 0);
  return view->at;
}

static sf_count_t tell(void *data) {
  const struct file_view *view = data;
  return view->at;
}

/* Where a part seems longer than it is, nothing comes after its end, but for zeros where the tag
 * would be: the decoder insists on reading there. */
static sf_count_t read_on(void *bytes, sf_count_t n, void *data) {
  struct file_view *view = data;
  if (n <= 0 || view->at < 0) {
    return 0;
  }
  sf_count_t got = n;
  if (view->seeming_size > view->size && view->at >= view->seeming_size - ID3V1_SIZE) {
    memset(bytes, 0, (size_t)n);
  } else {
    got = (sf_count_t)file_view_read(view, view->at, bytes, (size_t)n);
  }
  view->at += got;
  return got;
}

SNDFILE *file_view_open(struct file_view *view, SF_INFO *info, struct sound_error *error) {
  SF_VIRTUAL_IO io = {.get_filelen = seeming_size, .seek = seek, .read = read_on, .tell = tell};
  view->at = 0;
  view->ended = false;
  return sound_open_virtual(&io, view, SFM_READ, info, error);
}
