/* SPDX-License-Identifier: ISC */
/* Harmonic/percussive separation by median filters, streaming and causal.
 *
 * Fitzgerald, "Harmonic/percussive separation using median filtering" (DAFx 2010): a median along
 * time keeps sustained sound (harmonic); a median along frequency keeps broadband sound
 * (percussive). Here the median along time uses only the newest frames. It needs no weights. */
#pragma once

#include "dsp/rt.h"

struct hpss;

/** `bins` per frame; medians over `frames` frames and `span` bins (odd). Not real-time safe.
 * @return NULL when memory is short. */
struct hpss *hpss_new(unsigned bins, unsigned frames, unsigned span);
void hpss_free(struct hpss *hpss);

/** Forgets the frames seen. Real-time safe. */
void hpss_reset(struct hpss *hpss) UNBRAID_REALTIME;

/** Takes one frame's magnitudes [bins], finite and >= 0; writes the harmonic and the percussive
 * estimate, [2][bins], for mask_soft(). Real-time safe. */
void hpss_process(struct hpss *hpss, const float *magnitudes, float *estimates) UNBRAID_REALTIME;
