/* SPDX-License-Identifier: ISC */
#include "dsp/spatial.h"

#include "dsp/mask.h"
#include "dsp/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The memory of the covariances. */
#define MEMORY_SECONDS 5.0

/* The positions of the stems are compared with their past over this time. A difference above
 * ELSEWHERE (at most 2) is a new position. */
#define WATCH_SECONDS 0.25
#define ELSEWHERE 0.4f

/* Bands have equal width in ERB up to this frequency; the last band includes everything above. */
#define TOP_HZ 16000.0
enum { BANDS = 4 };

/* The first covariances use the network's masks. The second use the masks after the weighting by
 * the first, which contain less of the other stems. Learning from the final result instead would
 * let a stem drift to the position of another. */
enum { PASSES = 2 };

/* A stem with this share of a band's energy is trusted half: its covariance is mixed evenly with
 * the covariance of the mix. */
#define DOUBT 0.1f

/* This share of every covariance is diffuse sound, which keeps the filters finite. */
#define DIFFUSE 0.02f

#define TINY 1e-20f

/* A real covariance of two channels. */
struct place {
  float ll, rr, lr;
};

struct spatial {
  unsigned stems, bins;
  unsigned first[BANDS + 1]; /* bin of each band, and the end */
  float step, watch_step;    /* share of a new frame in the covariances, and in what is watched */
  struct place mix[BANDS];
  struct place expected, found; /* of late: if stems stood where they stood, and in truth */
  struct place heard[PASSES][BANDS][MASK_MAX_STEMS]; /* energies: not normalised */
  struct place places[BANDS][MASK_MAX_STEMS];        /* of the frame's filters */
  const float *spectra[N_CHANNELS], *masks;          /* of the frame */
  float amount;
  float *power[3];                           /* [bins] |L|^2, |R|^2, Re(L R*) */
  float *unit;                               /* [bins] 1 / (|L|^2 + |R|^2) */
  float *weighed;                            /* [stems][bins] masks */
  float *sum;                                /* [bins] of these */
  float *white[N_CHANNELS];                  /* [2 * bins] whitened spectra */
  float *filtered, *masked;                  /* [2 * bins] a stem's shares in pairs */
  float *own[N_CHANNELS], *rest[N_CHANNELS]; /* [2 * bins] a stem, and what is left */
};

static double erb(double hz) {
  return 21.4 * log10(1.0 + 0.00437 * hz);
}

struct spatial *spatial_new(unsigned stems, unsigned bins, double bin_hz, double learn_seconds) {
  struct spatial *s = calloc(1, sizeof *s);
  if (!s) {
    return NULL;
  }
  s->stems = stems;
  s->bins = bins;
  s->step = (float)(1.0 - exp(-learn_seconds / MEMORY_SECONDS));
  s->watch_step = (float)(1.0 - exp(-learn_seconds / WATCH_SECONDS));
  for (unsigned k = 1; k <= BANDS; ++k) {
    double hz = (pow(10.0, erb(TOP_HZ) * k / BANDS / 21.4) - 1.0) / 0.00437;
    double bin = k < BANDS ? floor(hz / bin_hz + 0.5) : bins;
    s->first[k] = (unsigned)fmin(bin, bins);
  }
  for (unsigned i = 0; i < 3; ++i) {
    s->power[i] = memory_floats(bins);
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    s->white[c] = memory_floats((size_t)2 * bins);
    s->own[c] = memory_floats((size_t)2 * bins);
    s->rest[c] = memory_floats((size_t)2 * bins);
  }
  s->filtered = memory_floats((size_t)2 * bins);
  s->masked = memory_floats((size_t)2 * bins);
  s->unit = memory_floats(bins);
  s->sum = memory_floats(bins);
  s->weighed = memory_floats((size_t)stems * bins);
  if (!s->power[0] || !s->power[1] || !s->power[2] || !s->unit || !s->white[0] || !s->white[1] ||
      !s->own[0] || !s->own[1] || !s->rest[0] || !s->rest[1] || !s->sum || !s->filtered ||
      !s->masked || !s->weighed) {
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
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      free(spatial->white[c]);
      free(spatial->own[c]);
      free(spatial->rest[c]);
    }
    free(spatial->unit);
    free(spatial->filtered);
    free(spatial->masked);
    free(spatial->sum);
    free(spatial->weighed);
    free(spatial);
  }
}

void spatial_reset(struct spatial *spatial) UNBRAID_REALTIME {
  memset(spatial->mix, 0, sizeof spatial->mix);
  memset(spatial->heard, 0, sizeof spatial->heard);
  spatial->found = spatial->expected = (struct place){0};
}

static void measure(struct spatial *s, const float *const spectra[N_CHANNELS]) UNBRAID_REALTIME {
  const float *restrict l = spectra[0], *restrict r = spectra[1];
  float *restrict ll = s->power[0], *restrict rr = s->power[1], *restrict lr = s->power[2];
  float *restrict unit = s->unit;
  for (size_t b = 0; b < s->bins; ++b) {
    ll[b] = l[2 * b] * l[2 * b] + l[2 * b + 1] * l[2 * b + 1];
    rr[b] = r[2 * b] * r[2 * b] + r[2 * b + 1] * r[2 * b + 1];
    lr[b] = l[2 * b] * r[2 * b] + l[2 * b + 1] * r[2 * b + 1];
    unit[b] = 1.0f / (ll[b] + rr[b] + TINY);
  }
}

static void approach(struct place *place, struct place target, float step) UNBRAID_REALTIME {
  place->ll += step * (target.ll - place->ll);
  place->rr += step * (target.rr - place->rr);
  place->lr += step * (target.lr - place->lr);
}

/* Sums use this many lanes, which the compiler turns into vectors. */
enum { LANES = 8 };

/* The covariance of a stem in a band, weighted by the square of its mask, because bins that several
 * stems share say little. Without a mask, the whole band. */
static struct place gather(const struct spatial *s, unsigned band,
                           const float *mask) UNBRAID_REALTIME {
  float sum[3][LANES] = {{0}};
  unsigned end = s->first[band + 1];
  for (unsigned first = s->first[band]; first < end; first += LANES) {
    unsigned lanes = end - first < LANES ? end - first : LANES;
    float weight[LANES] = {0};
    for (unsigned i = 0; i < lanes; ++i) {
      weight[i] = mask ? mask[first + i] * mask[first + i] : 1.0f;
    }
    for (unsigned which = 0; which < 3; ++which) {
      const float *restrict power = s->power[which] + first;
      for (unsigned i = 0; i < lanes; ++i) {
        sum[which][i] += weight[i] * power[i];
      }
    }
  }
  struct place place = {0};
  for (unsigned i = 0; i < LANES; ++i) {
    place.ll += sum[0][i];
    place.rr += sum[1][i];
    place.lr += sum[2][i];
  }
  return place;
}

/* A covariance with a trace of two. The smaller the stem's share of the mix, the closer it is to
 * the covariance of the mix. */
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

/* One stem's mask times the likelihood of each bin's direction, to the power of a half (`sharp`) or
 * a quarter, because it is not independent of the mask. */
static void weigh_stem(const struct spatial *s, unsigned first, unsigned n, struct place place,
                       const float *restrict mask, bool sharp,
                       float *restrict weighed) UNBRAID_REALTIME {
  const float *restrict ll = s->power[0] + first, *restrict rr = s->power[1] + first;
  const float *restrict lr = s->power[2] + first, *restrict unit = s->unit + first;
  float root = sqrtf(place.ll * place.rr - place.lr * place.lr);
  for (unsigned b = 0; b < n; ++b) {
    /* x^H R^-1 x / x^H x, times the determinant. */
    float misfit =
        (place.rr * ll[b] + place.ll * rr[b] - 2.0f * place.lr * lr[b]) * unit[b] + 1e-6f;
    float likelihood = root / misfit;
    weighed[b] = mask[b] * (sharp ? likelihood : sqrtf(likelihood));
  }
}

static void add(const float *restrict x, unsigned n, float *restrict sum) UNBRAID_REALTIME {
  for (unsigned b = 0; b < n; ++b) {
    sum[b] += x[b];
  }
}

static void invert(float *x, unsigned n) UNBRAID_REALTIME {
  for (unsigned b = 0; b < n; ++b) {
    x[b] = 1.0f / (x[b] + TINY);
  }
}

static void multiply(const float *restrict factor, unsigned n, float *restrict x) UNBRAID_REALTIME {
  for (unsigned b = 0; b < n; ++b) {
    x[b] *= factor[b];
  }
}

/* Weights the masks of a band; they sum to 1 again. */
static void weigh(struct spatial *s, unsigned band, const struct place *places, const float *masks,
                  bool sharp) UNBRAID_REALTIME {
  unsigned first = s->first[band], n = s->first[band + 1] - first;
  float *sum = s->sum;
  memset(sum, 0, n * sizeof *sum);
  for (unsigned i = 0; i < s->stems; ++i) {
    size_t at = (size_t)i * s->bins + first;
    weigh_stem(s, first, n, places[i], masks + at, sharp, s->weighed + at);
    add(s->weighed + at, n, sum);
  }
  invert(sum, n);
  for (unsigned i = 0; i < s->stems; ++i) {
    multiply(sum, n, s->weighed + (size_t)i * s->bins + first);
  }
}

/* Avoids a division by zero in a bin without any mask. */
#define LEFT 1e-3f

/* Multiplies the spectra of a band by the inverse of the sum of the stems' covariances. */
static void whiten(struct spatial *s, unsigned band, const struct place *places,
                   const float *const spectra[N_CHANNELS]) UNBRAID_REALTIME {
  enum { MOST = 64 };
  unsigned end = s->first[band + 1];
  for (unsigned first = s->first[band]; first < end; first += MOST) {
    const float *restrict l = spectra[0] + (size_t)2 * first;
    const float *restrict r = spectra[1] + (size_t)2 * first;
    float *restrict white_l = s->white[0] + (size_t)2 * first;
    float *restrict white_r = s->white[1] + (size_t)2 * first;
    float ll[MOST], rr[MOST], lr[MOST];
    size_t n = end - first < MOST ? end - first : MOST;
    for (size_t b = 0; b < n; ++b) {
      ll[b] = rr[b] = LEFT;
      lr[b] = 0.0f;
    }
    for (unsigned i = 0; i < s->stems; ++i) {
      const float *restrict weighed = s->weighed + (size_t)i * s->bins + first;
      const struct place place = places[i];
      for (size_t b = 0; b < n; ++b) {
        ll[b] += weighed[b] * place.ll;
        rr[b] += weighed[b] * place.rr;
        lr[b] += weighed[b] * place.lr;
      }
    }
    for (size_t b = 0; b < n; ++b) {
      float scale = 1.0f / (ll[b] * rr[b] - lr[b] * lr[b]);
      float own_l = rr[b] * scale, own_r = ll[b] * scale, across = lr[b] * scale;
      white_l[2 * b] = own_l * l[2 * b] - across * r[2 * b];
      white_l[2 * b + 1] = own_l * l[2 * b + 1] - across * r[2 * b + 1];
      white_r[2 * b] = own_r * r[2 * b] - across * l[2 * b];
      white_r[2 * b + 1] = own_r * r[2 * b + 1] - across * l[2 * b + 1];
    }
  }
}

/* Twice per bin, for its real and its imaginary part: multiplied by a factor. */
static void twice(const float *restrict values, unsigned n, float factor,
                  float *restrict pairs) UNBRAID_REALTIME {
  for (size_t b = 0; b < n; ++b) {
    pairs[2 * b] = pairs[2 * b + 1] = factor * values[b];
  }
}

/* out = filtered (straight own + across other) + masked x; subtracted from the rest. */
static void take(unsigned n, const float *restrict filtered, const float *restrict masked,
                 const float *restrict own, const float *restrict other, const float *restrict x,
                 float straight, float across, float *restrict out,
                 float *restrict rest) UNBRAID_REALTIME {
  for (unsigned i = 0; i < n; ++i) {
    float value = filtered[i] * (straight * own[i] + across * other[i]) + masked[i] * x[i];
    out[i] = value;
    rest[i] -= value;
  }
}

static void settle(const struct spatial *s, unsigned band, const struct place *heard,
                   struct place *places) UNBRAID_REALTIME {
  for (unsigned i = 0; i < s->stems; ++i) {
    places[i] = settled(heard[i], s->mix[band]);
  }
}

void spatial_process(struct spatial *spatial, const float *const spectra[N_CHANNELS],
                     const float *masks, float amount) UNBRAID_REALTIME {
  struct spatial *s = spatial;
  s->masks = masks;
  s->amount = amount;
  measure(s, spectra);
  for (unsigned k = 0; k < BANDS; ++k) {
    settle(s, k, s->heard[PASSES - 1][k], s->places[k]);
    weigh(s, k, s->places[k], masks, false);
    whiten(s, k, s->places[k], spectra);
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    s->spectra[c] = spectra[c];
    memcpy(s->rest[c], spectra[c], (size_t)2 * s->bins * sizeof *s->rest[c]);
  }
}

/* A band of a stem that is not the last. */
static void filter(struct spatial *s, unsigned band, unsigned stem) UNBRAID_REALTIME {
  unsigned first = s->first[band], bins = s->first[band + 1] - first;
  size_t of = (size_t)stem * s->bins + first, at = (size_t)2 * first;
  struct place place = s->places[band][stem];
  twice(s->weighed + of, bins, s->amount, s->filtered);
  twice(s->masks + of, bins, 1.0f - s->amount, s->masked);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    take(2 * bins, s->filtered, s->masked, s->white[c] + at, s->white[1 - c] + at,
         s->spectra[c] + at, LEFT + (c ? place.rr : place.ll), place.lr, s->own[c] + at,
         s->rest[c] + at);
  }
}

void spatial_stem(struct spatial *spatial, unsigned stem,
                  const float *spectra[N_CHANNELS]) UNBRAID_REALTIME {
  bool last = stem + 1 == spatial->stems;
  for (unsigned k = 0; k < BANDS && !last; ++k) {
    filter(spatial, k, stem);
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    spectra[c] = last ? spatial->rest[c] : spatial->own[c];
  }
}

static void gather_stems(const struct spatial *s, unsigned band, const float *masks,
                         struct place *frame) UNBRAID_REALTIME {
  for (unsigned i = 0; i < s->stems; ++i) {
    frame[i] = gather(s, band, masks + (size_t)i * s->bins);
  }
}

static void learn(struct spatial *s, const struct place *frame,
                  struct place *heard) UNBRAID_REALTIME {
  for (unsigned i = 0; i < s->stems; ++i) {
    approach(&heard[i], frame[i], s->step);
  }
}

static void add_place(struct place *sum, struct place place, float scale) UNBRAID_REALTIME {
  sum->ll += scale * place.ll;
  sum->rr += scale * place.rr;
  sum->lr += scale * place.lr;
}

/* Whether the stems have moved because a channel came, went or was inverted. A new stem that begins
 * to play does not count. */
static bool moved(struct spatial *s, struct place (*frame)[MASK_MAX_STEMS]) UNBRAID_REALTIME {
  struct place found = {0}, expected = {0};
  for (unsigned k = 0; k < BANDS; ++k) {
    for (unsigned i = 0; i < s->stems; ++i) {
      struct place now = frame[k][i], before = s->heard[0][k][i];
      float energy = before.ll + before.rr;
      bool known = energy > TINY;
      add_place(&found, now, 1.0f);
      add_place(&expected, known ? before : now, known ? (now.ll + now.rr) / energy : 1.0f);
    }
  }
  approach(&s->found, found, s->watch_step);
  approach(&s->expected, expected, s->watch_step);
  float all = s->found.ll + s->found.rr + TINY;
  float across = s->found.ll - s->found.rr - s->expected.ll + s->expected.rr;
  float along = 2.0f * (s->found.lr - s->expected.lr);
  return hypotf(across, along) > ELSEWHERE * all;
}

void spatial_learn(struct spatial *spatial, const float *masks) UNBRAID_REALTIME {
  struct spatial *s = spatial;
  struct place frame[BANDS][MASK_MAX_STEMS], places[MASK_MAX_STEMS];
  for (unsigned k = 0; k < BANDS; ++k) {
    gather_stems(s, k, masks, frame[k]);
  }
  if (moved(s, frame)) {
    spatial_reset(s);
  }
  for (unsigned k = 0; k < BANDS; ++k) {
    approach(&s->mix[k], gather(s, k, NULL), s->step);
    learn(s, frame[k], s->heard[0][k]);
    settle(s, k, s->heard[0][k], places);
    weigh(s, k, places, masks, true);
    gather_stems(s, k, s->weighed, frame[k]);
    learn(s, frame[k], s->heard[1][k]);
  }
}
