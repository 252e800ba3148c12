/* SPDX-License-Identifier: ISC */
/* What every network must stand, whatever its architecture: called by the tests of each. */
#pragma once

#include "nn/net.h"

#include <stddef.h>
#include <stdint.h>

#define RATE 44100.0

/* Of the files from train/reference.py. */
enum { FRAMES = 60, BINS = 37 };

/* Zeros. */
float *nets_floats(size_t n);

struct net *nets_open(const char *path, double rate);

/* One of the small models in tests/data, whose STFT is 128, 64, 32; the rest of its info is this.
 */
struct net *nets_open_tiny(const char *path, const char *name, unsigned lookahead, unsigned stems);

/* Greatest absolute difference; NaN if there is one. */
double nets_difference(const float *a, const float *b, size_t n);

/* Spectra [frames][2][bins][2] of noise at the level of a full-scale sine, scaled by `level`. */
float *nets_noise(const struct net_info *info, unsigned frames, float level, uint32_t random);

/* The model opens; with any of the changes [count][from, to] it does not, and the error says so. */
void nets_refuse(const char *path, const char *const changes[][2], size_t count);

/* Same length: the sizes in the header stay right. */
void nets_replace(unsigned char *bytes, size_t size, const char *from, const char *to);

/* Tests, for cmocka_unit_test_prestate(): the state of each is the path of a model. */

/* Streams a reference: PyTorch's masks of the whole come out, and again after a reset. */
void nets_agree(void **state);

/* After a reset nothing is left of what came before. */
void nets_reset_equals_fresh(void **state);

/* Opens, fits the spectrum of its own STFT and gives masks at every rate. */
void nets_rates(void **state);

/* The level of the music does not matter to the masks. */
void nets_level(void **state);

/* Channels that are not of one sound say which stem stands where; which of them is the left one,
 * and whether one is upside down, says nothing. */
void nets_hears_the_image(void **state);

/* The loudest that the engine lets through, and silence, leave nothing behind that is not finite.
 */
void nets_extremes(void **state);

/* Damage in any place either fails to open or steps without a crash. */
void nets_survive_damage(void **state);

/* A model of the bundle has the name of its file, and stands the rates and levels; skipped where
 * there is none. */
void nets_shipped(void **state);
