/* SPDX-License-Identifier: ISC */
/* A lock-free queue of fixed-size letters between one producer and one consumer thread: spectra go
 * one way, masks the other. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One letter. */
struct mail {
  uint64_t sequence; /* number of the frame */
  uint32_t epoch;    /* increments at every reset; older letters are void */
  bool wanted;       /* false: the frame only warms up the network; its masks are not used */
  float *values;     /* as many as the mailbox was made for */
};

struct mailbox;

/** A queue for `slots` letters of `values` floats. Not real-time safe. @return NULL: no memory. */
struct mailbox *mailbox_new(unsigned slots, size_t values);
void mailbox_free(struct mailbox *box);

/** Producer: the next letter to fill in, or NULL when the box is full. Real-time safe. */
struct mail *mailbox_reserve(struct mailbox *box) UNBRAID_REALTIME;

/** Producer: sends the letter of mailbox_reserve(). Real-time safe. */
void mailbox_send(struct mailbox *box) UNBRAID_REALTIME;

/** Producer: whether the consumer has released every letter. Real-time safe. */
bool mailbox_empty(const struct mailbox *box) UNBRAID_REALTIME;

/** Consumer: the letter `ahead` places behind the oldest, or NULL when there is none. Real-time
 * safe. */
const struct mail *mailbox_peek(const struct mailbox *box, unsigned ahead) UNBRAID_REALTIME;

/** Consumer: gives the oldest letter's slot back. Real-time safe. */
void mailbox_release(struct mailbox *box) UNBRAID_REALTIME;
