/* SPDX-License-Identifier: ISC */
#include "cli/chunks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How a kind of file is made up of chunks. */
struct kind {
  const char *magic, *samples; /* first bytes of the file, and of the chunk of the samples */
  int first;                   /* offset of the first chunk */
  int id, width, align;        /* bytes of a chunk's name and of its size; its size is rounded up */
  int all;                     /* offset of the size of all in the file's head; 0: there is none */
  int all_from;                /* what that size does not count */
  int before;                  /* bytes in the chunk ahead of the samples */
  bool big;                    /* endian */
  bool inclusive;              /* a chunk's size counts its head */
};

static const struct kind kinds[] = {
    {"RIFF", "data", 12, 4, 4, 2, 4, 8, 0, false, false},
    {"RIFX", "data", 12, 4, 4, 2, 4, 8, 0, true, false},
    {"RF64", "data", 12, 4, 4, 2, 0, 8, 0, false, false},
    {"BW64", "data", 12, 4, 4, 2, 0, 8, 0, false, false},
    {"FORM", "SSND", 12, 4, 4, 2, 4, 8, 8, true, false},
    {"riff\x2e\x91\xcf\x11", "data\xf3\xac\xd3\x11", 40, 16, 8, 8, 16, 0, 0, false, true},
    {"caff", "data", 8, 4, 8, 1, 0, 0, 4, true, false},
};

/* Programs that write into a pipe do not know the length and announce about 2 or 4 GB, or -1. */
#define UNKNOWN_SIZE 0x7FFF0000u

#define DIFFERS                                                                                    \
  "%sits header announces %" PRId64 " bytes of audio, and %" PRIu64                                \
  " are there; all of them are taken apart"

/* Recorders miscount by a header's worth. */
enum { WINDOW = 64, MAX_CHUNKS = 1000, LONGEST_HEAD = 24 };

struct chunk {
  sf_count_t size_at, begin; /* of the size, and of what it counts without the head */
  uint64_t size;             /* of that */
};

static uint64_t number(const unsigned char *bytes, int width, bool big) {
  uint64_t value = 0;
  for (int i = 0; i < width; i++) {
    value = value << 8 | bytes[big ? i : width - 1 - i];
  }
  return value;
}

static void put_number(unsigned char *bytes, int width, bool big, uint64_t value) {
  for (int i = 0; i < width; i++, value >>= 8) {
    bytes[big ? width - 1 - i : i] = (unsigned char)value;
  }
}

/* Names are letters, digits, spaces; false where there is none, which samples seldom look like. */
static bool chunk_at(struct file_view *file, const struct kind *kind, sf_count_t at,
                     unsigned char head[LONGEST_HEAD], struct chunk *chunk) {
  const size_t length = (size_t)kind->id + (size_t)kind->width;
  if (file_view_read(file, at, head, length) != length) {
    return false;
  }
  for (int i = 0; i < 4; i++) {
    if (head[i] < 0x20 || head[i] > 0x7e) {
      return false;
    }
  }
  *chunk = (struct chunk){.size_at = at + kind->id, .begin = at + (sf_count_t)length};
  const uint64_t size = number(head + kind->id, kind->width, kind->big);
  chunk->size = kind->inclusive && size >= length ? size - length : kind->inclusive ? 0 : size;
  return true;
}

/* Where the next chunk begins. */
static sf_count_t behind(const struct kind *kind, const struct chunk *chunk) {
  const uint64_t align = (uint64_t)kind->align;
  return chunk->size > INT64_MAX / 2
             ? INT64_MAX
             : chunk->begin + (sf_count_t)((chunk->size + align - 1) / align * align);
}

/* Whether chunks follow each other from an offset to the very end of the file. */
static bool chunks_from(struct file_view *file, const struct kind *kind, sf_count_t at) {
  unsigned char head[LONGEST_HEAD];
  struct chunk chunk;
  int n = 0;
  while (at < file->size && n < MAX_CHUNKS && chunk_at(file, kind, at, head, &chunk)) {
    at = behind(kind, &chunk);
    n++;
  }
  return n > 0 &&
         (at == file->size || at == file->size + 1); /* the last one may lack its padding */
}

/* Whether the samples can end at an offset: all ends there, or more chunks follow. */
static bool can_end(struct file_view *file, const struct kind *kind, sf_count_t at) {
  const sf_count_t rounded = (at + kind->align - 1) / kind->align * kind->align;
  return at == file->size || rounded == file->size ||
         (at < file->size && chunks_from(file, kind, rounded));
}

/* Where the samples end that are said to end at an offset. The first place is right: lists have
 * chunks within them. */
static sf_count_t find_end(struct file_view *file, const struct kind *kind,
                           const struct chunk *samples, sf_count_t said) {
  for (sf_count_t at = said - WINDOW; at <= said + WINDOW; at++) {
    if (at >= samples->begin && at < file->size && at % kind->align == 0 &&
        chunks_from(file, kind, at)) {
      return at;
    }
  }
  return file->size;
}

/* Whether the head says that the file ends where the samples do: what follows is of something else.
 * A head of 32 bits cannot say it of a file that is larger. */
static bool all_said(struct file_view *file, const struct kind *kind, sf_count_t end) {
  unsigned char size[8];
  if (!kind->all || (kind->width == 4 && file->size > UINT32_MAX) ||
      file_view_read(file, kind->all, size, (size_t)kind->width) != (size_t)kind->width) {
    return false;
  }
  const uint64_t said = number(size, kind->width, kind->big) + (uint64_t)kind->all_from;
  return said >= (uint64_t)end && said <= (uint64_t)end + (uint64_t)kind->align;
}

static void patch(struct part *part, const struct kind *kind, const struct chunk *samples,
                  int width, sf_count_t end) {
  const uint64_t size =
      (uint64_t)(end - samples->begin) + (kind->inclusive ? (uint64_t)(kind->id + kind->width) : 0);
  struct patch *p = &part->patches[part->n_patches++];
  p->at = samples->size_at;
  p->length = width;
  put_number(p->bytes, width, kind->big, width == 4 && size > UINT32_MAX ? UINT32_MAX : size);
}

/* An AIFF file has its length a second time, in frames. */
static void patch_frames(struct part *part, struct file_view *file, const struct kind *kind,
                         const struct chunk *common, sf_count_t bytes) {
  unsigned char head[8];
  if (file_view_read(file, common->begin, head, sizeof head) != sizeof head) {
    return;
  }
  const uint64_t channels = number(head, 2, true), bits = number(head + 6, 2, true);
  const uint64_t frame = channels * ((bits + 7) / 8);
  if (kind->before != 8 || frame == 0 || number(head + 2, 4, true) != 0) {
    return;
  }
  struct patch *p = &part->patches[part->n_patches++];
  p->at = common->begin + 2;
  p->length = 4;
  put_number(p->bytes, 4, true, (uint64_t)bytes / frame);
}

static void mend_samples(struct part *part, struct file_view *file, const struct kind *kind,
                         const struct chunk *samples, int width, const struct chunk *common,
                         char flaw[FLAW]) {
  const sf_count_t first = samples->begin + kind->before;
  const bool open = samples->size >= (width == 4 ? UNKNOWN_SIZE : (uint64_t)INT64_MAX);
  const bool far = samples->size > (uint64_t)INT64_MAX / 2;
  const sf_count_t said = far ? INT64_MAX / 2 : samples->begin + (sf_count_t)samples->size;
  if (first >= file->size || can_end(file, kind, said)) {
    return;
  }
  const sf_count_t end = open ? file->size : find_end(file, kind, samples, said);
  const uint64_t there = (uint64_t)(end - first);
  if (!open && end == file->size && said > first && said < end && all_said(file, kind, said)) {
    if (end - said > 65536) {
      snprintf(flaw, FLAW, "%" PRId64 " bytes follow its audio, and are left out", end - said);
    }
    return;
  }
  if (!open) {
    snprintf(flaw, FLAW, DIFFERS,
             said <= first ? "unfinished: "
             : said > end  ? "truncated: "
                           : "",
             said > first ? said - first : 0, there);
  }
  if (width == 4 && there > UINT32_MAX) {
    snprintf(flaw, FLAW, "larger than such a file can be; its first 4 GiB are taken apart");
  }
  patch(part, kind, samples, width, end);
  if (common) {
    patch_frames(part, file, kind, common, end - first);
  }
}

/* An AU file has a head and samples; their length may be left open. */
static void mend_au(struct part *part, struct file_view *file, const unsigned char *head, bool big,
                    char flaw[FLAW]) {
  const sf_count_t first = (sf_count_t)number(head + 4, 4, big), there = file->size - first;
  const uint64_t said = number(head + 8, 4, big);
  if (there <= 0 || said >= UNKNOWN_SIZE || said == (uint64_t)there) {
    return;
  }
  snprintf(flaw, FLAW, DIFFERS, said > (uint64_t)there ? "truncated: " : "", (int64_t)said,
           (uint64_t)there);
  struct patch *p = &part->patches[part->n_patches++];
  *p = (struct patch){.at = 8, .length = 4};
  put_number(p->bytes, 4, big, UINT32_MAX);
}

void chunks_mend(struct part *part, struct file_view *file, char flaw[FLAW]) {
  unsigned char head[LONGEST_HEAD] = {0};
  file_view_read(file, 0, head, 16);
  if (memcmp(head, ".snd", 4) == 0 || memcmp(head, "dns.", 4) == 0) {
    mend_au(part, file, head, *head == '.', flaw);
    return;
  }
  const struct kind *kind = NULL;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !kind; i++) {
    const size_t length = strlen(kinds[i].magic);
    kind = memcmp(head, kinds[i].magic, length) == 0 ? &kinds[i] : NULL;
  }
  sf_count_t at = kind ? kind->first : 0;
  struct chunk chunk, common, long_sizes = {0};
  bool have_common = false;
  for (int n = 0; kind && n < MAX_CHUNKS && chunk_at(file, kind, at, head, &chunk); n++) {
    if (memcmp(head, kind->samples, strlen(kind->samples)) == 0) {
      /* 64 bits of it stand elsewhere where the 32 here are all ones. */
      const bool elsewhere = long_sizes.begin > 0 && chunk.size == UINT32_MAX;
      if (elsewhere && file_view_read(file, long_sizes.begin + 8, head, 8) == 8) {
        chunk.size = number(head, 8, false);
        chunk.size_at = long_sizes.begin + 8;
      }
      mend_samples(part, file, kind, &chunk, elsewhere ? 8 : kind->width,
                   have_common ? &common : NULL, flaw);
      return;
    }
    if (memcmp(head, "ds64", 4) == 0) {
      long_sizes = chunk;
    } else if (memcmp(head, "COMM", 4) == 0) {
      common = chunk;
      have_common = true;
    }
    at = behind(kind, &chunk);
  }
}
