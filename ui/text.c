/* SPDX-License-Identifier: ISC */
#include "ui/text.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the character that text starts with; 0: it is none that cairo takes. */
static size_t character(const char *text) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char *t = (const unsigned char *)text;
  if (t[0] < 0x80) {
    return 1;
  }
  if (t[0] < 0xc2 || t[0] > 0xf4) {
    return 0;
  }
  const size_t n = t[0] >= 0xf0 ? 4 : t[0] >= 0xe0 ? 3 : 2;
  uint32_t code = t[0] & (0x7fu >> n);
  for (size_t i = 1; i < n; i++) {
    if ((t[i] & 0xc0) != 0x80) {
      return 0;
    }
    code = code << 6 | (t[i] & 0x3fu);
  }
  const int surrogate = (code & 0xfffff800u) == 0xd800u;
  const int no_character = (code & 0xfffeu) == 0xfffeu || (code >= 0xfdd0u && code <= 0xfdefu);
  return code < least[n] || code > 0x10ffffu || surrogate || no_character ? 0 : n;
}

void text_copy(char *to, size_t size, const char *from) {
  size_t used = 0;
  while (*from) {
    const size_t found = character(from), n = found ? found : 1;
    if (used + n >= size) {
      break;
    }
    if (found) {
      memcpy(to + used, from, n);
    } else {
      to[used] = '?';
    }
    used += n;
    from += n;
  }
  to[used] = '\0';
}
