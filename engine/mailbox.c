/* SPDX-License-Identifier: ISC */
#include "engine/mailbox.h"

#include "dsp/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

struct mailbox {
  unsigned slots;
  struct mail *mails; /* [slots] */
  float *values;      /* all the letters' values, one block */
  /* Counts of letters sent and released. One thread writes each; they are on separate cache lines.
   */
  _Alignas(MEMORY_ALIGNMENT) _Atomic uint64_t sent;
  _Alignas(MEMORY_ALIGNMENT) _Atomic uint64_t released;
};

struct mailbox *mailbox_new(unsigned slots, size_t values) {
  struct mailbox *box = aligned_alloc(_Alignof(struct mailbox), sizeof *box);
  if (!box) {
    return NULL;
  }
  memset(box, 0, sizeof *box);
  /* Each letter starts on its own cache line, so that the threads never share one. */
  size_t stride = memory_stride(values);
  box->slots = slots;
  box->mails = calloc(slots, sizeof *box->mails);
  box->values = memory_floats(stride * slots);
  if (!box->mails || !box->values) {
    mailbox_free(box);
    return NULL;
  }
  for (unsigned i = 0; i < slots; ++i) {
    box->mails[i].values = box->values + i * stride;
  }
  return box;
}

void mailbox_free(struct mailbox *box) {
  if (box) {
    free(box->mails);
    free(box->values);
    free(box);
  }
}

struct mail *mailbox_reserve(struct mailbox *box) UNBRAID_REALTIME {
  uint64_t sent = atomic_load_explicit(&box->sent, memory_order_relaxed);
  uint64_t released = atomic_load_explicit(&box->released, memory_order_acquire);
  return sent - released < box->slots ? &box->mails[sent % box->slots] : NULL;
}

void mailbox_send(struct mailbox *box) UNBRAID_REALTIME {
  uint64_t sent = atomic_load_explicit(&box->sent, memory_order_relaxed);
  atomic_store_explicit(&box->sent, sent + 1, memory_order_release);
}

bool mailbox_empty(const struct mailbox *box) UNBRAID_REALTIME {
  return atomic_load_explicit(&box->released, memory_order_acquire) ==
         atomic_load_explicit(&box->sent, memory_order_relaxed);
}

const struct mail *mailbox_peek(const struct mailbox *box, unsigned ahead) UNBRAID_REALTIME {
  uint64_t released = atomic_load_explicit(&box->released, memory_order_relaxed);
  uint64_t sent = atomic_load_explicit(&box->sent, memory_order_acquire);
  return sent - released > ahead ? &box->mails[(released + ahead) % box->slots] : NULL;
}

void mailbox_release(struct mailbox *box) UNBRAID_REALTIME {
  uint64_t released = atomic_load_explicit(&box->released, memory_order_relaxed);
  atomic_store_explicit(&box->released, released + 1, memory_order_release);
}
