/* SPDX-License-Identifier: ISC */
/* The newest frames of a split's input: its last samples and a ring of spectra. For one thread at a
 * time; all functions but the first three are real-time safe. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"
#include "dsp/stft.h"

#include <stdbool.h>
#include <stdint.h>

struct spectra;

/** Keeps `frames` of them. @param stft must outlive this. @return NULL: no memory. */
struct spectra *spectra_new(struct stft *stft, struct stft_geometry geometry, unsigned frames);
void spectra_free(struct spectra *spectra);

/** Delays the input by `samples` more. @return false when memory is short. */
bool spectra_delay(struct spectra *spectra, unsigned samples);

/** Forgets every sample. */
void spectra_reset(struct spectra *spectra) UNBRAID_REALTIME;

/** Appends n samples of each channel, at most a hop. */
void spectra_push(struct spectra *spectra, const float *const in[N_CHANNELS],
                  unsigned n) UNBRAID_REALTIME;

/** Analyses the newest samples as the frame with this number. */
void spectra_analyse(struct spectra *spectra, uint64_t frame) UNBRAID_REALTIME;

/** The spectra of a frame in the ring: stft_bins() pairs of real and imaginary part per channel. */
void spectra_of(const struct spectra *spectra, uint64_t frame,
                const float *of[N_CHANNELS]) UNBRAID_REALTIME;
