/* SPDX-License-Identifier: ISC */
/* The real FFT of the STFT beside FFTW's own. */
#pragma once

/** Prints a table: microseconds each way, fft.h and FFTW's real plans in turn. */
void bench_fft(void);
