/* SPDX-License-Identifier: ISC */
#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { MAX_GUARDED = 1024 }; /* each song at a time has nine at most */

static volatile sig_atomic_t pending;
static const char *volatile guarded[MAX_GUARDED];

static void remember(int signal_number) {
  pending = signal_number;
}

/* Does only what a handler may. */
static void crash(int signal_number) {
  for (int i = 0; i < MAX_GUARDED; i++) {
    const char *path = guarded[i];
    if (path) {
      unlink(path);
    }
  }
  raise(signal_number); /* the handler was reset */
}

static bool is_one_of(int signal_number, const int *signals) {
  while (*signals && *signals != signal_number) {
    signals++;
  }
  return *signals != 0;
}

void interrupt_catch(void) {
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, 0};
  static const int errors[] = {SIGPIPE, SIGXFSZ, 0}; /* of a write, which tells as well */
  static const int harmless[] = {SIGCHLD,  SIGCONT, SIGURG,  SIGTSTP,
                                 SIGTTIN,  SIGTTOU, SIGKILL, SIGSTOP,
#ifdef SIGWINCH
                                 SIGWINCH,
#endif
                                 0};
  for (int s = 1; s <= SIGRTMAX; s++) {
    struct sigaction before, action = {.sa_handler = remember};
    if (is_one_of(s, errors)) {
      action.sa_handler = SIG_IGN;
    } else if (is_one_of(s, crashes)) {
      action.sa_handler = crash;
      action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
    }
    /* What nohup or a script asked to be ignored stays ignored. */
    if (!is_one_of(s, harmless) && sigaction(s, NULL, &before) == 0 &&
        before.sa_handler == SIG_DFL) {
      sigemptyset(&action.sa_mask);
      sigaction(s, &action, NULL);
    }
  }
}

bool interrupt_pending(void) {
  return pending != 0;
}

void interrupt_by(int signal_number) {
  pending = signal_number;
}

void interrupt_resume(void) {
  if (!pending) {
    return;
  }
  signal(pending, SIG_DFL);
  raise(pending);
}

static void replace(const char *path, const char *by) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  int i = 0;
  while (i < MAX_GUARDED && guarded[i] != path) {
    i++;
  }
  if (i < MAX_GUARDED) {
    guarded[i] = by;
  }
  pthread_mutex_unlock(&lock);
}

void interrupt_guard(const char *path) {
  replace(NULL, path);
}

void interrupt_release(const char *path) {
  replace(path, NULL);
}
