#include "cli/stretch.h"

#include <string.h>

/* Bit rates within an MP3 file differ by a factor of 40 at most. */
#define STRETCH 64

/* A tag that may stand at the end of an MP3 file. */
enum { ID3V1_SIZE = 128 };

static sf_count_t seeming_size(void *data) {
  const struct stretch *s = data;
  return STRETCH * s->size;
}

static sf_count_t seek(sf_count_t offset, int whence, void *data) {
  struct stretch *s = data;
  s->at = offset + (whence == SEEK_END ? seeming_size(s) : whence == SEEK_CUR ? s->at : 0);
  return s->at;
}

static sf_count_t tell(void *data) {
  const struct stretch *s = data;
  return s->at;
}

/* Nothing comes after the end, but for zeros where the tag would be: the decoder insists on reading
 * there. */
static sf_count_t read_bytes(void *bytes, sf_count_t n, void *data) {
  struct stretch *s = data;
  if (n <= 0 || s->at < 0) {
    return 0;
  }
  sf_count_t got = 0;
  if (s->at >= seeming_size(s) - ID3V1_SIZE) {
    memset(bytes, 0, (size_t)n);
    got = n;
  } else if (s->at < s->size && fseeko(s->in, (off_t)s->at, SEEK_SET) == 0) {
    got = (sf_count_t)fread(bytes, 1, (size_t)n, s->in);
  }
  s->at += got;
  return got;
}

SNDFILE *stretch_open(struct stretch *stretch, const char *path, sf_count_t size, SF_INFO *info) {
  *stretch = (struct stretch){.in = fopen(path, "rb"), .size = size};
  SF_VIRTUAL_IO io = {.get_filelen = seeming_size, .seek = seek, .read = read_bytes, .tell = tell};
  SNDFILE *file = stretch->in ? sf_open_virtual(&io, SFM_READ, info, stretch) : NULL;
  if (!file) {
    stretch_close(stretch);
  }
  return file;
}

void stretch_close(struct stretch *stretch) {
  if (stretch->in) {
    fclose(stretch->in);
  }
  stretch->in = NULL;
}
