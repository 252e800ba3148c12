/* SPDX-License-Identifier: ISC */
/* The spectra of a picture: power over time and logarithmic frequency, collected from a stream of
 * samples in constant memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spectrogram;

/** A spectrogram of frames (expected) samples at a rate in Hz, columns wide and rows high. NULL
 * when out of memory. */
struct spectrogram *spectrogram_new(double rate, uint64_t frames, int columns, int rows);

/** Adds n samples; the picture has the mean power of the two channels. */
void spectrogram_add(struct spectrogram *s, const float *left, const float *right, size_t n);

/** Completes the last columns. Nothing may be added after it. */
void spectrogram_finish(struct spectrogram *s);

/** Power in dB against a full-scale sine, -200 for silence; row 0 is the lowest. */
float spectrogram_level(const struct spectrogram *s, int column, int row);

/** The highest power in dB. */
float spectrogram_peak(const struct spectrogram *s);

/** The lowest and highest frequency in Hz of spectrograms at a rate. */
double spectrogram_lowest(void);
double spectrogram_highest(double rate);

/** NULL is fine. */
void spectrogram_free(struct spectrogram *s);
