#include "engine/split.h"

#include "dsp/delay.h"
#include "dsp/mask.h"
#include "dsp/memory.h"
#include "dsp/stft.h"
#include "dsp/synthesis.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* A separator goes on for this long after its last stem was heard, so that a mute that is lifted
 * again finds it warm. */
#define LINGER_SECONDS 1.0

/* Freewheeling gives a dead worker up after this long. */
enum { PATIENCE_SECONDS = 10, POLL_NANOSECONDS = 20000 };

struct split {
  struct lane lane;
  struct stft *stft;
  struct mask_hold *hold;
  struct synthesis *synthesis;
  struct delay *align[N_CHANNELS]; /* NULL: the input needs no more delay */
  struct stft_input *inputs[N_CHANNELS];
  float *aligned; /* [hop] work space */

  unsigned stems, bins, hop, renew, lookahead, context;
  unsigned deadline; /* hops from a frame to the use of its masks */
  unsigned linger;   /* hops */

  unsigned frames; /* of the rings below */
  float *spectra;  /* [frames][N_CHANNELS] rows of `bins` pairs of real and imaginary part */
  bool *posted;    /* [frames] whether the worker was sent the frame */

  uint64_t now;     /* number of the frame being filled */
  uint64_t first;   /* the first frame whose masks are wanted since the separator started */
  uint64_t held;    /* the frame whose masks `hold` has, and */
  bool holds;       /* whether it has any of this epoch */
  unsigned filled;  /* samples of the hop */
  unsigned unheard; /* hops since a stem was heard */
  uint32_t epoch, late_frames;
  bool running, patient;
  bool lost; /* the worker is so late that its box was full; it has not emptied it yet */

  /* The next hop's output: */
  bool planned;         /* the hop is half full */
  bool due;             /* there must be masks */
  bool begun;           /* it has them */
  struct split_use use; /* as it was in the middle of the hop */
};

struct lane *split_lane(struct split *split) {
  return &split->lane;
}

unsigned split_latency(const struct split *split) UNBRAID_REALTIME {
  return split->lane.separator->geometry.synthesis +
         (split->lookahead + split->deadline) * split->hop;
}

uint32_t split_late_frames(const struct split *split) UNBRAID_REALTIME {
  return split->late_frames;
}

unsigned split_prime(const struct split *split) UNBRAID_REALTIME {
  return split_latency(split) + split->context * split->hop;
}

float split_load(const struct split *split) UNBRAID_REALTIME {
  return split->running ? atomic_load_explicit(&split->lane.load, memory_order_relaxed) : 0.0f;
}

unsigned split_room(const struct split *split) UNBRAID_REALTIME {
  unsigned half = split->hop / 2;
  return (split->filled < half ? half : split->hop) - split->filled;
}

const float *split_samples(const struct split *split, unsigned stem,
                           unsigned channel) UNBRAID_REALTIME {
  return synthesis_samples(split->synthesis, stem, channel) + split->filled;
}

static bool allocate_synthesis(struct split *split, double rate) {
  struct refine *refine = NULL;
  if (split->stems == FOUR_STEMS) {
    refine = refine_new(split->stems, split->bins, rate / split->lane.separator->geometry.analysis,
                        split->hop / rate, split->renew);
    if (!refine) {
      return false;
    }
  }
  split->synthesis = synthesis_new(split->stft, split->stems, split->bins, refine);
  return split->synthesis != NULL;
}

static bool allocate(struct split *split, double rate) {
  struct separator *separator = split->lane.separator;
  /* Frames that wait: those on their way, and a whole warm-up behind them; twice that, because an
   * older epoch may still be in the box. */
  unsigned slots = 2 * (split->context / split->renew + split->deadline + split->lookahead) + 4;
  split->stft = stft_new(separator->geometry);
  split->hold = mask_hold_new(split->stems, split->bins, split->hop / rate);
  split->aligned = memory_floats(split->hop);
  split->spectra =
      memory_floats(split->frames * N_CHANNELS * memory_stride((size_t)split->bins * 2));
  split->posted = calloc(split->frames, sizeof *split->posted);
  split->lane.frames = mailbox_new(slots, (size_t)N_CHANNELS * separator->reads * 2);
  split->lane.masks = mailbox_new(slots, (size_t)split->stems * split->bins);
  bool good = split->stft && split->hold && split->aligned && split->spectra && split->posted &&
              split->lane.frames && split->lane.masks && allocate_synthesis(split, rate);
  for (unsigned c = 0; good && c < N_CHANNELS; ++c) {
    split->inputs[c] = stft_input_new(split->stft);
    good = split->inputs[c] != NULL;
  }
  return good;
}

struct split *split_new(struct separator *separator, double rate, unsigned block) {
  struct split *split = calloc(1, sizeof *split);
  if (!split) {
    separator_free(separator);
    return NULL;
  }
  split->lane.separator = separator;
  split->stems = separator->stems;
  split->bins = stft_bins(separator->geometry);
  split->hop = separator->geometry.hop;
  split->renew = separator->renew;
  split->lookahead = separator->lookahead;
  split->context = separator->context;
  split->deadline = block > split->hop ? (block + split->hop - 1) / split->hop : 1;
  split->lane.step_seconds = split->hop * split->renew / rate;
  /* More never wait in an export. */
  split->lane.keep = split->context / split->renew + split->deadline + 1;
  split->linger = (unsigned)ceil(LINGER_SECONDS * rate / split->hop);
  unsigned delayed = split->deadline + split->lookahead;
  split->frames = (delayed > split->context ? delayed : split->context) + split->renew;
  if (!allocate(split, rate)) {
    split_free(split);
    return NULL;
  }
  split_reset(split, 0);
  return split;
}

void split_free(struct split *split) {
  if (!split) {
    return;
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    delay_free(split->align[c]);
    stft_input_free(split->inputs[c]);
  }
  separator_free(split->lane.separator);
  mailbox_free(split->lane.frames);
  mailbox_free(split->lane.masks);
  mask_hold_free(split->hold);
  synthesis_free(split->synthesis);
  stft_free(split->stft);
  free(split->aligned);
  free(split->spectra);
  free(split->posted);
  free(split);
}

bool split_delay_input(struct split *split, unsigned samples) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    split->align[c] = delay_new(samples);
    if (!split->align[c]) {
      return false;
    }
  }
  return true;
}

static void new_epoch(struct split *split) UNBRAID_REALTIME {
  ++split->epoch;
  split->holds = false;
  atomic_store_explicit(&split->lane.epoch, split->epoch, memory_order_release);
}

void split_reset(struct split *split, unsigned filled) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    if (split->align[c]) {
      delay_reset(split->align[c]);
    }
    stft_input_reset(split->inputs[c]);
  }
  mask_hold_reset(split->hold);
  synthesis_reset(split->synthesis);
  new_epoch(split);
  split->now = split->first = 0;
  split->filled = filled % split->hop;
  split->unheard = 0;
  split->late_frames = 0;
  split->running = false;
  split->patient = true;
  split->planned = split->begun = false;
}

static float *spectrum(const struct split *split, uint64_t frame,
                       unsigned channel) UNBRAID_REALTIME {
  size_t row = (size_t)(frame % split->frames) * N_CHANNELS + channel;
  return split->spectra + row * memory_stride((size_t)split->bins * 2);
}

bool split_picture(const struct split *split, struct picture *picture) UNBRAID_REALTIME {
  unsigned delayed = split->deadline + split->lookahead;
  uint64_t outputs = split->now + (split->begun ? 1 : 0);
  if (outputs <= delayed) {
    return false;
  }
  *picture = (struct picture){.masks = synthesis_masks(split->synthesis),
                              .geometry = split->lane.separator->geometry,
                              .amplitude = stft_amplitude(split->stft)};
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    picture->spectra[c] = spectrum(split, outputs - 1 - delayed, c);
  }
  return true;
}

static void set_lost(struct split *split, bool lost) UNBRAID_REALTIME {
  split->lost = lost;
  atomic_store_explicit(&split->lane.lost, lost, memory_order_release);
}

/* Sends a frame to the worker; when the box is full the frame is lost and its masks are late. */
static void post(struct split *split, uint64_t frame, bool wanted) UNBRAID_REALTIME {
  struct mail *mail = mailbox_reserve(split->lane.frames);
  split->posted[frame % split->frames] = mail != NULL;
  if (!mail) {
    return;
  }
  size_t values = (size_t)split->lane.separator->reads * 2;
  mail->sequence = frame;
  mail->epoch = split->epoch;
  mail->wanted = wanted;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    memcpy(mail->values + c * values, spectrum(split, frame, c), values * sizeof *mail->values);
  }
  mailbox_send(split->lane.frames);
}

static bool is_step(const struct split *split, uint64_t frame) UNBRAID_REALTIME {
  return frame % split->renew == 0;
}

/* Sends the separator the frames it missed, so that its first masks are as good as any. */
static void warm_up(struct split *split) UNBRAID_REALTIME {
  uint64_t missed = split->now < split->context ? split->now : split->context;
  for (uint64_t frame = split->now - missed; frame < split->now; ++frame) {
    if (is_step(split, frame)) {
      post(split, frame, false);
    }
  }
}

static void start(struct split *split) UNBRAID_REALTIME {
  new_epoch(split);
  split->running = true;
  split->first = split->now + (split->renew - split->now % split->renew) % split->renew;
  set_lost(split, false);
  warm_up(split);
}

/* Sends the newest frame. A worker that slept until its box was full gets no more: it throws away
 * what is there, and then starts as warm as any. */
static void feed(struct split *split) UNBRAID_REALTIME {
  if (split->lost && mailbox_empty(split->lane.frames)) {
    set_lost(split, false);
    warm_up(split);
  }
  if (!split->lost) {
    post(split, split->now, true);
    set_lost(split, !split->posted[split->now % split->frames]);
  }
  if (split->lost) { /* then no masks are waited for, see masks_of() */
    memset(split->posted, 0, split->frames * sizeof *split->posted);
  }
}

static void start_or_stop(struct split *split, bool heard) UNBRAID_REALTIME {
  split->unheard = heard ? 0 : split->unheard + 1;
  if (heard && !split->running) {
    start(split);
  } else if (split->running && split->unheard > split->linger) {
    split->running = false;
  }
}

/* Takes the newest masks that are due, up to those of step `frame`; true if they are its own. */
static bool collect(struct split *split, uint64_t frame) UNBRAID_REALTIME {
  const struct mail *newest = NULL, *mail = NULL;
  unsigned due = 0;
  for (; (mail = mailbox_peek(split->lane.masks, due)); ++due) {
    if (mail->epoch == split->epoch) {
      if (mail->sequence > frame) {
        break;
      }
      newest = mail;
    }
  }
  if (newest) {
    mask_hold_put(split->hold, newest->values);
    split->held = newest->sequence;
    split->holds = true;
  }
  for (; due > 0; --due) {
    mailbox_release(split->lane.masks);
  }
  return split->holds && split->held == frame;
}

/* Freewheeling only: this waits. */
static bool collect_waiting(struct split *split, uint64_t frame) {
  struct timespec begun, now, nap = {.tv_nsec = POLL_NANOSECONDS};
  clock_gettime(CLOCK_MONOTONIC, &begun);
  while (!collect(split, frame)) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - begun.tv_sec > PATIENCE_SECONDS) {
      return false;
    }
    nanosleep(&nap, NULL);
  }
  return true;
}

static void plan(struct split *split, struct split_use use) UNBRAID_REALTIME {
  split->planned = true;
  split->due = split->running && split->now >= split->first + split->deadline;
  split->use = use;
}

/* Freewheeling only: collects by waiting, unless the worker has been given up. */
static bool collect_late(struct split *split, uint64_t frame) UNBRAID_REALTIME {
  if (!split->use.wait || !split->patient || !split->posted[frame % split->frames]) {
    return false;
  }
  UNBRAID_TRUST_BEGIN
  split->patient = collect_waiting(split, frame);
  UNBRAID_TRUST_END
  return split->patient;
}

/* Begins the next output with the masks of its frame; at the `last` moment with what there is. */
static void begin(struct split *split, bool last) UNBRAID_REALTIME {
  uint64_t step = split->now - split->deadline;
  step -= step % split->renew;
  bool own = false;
  const float *masks = NULL;
  if (split->due) {
    own = collect(split, step);
    split->patient = split->patient || own;
    own = own || (last && collect_late(split, step));
    if (!own && !last) {
      return;
    }
    split->late_frames += own ? 0 : 1;
    masks = mask_hold_next(split->hold, own, split->use.closed);
  }
  split->begun = true;
  unsigned delayed = split->deadline + split->lookahead;
  if (split->now < delayed) {
    masks = NULL;
  }
  uint64_t frame = split->now - delayed;
  const float *const spectra[N_CHANNELS] = {spectrum(split, frame, 0), spectrum(split, frame, 1)};
  synthesis_begin(split->synthesis, spectra, masks, own && is_step(split, frame + split->lookahead),
                  split->use.heard, &split->use.refine);
}

/* In the second half of the hop: the next output in pieces, so that where blocks are short none has
 * all the work. First what is made of all masks, if they have come, then a stem after the other
 * until an eighth is left, for at the end the next frame is analysed; not at once from the middle
 * on, for there the other split ends its hops. */
static void make_some(struct split *split) UNBRAID_REALTIME {
  unsigned eighth = split->hop / 8, from = split->hop / 2 + eighth, to = split->hop - eighth;
  if (split->filled < from) {
    return;
  }
  if (!split->begun) {
    begin(split, false);
  }
  if (split->begun) {
    unsigned passed = split->stems * (split->filled - from), whole = to - from;
    synthesis_make(split->synthesis, (passed + whole - 1) / whole);
  }
}

/* The hop is full: its frame goes to the worker, and the frame whose masks are due to the output.
 */
static void frame_done(struct split *split, struct worker *worker, bool heard) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    stft_input_frame(split->stft, split->inputs[c], spectrum(split, split->now, c));
  }
  start_or_stop(split, heard);
  if (split->running && is_step(split, split->now)) {
    feed(split);
    worker_wake(worker);
  }
  if (!split->begun) {
    begin(split, true);
  }
  synthesis_end(split->synthesis);
  ++split->now;
  split->filled = 0;
  split->planned = split->begun = false;
}

void split_advance(struct split *split, struct worker *worker, const float *const in[N_CHANNELS],
                   unsigned n, struct split_use use) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    const float *samples = in[c];
    if (split->align[c]) {
      delay_process(split->align[c], samples, split->aligned, n);
      samples = split->aligned;
    }
    stft_input_push(split->inputs[c], samples, n);
  }
  split->filled += n;
  if (!split->planned && split->filled >= split->hop / 8) {
    mask_hold_learn(split->hold);
    synthesis_learn(split->synthesis);
  }
  if (!split->planned && split->filled >= split->hop / 2) {
    plan(split, use);
  }
  if (split->filled == split->hop) {
    frame_done(split, worker, use.heard != 0);
  } else if (split->planned) {
    make_some(split);
  }
}
