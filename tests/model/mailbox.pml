/* The mailbox of engine/mailbox.c, line by line, for Spin, which walks through every interleaving.
 *
 * Spin's memory is sequentially consistent, so what the C memory model allows beyond that is spelt
 * out: plain stores (a letter's two halves) wait in a buffer of their thread and reach the other
 * one at any time and in any order; a release store first waits until the buffer has drained. An
 * acquire load takes what has arrived: plain loads that follow it are made after it. Loads are not
 * moved up over it, which is what acquire forbids; with -DRELAXED_* a mutant does what a relaxed
 * order would allow.
 *
 * The letter: its number in both halves and its epoch, which steps in the middle of the run. The
 * mutants, each of which must fail:
 *   RELAXED_SENT      mailbox_send() does not wait for the letter to arrive
 *   RELAXED_RELEASED  mailbox_release() is seen before the consumer has read the letter
 *   ONE_TOO_MANY      mailbox_reserve() compares with <=
 *   STALE             the worker's answer has the epoch of the lane, not that of its letter */

#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef LETTERS
#define LETTERS 6
#endif
#define RESET_AT (LETTERS / 2) /* the first letter of the second epoch */

/* Counters wrap as uint64_t do, only sooner: a multiple of SLOTS, above SLOTS. */
#define WRAP (4 * SLOTS)
#define DISTANCE(a, b) (((a) + WRAP - (b)) % WRAP)

byte sent, released;                        /* the two atomics */
byte first[SLOTS], second[SLOTS], stamp[SLOTS]; /* letters in memory */
byte epoch;                                 /* of the lane: atomic, the producer's */

/* The producer's store buffer: what has been stored and not yet seen. */
bool waits_first, waits_second, waits_epoch;
byte slot_of_store, value_of_store, epoch_of_store;
bool waits_sent; /* RELAXED_SENT: the counter is in the buffer too */
byte value_of_sent;

byte taken;                /* letters that the consumer has seen whole */
byte answer, answer_epoch; /* the worker's newest: which letter, and its stamp; 0: none */

inline store_letter(slot, number) {
  atomic {
    slot_of_store = slot; value_of_store = number; epoch_of_store = epoch;
    waits_first = true; waits_second = true; waits_epoch = true
  }
}

/* Memory: any waiting store arrives at any time. */
active proctype memory() {
end:
  do
  :: atomic { waits_first -> first[slot_of_store] = value_of_store; waits_first = false }
  :: atomic { waits_second -> second[slot_of_store] = value_of_store; waits_second = false }
  :: atomic { waits_epoch -> stamp[slot_of_store] = epoch_of_store; waits_epoch = false }
  :: atomic { waits_sent -> sent = value_of_sent; waits_sent = false }
  od
}

active proctype producer() {
  byte s, r;
  byte number = 1;
  do
  :: number <= LETTERS ->
    if
    :: number == RESET_AT && epoch == 0 -> epoch = 1
    :: else
    fi;
    /* The audio thread uses answers of its own epoch alone. */
    atomic {
      if
      :: answer > 0 && answer_epoch == epoch -> assert(epoch == 0 || answer >= RESET_AT)
      :: else
      fi
    };
    /* mailbox_reserve() */
    s = (waits_sent -> value_of_sent : sent); /* its own store, relaxed */
    r = released;                             /* acquire */
    if
#ifdef ONE_TOO_MANY
    :: DISTANCE(s, r) <= SLOTS ->
#else
    :: DISTANCE(s, r) < SLOTS ->
#endif
#ifdef RELAXED_SENT
      /* The buffer has room for one letter. */
      atomic { !waits_first && !waits_second && !waits_epoch && !waits_sent -> skip };
#endif
      store_letter(s % SLOTS, number);
      /* mailbox_send() */
#ifdef RELAXED_SENT
      atomic { value_of_sent = (s + 1) % WRAP; waits_sent = true };
#else
      atomic {
        !waits_first && !waits_second && !waits_epoch -> /* release */
        sent = (s + 1) % WRAP
      };
#endif
      number++
    :: else -> skip /* full: the audio thread drops the frame and goes on; here it tries again */
    fi
  :: else -> break
  od
}

active proctype consumer() {
  byte s, r, a, b, e, ahead;
  do
  :: taken < LETTERS ->
    /* mailbox_peek(): relaxed, then acquire */
    ahead = 0;
    r = released;
    s = sent;
    if
    :: DISTANCE(s, r) > 1 -> ahead = 1 /* looks at the one behind, too */
    :: DISTANCE(s, r) <= 1
    fi;
    if
    :: DISTANCE(s, r) > ahead ->
#ifdef RELAXED_RELEASED
      released = (r + 1) % WRAP; /* before the loads that it should come after */
#endif
      if
      :: ahead == 1 ->
        a = first[(r + 1) % SLOTS];
        b = second[(r + 1) % SLOTS];
        assert(a == b && a == taken + 2)
      :: else
      fi;
      a = first[r % SLOTS];
      e = stamp[r % SLOTS];
      b = second[r % SLOTS];
      assert(a == b);                   /* not torn */
      assert(a == taken + 1); /* none lost, none twice, in order */
      assert(e == (a >= RESET_AT -> 1 : 0));
      /* serve() in engine/worker.c: letters of the lane's epoch are answered. The answers' box is
       * another mailbox: here it is one step. */
      if
      :: e != epoch -> skip
      :: else ->
        atomic {
#ifdef STALE
          answer_epoch = epoch;
#else
          answer_epoch = e;
#endif
          answer = a
        }
      fi;
      taken++;
#ifndef RELAXED_RELEASED
      /* mailbox_release() */
      released = (r + 1) % WRAP
#endif
    :: else -> skip /* empty: the worker sleeps, the audio thread goes on */
    fi
  :: else -> break
  od
}
