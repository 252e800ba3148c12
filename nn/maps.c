/* SPDX-License-Identifier: ISC */
#include "nn/maps.h"

#include "dsp/memory.h"

#include <stdlib.h>
#include <string.h>

/* Values of a frame with its edges. */
static size_t frame_size(const struct maps *maps) UNBRAID_REALTIME {
  return (size_t)(maps->bands + 2 * maps->edge) * maps->stride;
}

bool maps_init(struct maps *maps, unsigned frames, unsigned bands, unsigned edge, unsigned width) {
  *maps =
      (struct maps){.frames = frames, .bands = bands, .edge = edge, .stride = memory_stride(width)};
  maps->values = memory_floats(frames * frame_size(maps));
  return maps->values != NULL;
}

void maps_free(struct maps *maps) {
  free(maps->values);
  *maps = (struct maps){0};
}

void maps_reset(struct maps *maps) UNBRAID_REALTIME {
  memset(maps->values, 0, maps->frames * frame_size(maps) * sizeof *maps->values);
}

void maps_advance(struct maps *maps) UNBRAID_REALTIME {
  maps->newest = (maps->newest + 1) % maps->frames;
}

float *maps_newest(const struct maps *maps) UNBRAID_REALTIME {
  return maps->values + maps->newest * frame_size(maps) + maps->edge * maps->stride;
}

void maps_taps(const struct maps *maps, const float **taps) UNBRAID_REALTIME {
  for (unsigned f = 1; f <= maps->frames; ++f) {
    const float *frame = maps->values + (maps->newest + f) % maps->frames * frame_size(maps);
    for (unsigned b = 0; b < 2 * maps->edge + 1; ++b) {
      *taps++ = frame + b * maps->stride;
    }
  }
}
