#include "dsp/spatial.h"

#include "dsp/mask.h"
#include "dsp/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How far back covariances remember. */
#define MEMORY_SECONDS 5.0

/* Bands are of equal width in ERB up to here; the last takes what is above. */
#define TOP_HZ 16000.0
enum { BANDS = 4 };

/* The first covariances are those of the network's masks, the second those of the masks that the
 * first have weighed: in the second a stem has less of the others in it. Learning from its own
 * last result instead would let a stem wander off to where another one stands. */
enum { PASSES = 2 };

/* A stem with this share of a band's energy is believed half: its covariance is as much that of
 * the mix. */
#define DOUBT 0.1f

/* This much of every covariance is sound from everywhere: filters stay finite. */
#define DIFFUSE 0.02f

#define TINY 1e-20f

/* Real covariance of two channels. */
struct place {
  float ll, rr, lr;
};

struct spatial {
  unsigned stems, bins, stride;
  unsigned first[BANDS + 1]; /* bin of each band, and the end */
  float step;                /* share of a new frame in the covariances */
  struct place mix[BANDS];
  struct place heard[PASSES][BANDS][MASK_MAX_STEMS]; /* energies: not normalised */
  float *power[3];                                   /* [bins] |L|^2, |R|^2, Re(L R*) */
  float *weighed;                                    /* [stems][bins] masks */
  float *spectra;                                    /* [stems][N_CHANNELS] rows of `stride` */
};

static double erb(double hz) {
  return 21.4 * log10(1.0 + 0.00437 * hz);
}

struct spatial *spatial_new(unsigned stems, unsigned bins, double bin_hz, double hop_seconds) {
  struct spatial *s = calloc(1, sizeof *s);
  if (!s) {
    return NULL;
  }
  s->stems = stems;
  s->bins = bins;
  s->stride = (unsigned)memory_stride((size_t)bins * 2);
  s->step = (float)(1.0 - exp(-hop_seconds / MEMORY_SECONDS));
  for (unsigned k = 1; k <= BANDS; ++k) {
    double hz = (pow(10.0, erb(TOP_HZ) * k / BANDS / 21.4) - 1.0) / 0.00437;
    double bin = k < BANDS ? floor(hz / bin_hz + 0.5) : bins;
    s->first[k] = (unsigned)fmin(bin, bins);
  }
  for (unsigned i = 0; i < 3; ++i) {
    s->power[i] = memory_floats(bins);
  }
  s->weighed = memory_floats((size_t)stems * bins);
  s->spectra = memory_floats((size_t)stems * N_CHANNELS * s->stride);
  if (!s->power[0] || !s->power[1] || !s->power[2] || !s->weighed || !s->spectra) {
    spatial_free(s);
    return NULL;
  }
  return s;
}

void spatial_free(struct spatial *spatial) {
  if (spatial) {
    for (unsigned i = 0; i < 3; ++i) {
      free(spatial->power[i]);
    }
    free(spatial->weighed);
    free(spatial->spectra);
    free(spatial);
  }
}

void spatial_reset(struct spatial *spatial) UNBRAID_REALTIME {
  memset(spatial->mix, 0, sizeof spatial->mix);
  memset(spatial->heard, 0, sizeof spatial->heard);
}

static float *row(const struct spatial *s, unsigned stem, unsigned channel) UNBRAID_REALTIME {
  return s->spectra + (size_t)(stem * N_CHANNELS + channel) * s->stride;
}

const float *spatial_spectrum(const struct spatial *spatial, unsigned stem,
                              unsigned channel) UNBRAID_REALTIME {
  return row(spatial, stem, channel);
}

static void measure(struct spatial *s, const float *const spectra[N_CHANNELS]) UNBRAID_REALTIME {
  const float *l = spectra[0], *r = spectra[1];
  for (unsigned b = 0; b < s->bins; ++b) {
    s->power[0][b] = l[2 * b] * l[2 * b] + l[2 * b + 1] * l[2 * b + 1];
    s->power[1][b] = r[2 * b] * r[2 * b] + r[2 * b + 1] * r[2 * b + 1];
    s->power[2][b] = l[2 * b] * r[2 * b] + l[2 * b + 1] * r[2 * b + 1];
  }
}

static void approach(struct place *place, struct place target, float step) UNBRAID_REALTIME {
  place->ll += step * (target.ll - place->ll);
  place->rr += step * (target.rr - place->rr);
  place->lr += step * (target.lr - place->lr);
}

/* What a band has of a stem, by the square of its mask: bins that several stems share say little.
 * Without a mask, the whole band. */
static struct place gather(const struct spatial *s, unsigned band,
                           const float *mask) UNBRAID_REALTIME {
  struct place sum = {0};
  for (unsigned b = s->first[band]; b < s->first[band + 1]; ++b) {
    float weight = mask ? mask[b] * mask[b] : 1.0f;
    sum.ll += weight * s->power[0][b];
    sum.rr += weight * s->power[1][b];
    sum.lr += weight * s->power[2][b];
  }
  return sum;
}

/* A covariance with a trace of two, by a stem's share in the mix more or less that of the mix. */
static struct place settled(struct place stem, struct place mix) UNBRAID_REALTIME {
  float all = mix.ll + mix.rr, own = stem.ll + stem.rr, floor = 1e-9f * all + TINY;
  float share = own / (all + TINY), belief = share / (share + DOUBT);
  float scale = (1.0f - DIFFUSE) * belief / (0.5f * own + floor);
  float mix_scale = (1.0f - DIFFUSE) * (1.0f - belief) / (0.5f * all + floor);
  return (struct place){
      .ll = scale * stem.ll + mix_scale * mix.ll + DIFFUSE,
      .rr = scale * stem.rr + mix_scale * mix.rr + DIFFUSE,
      .lr = scale * stem.lr + mix_scale * mix.lr,
  };
}

/* Masks of a band times the likelihood of each bin's direction, to a power of a half (`sharp`) or
 * a quarter, for it is no independent witness. */
static void weigh(struct spatial *s, unsigned band, const struct place *places, const float *masks,
                  bool sharp) UNBRAID_REALTIME {
  unsigned bins = s->bins;
  float root[MASK_MAX_STEMS] = {0};
  for (unsigned i = 0; i < s->stems; ++i) {
    root[i] = sqrtf(places[i].ll * places[i].rr - places[i].lr * places[i].lr);
  }
  for (unsigned b = s->first[band]; b < s->first[band + 1]; ++b) {
    float ll = s->power[0][b], rr = s->power[1][b], lr = s->power[2][b];
    float scale = 1.0f / (ll + rr + TINY), sum = 0.0f, weighed[MASK_MAX_STEMS];
    for (unsigned i = 0; i < s->stems; ++i) {
      /* x^H R^-1 x / x^H x, times the determinant. */
      float misfit =
          (places[i].rr * ll + places[i].ll * rr - 2.0f * places[i].lr * lr) * scale + 1e-6f;
      float likelihood = root[i] / misfit;
      weighed[i] = masks[i * bins + b] * (sharp ? likelihood : sqrtf(likelihood));
      sum += weighed[i];
    }
    float share = 1.0f / (sum + TINY);
    for (unsigned i = 0; i < s->stems; ++i) {
      s->weighed[i * bins + b] = weighed[i] * share;
    }
  }
}

/* Filters a band; what a filter for all stems but the last leaves is the last one's. */
static void filter(struct spatial *s, unsigned band, const struct place *places,
                   const float *const spectra[N_CHANNELS], const float *masks,
                   float amount) UNBRAID_REALTIME {
  unsigned bins = s->bins, last = s->stems - 1;
  for (unsigned b = s->first[band]; b < s->first[band + 1]; ++b) {
    struct place sum = {.ll = 1e-3f, .rr = 1e-3f};
    for (unsigned i = 0; i < s->stems; ++i) {
      float p = s->weighed[i * bins + b];
      sum.ll += p * places[i].ll;
      sum.rr += p * places[i].rr;
      sum.lr += p * places[i].lr;
    }
    float scale = 1.0f / (sum.ll * sum.rr - sum.lr * sum.lr);
    for (unsigned part = 0; part < 2; ++part) {
      unsigned at = 2 * b + part;
      float l = spectra[0][at], r = spectra[1][at], rest_l = l, rest_r = r;
      float white_l = (sum.rr * l - sum.lr * r) * scale,
            white_r = (sum.ll * r - sum.lr * l) * scale;
      /* sum^-1 times 1e-3 is what the filters leave of x. */
      float left_l = 1e-3f * white_l, left_r = 1e-3f * white_r;
      for (unsigned i = 0; i < last; ++i) {
        float p = s->weighed[i * bins + b], mask = (1.0f - amount) * masks[i * bins + b];
        float out_l = places[i].ll * white_l + places[i].lr * white_r + left_l;
        float out_r = places[i].lr * white_l + places[i].rr * white_r + left_r;
        out_l = amount * p * out_l + mask * l;
        out_r = amount * p * out_r + mask * r;
        rest_l -= out_l;
        rest_r -= out_r;
        row(s, i, 0)[at] = out_l;
        row(s, i, 1)[at] = out_r;
      }
      row(s, last, 0)[at] = rest_l;
      row(s, last, 1)[at] = rest_r;
    }
  }
}

void spatial_process(struct spatial *spatial, const float *const spectra[N_CHANNELS],
                     const float *masks, float amount, bool learn) UNBRAID_REALTIME {
  struct spatial *s = spatial;
  measure(s, spectra);
  for (unsigned k = 0; k < BANDS; ++k) {
    struct place places[MASK_MAX_STEMS] = {{0}};
    if (learn) {
      approach(&s->mix[k], gather(s, k, NULL), s->step);
    }
    for (unsigned pass = 0; pass < PASSES; ++pass) {
      for (unsigned i = 0; i < s->stems; ++i) {
        struct place *heard = &s->heard[pass][k][i];
        const float *mask = (pass ? s->weighed : masks) + (size_t)i * s->bins;
        if (learn) {
          approach(heard, gather(s, k, mask), s->step);
        }
        places[i] = settled(*heard, s->mix[k]);
      }
      weigh(s, k, places, masks, pass + 1 < PASSES);
    }
    filter(s, k, places, spectra, masks, amount);
  }
}
