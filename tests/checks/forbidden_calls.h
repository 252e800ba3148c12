/* SPDX-License-Identifier: ISC */
/* Calls that an audio thread must not make, by families: what rt_trap.so must catch. */
#pragma once

struct forbidden_calls {
  const char *what;
  void (*call)(void);
  unsigned hits; /* forbidden calls in it, not counting what these call in turn */
};

extern const struct forbidden_calls forbidden_calls[];
extern const unsigned n_forbidden_calls;

/** The family of malloc(). */
void forbidden_malloc(void);
