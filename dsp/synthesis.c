/* SPDX-License-Identifier: ISC */
#include "dsp/synthesis.h"

#include "dsp/mask.h"

#include <stdlib.h>

struct synthesis {
  struct stft *stft;
  struct refine *refine; /* NULL: masks are used as they come */
  struct stft_output *outputs[MASK_MAX_STEMS][N_CHANNELS];
  unsigned stems, bins;

  /* The frame: */
  const float *spectra[N_CHANNELS], *masks;
  unsigned heard, made; /* made: stems */
  bool learns;          /* there is something to learn from it */
};

struct synthesis *synthesis_new(struct stft *stft, unsigned stems, unsigned bins,
                                struct refine *refine) {
  struct synthesis *synthesis = calloc(1, sizeof *synthesis);
  if (!synthesis) {
    refine_free(refine);
    return NULL;
  }
  synthesis->stft = stft;
  synthesis->refine = refine;
  synthesis->stems = stems;
  synthesis->bins = bins;
  for (unsigned s = 0; s < stems; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      synthesis->outputs[s][c] = stft_output_new(stft);
      if (!synthesis->outputs[s][c]) {
        synthesis_free(synthesis);
        return NULL;
      }
    }
  }
  return synthesis;
}

void synthesis_free(struct synthesis *synthesis) {
  if (!synthesis) {
    return;
  }
  for (unsigned s = 0; s < synthesis->stems; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      stft_output_free(synthesis->outputs[s][c]);
    }
  }
  refine_free(synthesis->refine);
  free(synthesis);
}

void synthesis_reset(struct synthesis *synthesis) UNBRAID_REALTIME {
  for (unsigned s = 0; s < synthesis->stems; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      stft_output_reset(synthesis->outputs[s][c]);
    }
  }
  if (synthesis->refine) {
    refine_reset(synthesis->refine);
  }
  synthesis->masks = NULL;
  synthesis->made = 0;
  synthesis->learns = false;
}

void synthesis_begin(struct synthesis *synthesis, const float *const spectra[N_CHANNELS],
                     const float *masks, bool own, unsigned heard,
                     const struct refine_settings *settings) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    synthesis->spectra[c] = spectra[c];
  }
  synthesis->heard = heard;
  synthesis->made = 0;
  synthesis->masks = masks;
  synthesis->learns = false;
  if (masks && synthesis->refine) {
    synthesis->masks = refine_process(synthesis->refine, settings, spectra, masks);
    synthesis->learns = own;
  }
}

static bool is_heard(const struct synthesis *synthesis, unsigned stem) UNBRAID_REALTIME {
  return synthesis->heard >> stem & 1;
}

static void make(struct synthesis *synthesis, unsigned stem) UNBRAID_REALTIME {
  /* The last stem's spectra are the rest of the others. */
  bool wanted = is_heard(synthesis, stem) || is_heard(synthesis, synthesis->stems - 1);
  if (!synthesis->masks || !wanted) {
    return;
  }
  const float *own[N_CHANNELS], *mask = synthesis->masks + (size_t)stem * synthesis->bins;
  bool has_own = synthesis->refine && refine_stem(synthesis->refine, stem, own);
  for (unsigned c = 0; c < N_CHANNELS && is_heard(synthesis, stem); ++c) {
    stft_output_add(synthesis->stft, synthesis->outputs[stem][c],
                    has_own ? own[c] : synthesis->spectra[c], has_own ? NULL : mask);
  }
}

void synthesis_make(struct synthesis *synthesis, unsigned end) UNBRAID_REALTIME {
  for (; synthesis->made < end && synthesis->made < synthesis->stems; ++synthesis->made) {
    make(synthesis, synthesis->made);
  }
}

void synthesis_end(struct synthesis *synthesis) UNBRAID_REALTIME {
  synthesis_make(synthesis, synthesis->stems);
  for (unsigned s = 0; s < synthesis->stems; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      stft_output_advance(synthesis->outputs[s][c]);
    }
  }
}

void synthesis_learn(struct synthesis *synthesis) UNBRAID_REALTIME {
  if (synthesis->learns) {
    refine_learn(synthesis->refine, synthesis->masks);
    synthesis->learns = false;
  }
}

const float *synthesis_masks(const struct synthesis *synthesis) UNBRAID_REALTIME {
  return synthesis->masks;
}

const float *synthesis_samples(const struct synthesis *synthesis, unsigned stem,
                               unsigned channel) UNBRAID_REALTIME {
  return stft_output_samples(synthesis->outputs[stem][channel]);
}
