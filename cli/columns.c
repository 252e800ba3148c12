/* SPDX-License-Identifier: ISC */
#define _XOPEN_SOURCE 700 /* wcwidth() */
#include "cli/columns.h"

#include <string.h>
#include <wchar.h>

enum { LONGEST = 4 }; /* bytes of a character */

int columns_cut(char *out, size_t size, const char *text, int columns) {
  mbstate_t state = {0};
  int used = 0;
  size_t length = 0;
  while (*text) {
    wchar_t character;
    size_t bytes = mbrtowc(&character, text, strlen(text), &state);
    int width = bytes <= LONGEST ? wcwidth(character) : -1;
    const char *shown = text;
    size_t n = bytes;
    if (width < 0) { /* no character, or one that moves the cursor */
      bytes = bytes <= LONGEST ? bytes : 1;
      state = (mbstate_t){0};
      shown = "?";
      width = 1;
      n = 1;
    }
    if (used + width > columns || length + n >= size) {
      break;
    }
    memcpy(out + length, shown, n);
    length += n;
    used += width;
    text += bytes;
  }
  out[length] = '\0';
  return used;
}
