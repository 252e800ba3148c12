#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t pending;

static void remember(int signal_number) {
  pending = signal_number;
}

void interrupt_catch(void) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action = {.sa_handler = remember};
  sigemptyset(&action.sa_mask);
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction before;
    /* What nohup or a script asked to be ignored stays ignored. */
    if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
      sigaction(signals[i], &action, NULL);
    }
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, NULL);
}

bool interrupt_pending(void) {
  return pending != 0;
}

void interrupt_resume(void) {
  if (!pending) {
    return;
  }
  signal(pending, SIG_DFL);
  raise(pending);
}
