/* SPDX-License-Identifier: ISC */
#include "cli/container.h"

#include "cli/chunks.h"
#include "cli/ogg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MPEG_FRAME 1152 /* samples, at most */

/* Bit rates within an MP3 file differ by a factor of 40 at most. */
#define STRETCH 64

static uint32_t big32(const unsigned char *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* The bytes of an ID3v2 tag, whose size has 7 bits in a byte; 0 where there is none. */
static sf_count_t id3_size(const unsigned char *head) {
  if (memcmp(head, "ID3", 3) != 0) {
    return 0;
  }
  return 10 + ((sf_count_t)(head[6] & 0x7f) << 21 | (sf_count_t)(head[7] & 0x7f) << 14 |
               (sf_count_t)(head[8] & 0x7f) << 7 | (sf_count_t)(head[9] & 0x7f));
}

static bool is_mpeg_frame(const unsigned char *head) {
  return head[0] == 0xff && (head[1] & 0xe0) == 0xe0 && (head[1] & 0x06) != 0 &&
         (head[2] & 0xf0) != 0xf0;
}

/* The first frame of most MP3 files holds their length in frames (flag 1) and bytes (flag 2).
 * Encoders differ in whether that frame and the tags count, so a little may be missing; without it
 * the length is a guess. Returns where the part ends by that, or its end. */
static sf_count_t mpeg_end(struct file_view *file, struct part *part, sf_count_t frames) {
  unsigned char frame[256];
  const size_t n = file_view_read(file, frames, frame, sizeof frame);
  const sf_count_t end = part->start + part->size;
  part->counts = true;
  for (size_t i = 0; i + 16 <= n && i < 64; i++) {
    if (memcmp(frame + i, "Xing", 4) != 0 && memcmp(frame + i, "Info", 4) != 0) {
      continue;
    }
    const uint32_t flags = big32(frame + i + 4);
    part->counts = !(flags & 1);
    part->slack = 4 * MPEG_FRAME;
    const sf_count_t told = frames + (sf_count_t)big32(frame + i + 12);
    return (flags & 3) == 3 && told > frames + (sf_count_t)sizeof frame ? told : end;
  }
  return end;
}

/* Another MP3 file behind a first one: it begins with a tag or a frame, where the first one's
 * length says, within a frame or two, and is longer than the tags that may stand at a file's end.
 */
static sf_count_t next_mpeg(struct file_view *file, sf_count_t from, sf_count_t end) {
  unsigned char bytes[8192];
  const size_t n = file_view_read(file, from, bytes, sizeof bytes);
  if (n < sizeof bytes || from + (sf_count_t)n >= end) {
    return end;
  }
  for (size_t i = 0; i + 10 <= n; i++) {
    const sf_count_t tag = id3_size(bytes + i);
    if (tag > 0 && from + (sf_count_t)i + tag < end) {
      return from + (sf_count_t)i;
    }
  }
  for (size_t i = 0; i + 64 <= n; i++) {
    if (is_mpeg_frame(bytes + i)) {
      return from + (sf_count_t)i;
    }
  }
  return end;
}

static int mpeg_layout(struct song_parts *layout, struct file_view *file) {
  sf_count_t start = 0;
  while (start < file->size) {
    struct part *part = song_parts_add(layout, start, file->size - start);
    if (!part) {
      return ENOMEM;
    }
    unsigned char head[10] = {0};
    file_view_read(file, start, head, sizeof head);
    const sf_count_t told = mpeg_end(file, part, start + id3_size(head));
    const sf_count_t end = told < file->size ? next_mpeg(file, told, file->size) : file->size;
    part->size = end - start;
    part->seeming_size = part->counts ? STRETCH * part->size : told - start;
    if (told > file->size) {
      snprintf(layout->flaw, FLAW, "truncated: its header announces %lld bytes more than there are",
               (long long)(told - file->size));
    }
    start = end;
  }
  return 0;
}

/* FLAC tells its length in 36 bits of its first block. libsndfile stops there; without it, at the
 * end of the stream. */
static int add_flac(struct song_parts *layout, struct file_view *file, sf_count_t start,
                    sf_count_t size) {
  struct part *part = song_parts_add(layout, start, size);
  unsigned char head[10];
  sf_count_t at = start;
  if (!part) {
    return ENOMEM;
  }
  if (file_view_read(file, at, head, sizeof head) == sizeof head) {
    at += id3_size(head);
  }
  struct patch *patch = &part->patches[0];
  if (file_view_read(file, at + 21, patch->bytes, 5) == 5) {
    part->announced = (uint64_t)(patch->bytes[0] & 0x0f) << 32 | big32(patch->bytes + 1);
    part->counts = part->announced == 0;
    patch->bytes[0] &= 0xf0;
    memset(patch->bytes + 1, 0, 4);
    patch->at = at + 21 - start;
    patch->length = 5;
    part->n_patches = 1;
  }
  return 0;
}

/* Every stream begins with the mark and the head of its first block, of type 0 and 34 bytes, which
 * is the last one or not; nothing else holds these eight bytes. */
static bool begins_flac(const unsigned char *bytes) {
  static const unsigned char head[] = {'f', 'L', 'a', 'C', 0, 0, 0, 34};
  return memcmp(bytes, head, 4) == 0 && (bytes[4] & 0x7f) == 0 &&
         memcmp(bytes + 5, head + 5, 3) == 0;
}

static int flac_layout(struct song_parts *layout, struct file_view *file, sf_count_t first) {
  enum { BLOCK = 65536, HEAD = 8 };
  unsigned char *const block = malloc(BLOCK);
  sf_count_t start = 0;
  int error = block ? 0 : ENOMEM;
  for (sf_count_t at = first + 1; !error && at < file->size; at += BLOCK - HEAD + 1) {
    const size_t n = file_view_read(file, at, block, BLOCK);
    const unsigned char *found = block;
    for (size_t i = 0; !error && i + HEAD <= n && found; i++) {
      found = memchr(block + i, 'f', n - i);
      i = found ? (size_t)(found - block) : n;
      if (i + HEAD <= n && begins_flac(block + i)) {
        error = add_flac(layout, file, start, at + (sf_count_t)i - start);
        start = at + (sf_count_t)i;
      }
    }
  }
  free(block);
  return error ? error : add_flac(layout, file, start, file->size - start);
}

static int whole(struct song_parts *layout, const struct file_view *file) {
  return song_parts_add(layout, 0, file->size) ? 0 : ENOMEM;
}

int container_find(struct song_parts *layout, int fd, sf_count_t size) {
  *layout = (struct song_parts){0};
  struct file_view file = {.fd = fd, .size = size};
  unsigned char head[16] = {0}, behind[4] = {0};
  file_view_read(&file, 0, head, sizeof head);
  const sf_count_t tag = id3_size(head);
  if (tag > 0) {
    file_view_read(&file, tag, behind, sizeof behind);
  }
  int error;
  if (memcmp(tag > 0 ? behind : head, "fLaC", 4) == 0) {
    error = flac_layout(layout, &file, tag);
  } else if (tag > 0 || is_mpeg_frame(head)) {
    error = mpeg_layout(layout, &file);
  } else if (memcmp(head, "OggS", 4) == 0) {
    error = ogg_layout(layout, &file);
  } else {
    error = whole(layout, &file);
    if (!error) {
      chunks_mend(&layout->parts[0], &file, layout->flaw);
    }
  }
  error = file.error ? file.error : error;
  if (error) {
    song_parts_free(layout);
  }
  return error;
}
