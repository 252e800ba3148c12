/* SPDX-License-Identifier: ISC */
#include "cli/song_parts.h"

#include <stdlib.h>

struct part *song_parts_add(struct song_parts *layout, sf_count_t start, sf_count_t size) {
  /* Room doubles when it is full. */
  if ((layout->n_parts & (layout->n_parts - 1)) == 0) {
    const size_t room = layout->n_parts ? 2 * layout->n_parts : 1;
    struct part *parts = realloc(layout->parts, room * sizeof *parts);
    if (!parts) {
      return NULL;
    }
    layout->parts = parts;
  }
  struct part *part = &layout->parts[layout->n_parts++];
  *part = (struct part){.start = start, .size = size};
  return part;
}

void song_parts_free(struct song_parts *layout) {
  free(layout->parts);
  *layout = (struct song_parts){0};
}
