/* SPDX-License-Identifier: ISC */
/* What is heard of the error that masks leave, how far compressed magnitudes are off, and the
 * gradients of both.
 *
 * Per LANES frames of an example's output the error's spectrum is made, transformed back, squared
 * under the synthesis window, and the gradient of that transformed forth, all in the caches.
 * Spectra are complex, [batch][frames][bins] of the mixture and [batch][outputs][frames][bins] of
 * the stems; masks are like the latter. Every other frame tells enough about magnitudes. */
#include "fft.h"

struct heard {
  int batch, outputs, frames, bins, skip, analysis, synthesis;
  const float *window; /* [synthesis] */
  const float *sums;   /* [batch][outputs][outputs]: masks that are added */
  const float *limits; /* [batch]: bins that count */
  const float *masks, *mixture, *stems;
};

/* Sums over all frames after the first `skip`, samples or bins: */
struct heard_sums {
  float *reference, *error; /* energy of mixture [batch] and error [batch][outputs] */
  float *roots, *distance;  /* |mixture|^1/2 and its distances to stems; of all even frames */
};

/** Bins from k on of a complex spectrum, `count` of them. */
ALWAYS void load_complex(const float *spectrum, int k, int count, vec *re, vec *im) {
  const float *p = spectrum + 2 * k;
  separate(load_some(p, 2 * count), load_some(p + LANES, 2 * count - LANES), re, im);
}

/** A frame's bins from k on of the sum of masks that output `o` stands for. */
ALWAYS vec summed_mask(const struct heard *h, int example, int o, int frame, int k, int count) {
  const float *sums = h->sums + (example * h->outputs + o) * h->outputs;
  vec mask = {0};
  for (int j = 0; j < h->outputs; ++j) {
    if (sums[j] != 0) {
      ptrdiff_t row = (ptrdiff_t)(example * h->outputs + j) * h->frames + frame;
      mask += sums[j] * load_some(h->masks + row * h->bins + k, count);
    }
  }
  return mask;
}

/** |sqrt(mask) root(mixture) - root(stem)|, and its slope over the mask. */
ALWAYS vec distance(vec mask, vec mix_re, vec mix_im, vec re, vec im, vec *slope) {
  vec root = square_root(square_root(mix_re * mix_re + mix_im * mix_im));
  vec target = square_root(square_root(re * re + im * im));
  vec soft = square_root(mask + 1e-6f), off = soft * root - target;
  vec sign = where_positive(broadcast(1), off) - where_positive(broadcast(1), -off);
  *slope = 0.5f * sign * root / soft;
  return off * sign;
}

/** The error's spectrum of LANES frames from `first` on; -1 as output: the mixture's. Adds up the
 * distances of magnitudes, or the mixture's roots. */
static vec spectrum_of(const struct heard *h, const struct fft *fft, int example, int o, int first,
                       float *slopes) {
  const int limit = (int)h->limits[example], even_frames = (h->frames + 1) / 2;
  vec total = {0};
  for (int k = 0; k < h->bins; k += LANES) {
    vec re[LANES], im[LANES];
    const int count = limit - k;
    for (int f = 0; f < LANES; ++f) {
      const int frame = first + f;
      re[f] = im[f] = broadcast(0);
      if (frame >= h->frames) {
        continue;
      }
      vec mix_re, mix_im, stem_re, stem_im, slope = {0};
      ptrdiff_t mix_row = (ptrdiff_t)example * h->frames + frame,
                row = (ptrdiff_t)(example * h->outputs + o) * h->frames + frame,
                even_row = (ptrdiff_t)(example * h->outputs + o) * even_frames + frame / 2;
      load_complex(h->mixture + mix_row * h->bins * 2, k, count, &mix_re, &mix_im);
      if (o < 0) {
        if (frame % 2 == 0) {
          total += square_root(square_root(mix_re * mix_re + mix_im * mix_im));
        }
        stem_re = -mix_re;
        stem_im = -mix_im;
        mix_re = mix_im = broadcast(0);
      } else {
        load_complex(h->stems + row * h->bins * 2, k, count, &stem_re, &stem_im);
        vec mask = summed_mask(h, example, o, frame, k, h->bins - k);
        if (frame % 2 == 0) {
          total += distance(mask, mix_re, mix_im, stem_re, stem_im, &slope);
          if (slopes) {
            store_some(slopes + even_row * h->bins + k, slope, h->bins - k);
          }
        }
        mix_re *= mask;
        mix_im *= mask;
      }
      if (frame >= h->skip) {
        re[f] = mix_re - stem_re;
        im[f] = mix_im - stem_im;
      }
    }
    transpose(re);
    transpose(im);
    for (int i = 0; i < LANES && k + i < h->bins; ++i) {
      fft->spectrum[0][k + i] = re[i];
      fft->spectrum[1][k + i] = im[i];
    }
  }
  const size_t above = (size_t)(h->analysis / 2 + 1 - h->bins) * sizeof(vec);
  memset(fft->spectrum[0] + h->bins, 0, above);
  memset(fft->spectrum[1] + h->bins, 0, above);
  return total;
}

/** Energy of the signals under the window. Leaves half its gradient to transform. */
static vec under_window(const struct heard *h, struct fft *fft) {
  const int half_size = h->analysis / 2, first = half_size - h->synthesis / 2;
  vec energy = {0}, *even = fft->spectrum[0], *odd = fft->spectrum[1];
  for (int j = first; j < half_size; ++j) {
    vec w0 = broadcast(h->window[2 * (j - first)]), w1 = broadcast(h->window[2 * (j - first) + 1]);
    vec a = fft->signal[0][j] * w0, b = fft->signal[1][j] * w1;
    energy += a * a + b * b;
    even[j] = a * w0;
    odd[j] = b * w1;
  }
  memset(fft->signal[0], 0, (size_t)half_size * sizeof(vec));
  memset(fft->signal[1], 0, (size_t)half_size * sizeof(vec));
  for (int j = first; j < half_size; ++j) {
    fft_put(fft, j, even[j], odd[j]);
  }
  return energy;
}

/** The energy's slope over the mask of each bin of LANES frames. */
static void energy_slopes(const struct heard *h, const struct fft *fft, int example, int o,
                          int first, float *slopes) {
  const float scale = 4 / (float)h->analysis; /* twice for the square, twice for both halves */
  for (int k = 0; k < h->bins; k += LANES) {
    vec re[LANES], im[LANES];
    for (int i = 0; i < LANES; ++i) {
      fft_bin(fft, k + i < h->bins ? k + i : 0, re + i, im + i);
    }
    if (k == 0) {
      re[0] *= 0.5f;
      im[0] = broadcast(0);
    }
    transpose(re);
    transpose(im);
    for (int f = 0; f < LANES && first + f < h->frames; ++f) {
      ptrdiff_t mix_row = (ptrdiff_t)example * h->frames + first + f,
                row = (ptrdiff_t)(example * h->outputs + o) * h->frames + first + f;
      vec mix_re, mix_im;
      load_complex(h->mixture + mix_row * h->bins * 2, k, (int)h->limits[example] - k, &mix_re,
                   &mix_im);
      store_some(slopes + row * h->bins + k, scale * (re[f] * mix_re + im[f] * mix_im),
                 h->bins - k);
    }
  }
}

/** `error_slopes` [batch][outputs][frames][bins] and `distance_slopes`, of even frames, are kept
 * for the way back; both NULL: there is none. 0, or -1 without memory. */
EXPORT int heard_forward(const struct heard *h, const struct heard_sums *sums, float *error_slopes,
                         float *distance_slopes) {
  struct fft fft;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    fft_parts(&fft, &a, h->analysis);
  } while (!a.memory);
  fft_prepare(&fft);
  for (int example = 0; example < h->batch; ++example) {
    for (int o = -1; o < h->outputs; ++o) {
      double energy = 0, total = 0;
      for (int first = 0; first < h->frames; first += LANES) {
        total += sum(spectrum_of(h, &fft, example, o, first, o < 0 ? NULL : distance_slopes));
        if (first + LANES > h->skip) {
          fft_inverse(&fft);
          energy += sum(under_window(h, &fft));
          if (o >= 0 && error_slopes) {
            fft_forward(&fft);
          }
        } else {
          memset(fft.signal[0], 0, (size_t)h->analysis / 2 * sizeof(vec));
          memset(fft.signal[1], 0, (size_t)h->analysis / 2 * sizeof(vec));
        }
        if (o >= 0 && error_slopes) {
          energy_slopes(h, &fft, example, o, first, error_slopes);
        }
      }
      float *to_energy = o < 0 ? sums->reference + example : sums->error + example * h->outputs + o;
      float *to_total = o < 0 ? sums->roots + example : sums->distance + example * h->outputs + o;
      *to_energy = (float)energy;
      *to_total = (float)total;
    }
  }
  free(a.memory);
  return 0;
}

/** Of masks, from what the sums' [batch][outputs] are. */
EXPORT int heard_backward(const struct heard *h, const float *error_slopes,
                          const float *distance_slopes, const float *d_error,
                          const float *d_distance, float *d_masks) {
  const int n = h->outputs, even_frames = (h->frames + 1) / 2;
  for (int example = 0; example < h->batch; ++example) {
    for (int j = 0; j < n; ++j) {
      for (int frame = 0; frame < h->frames; ++frame) {
        float *to = d_masks + ((ptrdiff_t)(example * n + j) * h->frames + frame) * h->bins;
        memset(to, 0, (size_t)h->bins * sizeof(float));
        for (int o = 0; o < n; ++o) {
          const int row = example * n + o;
          const float share = h->sums[row * n + j];
          if (share == 0) {
            continue;
          }
          const float *e = error_slopes + ((ptrdiff_t)row * h->frames + frame) * h->bins,
                      *d = distance_slopes + ((ptrdiff_t)row * even_frames + frame / 2) * h->bins;
          const float of_e = share * d_error[row], of_d = frame % 2 ? 0 : share * d_distance[row];
          for (int k = 0; k < h->bins; k += LANES) {
            const int count = h->bins - k;
            vec more = of_e * load_some(e + k, count) + of_d * load_some(d + k, count);
            store_some(to + k, load_some(to + k, count) + more, count);
          }
        }
      }
    }
  }
  return 0;
}
