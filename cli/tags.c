/* SPDX-License-Identifier: ISC */
#include "cli/tags.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libsndfile's headers end at 100 KiB; what does not fit is left out. */
enum { ROOM = 64 * 1024 };

static bool is_riff(int format) {
  const int major = format & SF_FORMAT_TYPEMASK;
  return (major == SF_FORMAT_WAV || major == SF_FORMAT_WAVEX || major == SF_FORMAT_RF64) &&
         (format & SF_FORMAT_ENDMASK) != SF_ENDIAN_BIG;
}

static int format_of(SNDFILE *file) {
  SF_INFO info = {0};
  return sf_command(file, SFC_GET_CURRENT_SF_INFO, &info, sizeof info) == 0 ? info.format : 0;
}

static bool is_utf8(const char *text) {
  const unsigned char *c = (const unsigned char *)text;
  while (*c) {
    const int more = *c < 0x80                 ? 0
                     : *c >= 0xC2 && *c < 0xE0 ? 1
                     : *c >= 0xE0 && *c < 0xF0 ? 2
                     : *c >= 0xF0 && *c < 0xF5 ? 3
                                               : -1;
    if (more < 0) {
      return false;
    }
    c++;
    for (int i = 0; i < more; i++, c++) {
      if ((*c & 0xC0) != 0x80) {
        return false;
      }
    }
  }
  return true;
}

/* Old WAV files have their tags in Latin-1, which FLAC and Ogg do not take. */
static char *to_utf8(const char *text) {
  if (is_utf8(text)) {
    return strdup(text);
  }
  char *converted = malloc(2 * strlen(text) + 1), *end = converted;
  if (!converted) {
    return NULL;
  }
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c >= 0x80) {
      *end++ = (char)(0xC0 | *c >> 6);
    }
    *end++ = (char)(*c < 0x80 ? *c : 0x80 | (*c & 0x3F));
  }
  *end = '\0';
  return converted;
}

char *tags_string(SNDFILE *file, int which) {
  const char *text = sf_get_string(file, which);
  return text && *text ? to_utf8(text) : NULL;
}

/* What was written with, SF_STR_SOFTWARE, is not of the song. */
static size_t copy_strings(SNDFILE *from, SNDFILE *to, bool utf8, const char *stem) {
  size_t used = 0;
  for (int i = SF_STR_FIRST; i <= SF_STR_LAST; i++) {
    const char *text = i == SF_STR_SOFTWARE ? NULL : sf_get_string(from, i);
    if (!text || !*text || used + 2 * strlen(text) + strlen(stem) >= ROOM) {
      continue;
    }
    char *own = utf8 ? to_utf8(text) : strdup(text);
    const size_t room = (own ? strlen(own) : 0) + strlen(stem) + 4;
    char *titled = own && i == SF_STR_TITLE ? malloc(room) : NULL;
    if (titled) {
      snprintf(titled, room, "%s (%s)", own, stem);
    }
    if (own) {
      sf_set_string(to, i, titled ? titled : own);
      used += room + strlen(text);
    }
    free(titled);
    free(own);
  }
  return used;
}

/* libsndfile makes a chunk's length a multiple of four. Zeros do no harm behind most; in a list an
 * empty chunk has to fill the gap. */
static unsigned fill(char *data, unsigned length, bool list) {
  static const char gap[] = {'J', 'U', 'N', 'K', 2, 0, 0, 0, 0, 0};
  if (list && length % 4 == 2) {
    memcpy(data + length, gap, sizeof gap);
    length += sizeof gap;
  }
  return (length + 3) & ~3u;
}

/* As it is. Of the lists only the one of markers' names: libsndfile writes that of the strings. */
static size_t copy_chunk(SF_CHUNK_ITERATOR *chunk, SNDFILE *to, const char *id, size_t room) {
  enum { SPARE = 32 };
  SF_CHUNK_INFO info = {.id_size = 4};
  if (sf_get_chunk_size(chunk, &info) != SF_ERR_NO_ERROR || info.datalen == 0 ||
      info.datalen > ROOM || info.datalen + SPARE > room) {
    return 0;
  }
  const bool list = strcmp(id, "LIST") == 0;
  char *const data = calloc(1, (size_t)info.datalen + SPARE);
  info.data = data;
  size_t used = 0;
  if (data && sf_get_chunk_data(chunk, &info) == SF_ERR_NO_ERROR &&
      (!list || (info.datalen > 4 && memcmp(data, "adtl", 4) == 0))) {
    memcpy(info.id, id, 5);
    info.id_size = 4;
    info.datalen = fill(data, info.datalen, list);
    used = sf_set_chunk(to, &info) == SF_ERR_NO_ERROR ? info.datalen + 8 : 0;
  }
  free(data);
  return used;
}

static void copy_chunks(SNDFILE *from, SNDFILE *to, size_t room) {
  static const char *const ids[] = {"bext", "cart", "iXML", "axml", "cue ",
                                    "LIST", "smpl", "inst", "acid"};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    SF_CHUNK_INFO wanted = {.id_size = 4};
    memcpy(wanted.id, ids[i], 5);
    SF_CHUNK_ITERATOR *chunk = sf_get_chunk_iterator(from, &wanted);
    while (chunk) {
      room -= copy_chunk(chunk, to, ids[i], room);
      chunk = sf_next_chunk_iterator(chunk);
    }
  }
}

/* The markers of an AIFF file. */
static void copy_cues(SNDFILE *from, SNDFILE *to) {
  SF_CUES cues;
  if (sf_command(from, SFC_GET_CUE, &cues, sizeof cues)) {
    sf_command(to, SFC_SET_CUE, &cues, sizeof cues);
  }
}

void tags_copy(SNDFILE *from, SNDFILE *to, const char *stem) {
  const bool riff = is_riff(format_of(to));
  const size_t used = copy_strings(from, to, !riff, stem);
  if (riff && is_riff(format_of(from))) {
    copy_chunks(from, to, ROOM - used);
  } else if (riff) {
    copy_cues(from, to);
  }
}
