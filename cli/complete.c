#include "cli/complete.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Programs that write into a pipe do not know the length and announce about 2 or 4 GB. */
#define UNKNOWN_SIZE 0x7FFF0000u

#define MPEG_FRAME 1152u /* samples, at most */

static uint32_t big32(const unsigned char *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t little32(const unsigned char *b) {
  return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

/* Walks the chunks of a RIFF or AIFF file to the one that holds the samples. */
static bool chunks_truncated(FILE *in, off_t size, const char *samples, bool big) {
  off_t at = 12;
  unsigned char header[8];
  while (fseeko(in, at, SEEK_SET) == 0 && fread(header, 1, 8, in) == 8) {
    const uint32_t length = big ? big32(header + 4) : little32(header + 4);
    if (memcmp(header, samples, 4) == 0) {
      return length < UNKNOWN_SIZE && at + 8 + (off_t)length > size;
    }
    at += 8 + (off_t)length + (length & 1);
  }
  return false;
}

/* The offset of the first MPEG frame: behind an ID3v2 tag, whose size has 7 bits in a byte. */
static off_t mpeg_start(const unsigned char *head) {
  if (memcmp(head, "ID3", 3) != 0) {
    return 0;
  }
  return 10 + ((off_t)(head[6] & 0x7f) << 21 | (off_t)(head[7] & 0x7f) << 14 |
               (off_t)(head[8] & 0x7f) << 7 | (off_t)(head[9] & 0x7f));
}

/* The first frame of most MP3 files holds their length in frames (flag 1) and bytes (flag 2).
 * Encoders differ in whether that frame and the tags count, so a little may be missing; without it
 * the length is a guess. */
static struct complete mpeg_check(FILE *in, off_t size, off_t start) {
  struct complete result = {.guessed = true};
  unsigned char frame[256];
  if (fseeko(in, start, SEEK_SET) != 0) {
    return result;
  }
  const size_t n = fread(frame, 1, sizeof frame, in);
  for (size_t i = 0; i + 16 <= n && i < 64; i++) {
    if (memcmp(frame + i, "Xing", 4) != 0 && memcmp(frame + i, "Info", 4) != 0) {
      continue;
    }
    const uint32_t flags = big32(frame + i + 4);
    if (flags & 1) {
      result = (struct complete){.slack = 4 * MPEG_FRAME};
    }
    if ((flags & 3) == 3) {
      result.truncated = (off_t)big32(frame + i + 12) > size;
    }
    break;
  }
  return result;
}

struct complete complete_check(const char *path) {
  struct complete result = {.truncated = false};
  FILE *in = fopen(path, "rb");
  if (!in) {
    return result;
  }
  unsigned char head[12];
  struct stat info;
  if (fread(head, 1, sizeof head, in) == sizeof head && fstat(fileno(in), &info) == 0) {
    if (memcmp(head, "RIFF", 4) == 0 || memcmp(head, "RIFX", 4) == 0) {
      result.truncated = chunks_truncated(in, info.st_size, "data", head[3] == 'X');
    } else if (memcmp(head, "FORM", 4) == 0) {
      result.truncated = chunks_truncated(in, info.st_size, "SSND", true);
    } else if (memcmp(head, "ID3", 3) == 0 || (head[0] == 0xff && (head[1] & 0xe0) == 0xe0)) {
      result = mpeg_check(in, info.st_size, mpeg_start(head));
    }
  }
  fclose(in);
  return result;
}
