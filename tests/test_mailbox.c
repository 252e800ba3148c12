/* SPDX-License-Identifier: ISC */
/* The mailbox: order, room, and two threads that hammer it. */
#include "engine/mailbox.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { VALUES = 33, LETTERS = 200000 };

static float value_of(uint64_t sequence, unsigned i) {
  return (float)((sequence * 31 + i * 7) % 65521);
}

/* A stamp that depends on the number of the letter and nothing else. */
static void fill_in(struct mail *mail, uint64_t sequence) {
  mail->sequence = sequence;
  mail->epoch = (uint32_t)(sequence / 1000);
  mail->wanted = sequence % 3 == 0;
  for (unsigned i = 0; i < VALUES; ++i) {
    mail->values[i] = value_of(sequence, i);
  }
}

static bool intact(const struct mail *mail, uint64_t sequence) {
  bool good = mail->sequence == sequence && mail->epoch == (uint32_t)(sequence / 1000) &&
              mail->wanted == (sequence % 3 == 0);
  for (unsigned i = 0; i < VALUES; ++i) {
    good = good && mail->values[i] == value_of(sequence, i);
  }
  return good;
}

static bool post(struct mailbox *box, uint64_t sequence) {
  struct mail *mail = mailbox_reserve(box);
  if (!mail) {
    return false;
  }
  fill_in(mail, sequence);
  mailbox_send(box);
  return true;
}

static struct mailbox *box_new(unsigned slots) {
  struct mailbox *box = mailbox_new(slots, VALUES);
  assert_non_null(box);
  return box;
}

static void test_mailbox_fills_up_and_empties(void **state) {
  (void)state;
  for (unsigned slots = 1; slots <= 5; ++slots) {
    struct mailbox *box = box_new(slots);
    uint64_t sent = 0, taken = 0;
    /* More than once around, whatever the number of slots. */
    for (unsigned round = 0; round < 7; ++round) {
      assert_null(mailbox_peek(box, 0));
      while (post(box, sent)) {
        ++sent;
        assert_true(sent - taken <= slots);
      }
      assert_int_equal(sent - taken, slots);
      assert_null(mailbox_reserve(box));
      assert_null(mailbox_peek(box, slots));
      for (; taken < sent; ++taken) {
        for (unsigned ahead = 0; taken + ahead < sent; ++ahead) {
          assert_true(intact(mailbox_peek(box, ahead), taken + ahead));
        }
        mailbox_release(box);
      }
    }
    mailbox_free(box);
  }
}

static void test_mailbox_wraps_while_half_full(void **state) {
  (void)state;
  struct mailbox *box = box_new(3);
  uint64_t sent = 0, taken = 0;
  assert_true(post(box, sent++));
  for (unsigned round = 0; round < 50; ++round) {
    assert_true(post(box, sent++));
    assert_true(intact(mailbox_peek(box, 0), taken));
    assert_true(intact(mailbox_peek(box, 1), taken + 1));
    assert_null(mailbox_peek(box, 2));
    mailbox_release(box);
    ++taken;
  }
  mailbox_free(box);
}

/* A letter that is not sent is not seen, and the next reservation is the same slot. */
static void test_what_is_reserved_is_not_sent(void **state) {
  (void)state;
  struct mailbox *box = box_new(2);
  struct mail *mail = mailbox_reserve(box);
  assert_non_null(mail);
  fill_in(mail, 1);
  assert_null(mailbox_peek(box, 0));
  assert_ptr_equal(mailbox_reserve(box), mail);
  mailbox_send(box);
  assert_true(intact(mailbox_peek(box, 0), 1));
  assert_ptr_not_equal(mailbox_reserve(box), mail);
  mailbox_free(box);
}

/* Threads that share one busy processor change places a few hundred times a second: then fewer
 * letters have to do. */
enum { MOST_SECONDS = 10, FEWEST = 1000 };

struct exchange {
  struct mailbox *box;
  _Atomic uint64_t end; /* number of letters, once it is known */
};

static void *producer(void *argument) {
  struct exchange *exchange = argument;
  time_t end = time(NULL) + MOST_SECONDS;
  uint64_t sequence = 0;
  while (sequence < FEWEST || (sequence < LETTERS && time(NULL) < end)) {
    if (post(exchange->box, sequence)) {
      ++sequence;
    } else {
      sched_yield();
    }
  }
  atomic_store(&exchange->end, sequence);
  return NULL;
}

static void test_two_threads_lose_nothing(void **state) {
  (void)state;
  struct mailbox *box = box_new(7);
  struct exchange exchange = {.box = box, .end = UINT64_MAX};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, producer, &exchange), 0);
  unsigned damaged = 0, full = 0;
  uint64_t sequence = 0;
  while (sequence < atomic_load(&exchange.end)) {
    if (!mailbox_peek(box, 0)) {
      sched_yield();
      continue;
    }
    /* Look through all that is there, as the audio thread does, then take some of it. */
    unsigned there = 0;
    for (const struct mail *mail; (mail = mailbox_peek(box, there)); ++there) {
      damaged += !intact(mail, sequence + there);
    }
    full += there == 7;
    for (unsigned taken = 1 + (unsigned)(sequence % there); taken > 0; --taken, ++sequence) {
      mailbox_release(box);
    }
  }
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_null(mailbox_peek(box, 0));
  assert_int_equal(damaged, 0);
  print_message("%llu letters, found full %u times\n", (unsigned long long)sequence, full);
  mailbox_free(box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mailbox_fills_up_and_empties),
      cmocka_unit_test(test_mailbox_wraps_while_half_full),
      cmocka_unit_test(test_what_is_reserved_is_not_sent),
      cmocka_unit_test(test_two_threads_lose_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
