/* SPDX-License-Identifier: ISC */
/* check_rt BUNDLE: plays both plugins as a host does and proves that run() allocates nothing, locks
 * nothing, waits for nothing and touches no file, whatever its blocks, controls and buffers are.
 *
 * The host plays: time passes with the audio, in bursts too. It passes by a clock of rt_trap.so's.
 *
 * Two proofs: with rt_trap.so in LD_PRELOAD no forbidden call is counted, and under a kernel filter
 * that kills the thread at any system call but the one that wakes another thread, it lives. Before,
 * each trap is shown to catch what it must.
 *
 * check_rt --malloc: allocates in a function that says it does not. */
#define _GNU_SOURCE
#include "dsp/rt.h"
#include "tests/checks/forbidden_calls.h"
#include "tests/checks/wild_host.h"
#include "tests/traps/rt_trap.h"

#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 1500, NAP_EVERY = 8, RESET_EVERY = 200 };

static rt_trap_enter_fn *trap_enter;
static rt_trap_leave_fn *trap_leave;
static rt_trap_hits_fn *trap_hits;
static rt_trap_last_fn *trap_last;
static rt_trap_pass_fn *trap_pass;

static void *find(void *library, const char *name) {
  void *symbol = dlsym(library, name);
  if (!symbol) {
    fprintf(stderr, "check_rt: no %s: is rt_trap.so in LD_PRELOAD?\n", name);
    exit(EXIT_FAILURE);
  }
  return symbol;
}

/* The trap sees each of them inside the marks, and none outside; waking is allowed. */
static bool check_trap(void) {
  for (unsigned i = 0; i < n_forbidden_calls; ++i) {
    trap_hits();
    forbidden_calls[i].call();
    unsigned outside = trap_hits();
    trap_enter();
    forbidden_calls[i].call();
    trap_leave();
    unsigned inside = trap_hits();
    if (outside != 0 || inside < forbidden_calls[i].hits) {
      fprintf(stderr, "the trap saw %u of %u calls inside its marks, %u outside: %s\n", inside,
              forbidden_calls[i].hits, outside, forbidden_calls[i].what);
      return false;
    }
  }
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  trap_enter();
  sem_post(&semaphore);
  trap_leave();
  sem_destroy(&semaphore);
  printf("the trap catches all %u families of calls\n", n_forbidden_calls);
  return trap_hits() == 0;
}

/* ---- The plugin under the trap ---- */

/* The time of a host that plays: in the first second it passes with the audio, from then on the
 * host works in bursts of a fifth of a second and one block. */
struct host_time {
  double asked, owed; /* seconds of audio: since it began, without the time for it */
};

static void pass_time(struct host_time *host, double seconds) {
  host->asked += seconds;
  host->owed += seconds;
  if (host->asked < 1.0 || host->owed > 0.2) {
    trap_pass(host->owed);
    host->owed = 0.0;
  }
}

/* Plays RUNS blocks between enter() and leave(). */
static void play(struct player *player, void (*enter)(void), void (*leave)(void),
                 void (*pause)(void)) {
  const LV2_Descriptor *descriptor = player->descriptor;
  struct host_time host = {0};
  for (unsigned k = 0; k < RUNS; ++k) {
    uint32_t n = player_prepare(player, k);
    enter();
    if (k % RESET_EVERY == 0) {
      descriptor->activate(player->handle);
      host = (struct host_time){0};
    }
    descriptor->run(player->handle, n);
    leave();
    pass_time(&host, n / player->rate);
    player->changes += player_hears_of_a_model(player);
    if (k % NAP_EVERY == 0) {
      pause();
    }
  }
}

/* Lets the worker catch up, so that masks arrive in time as well as late. */
static void nap(void) {
  struct timespec t = {.tv_nsec = 2000000};
  nanosleep(&t, NULL);
}

static bool check_run(LV2_Descriptor_Function descriptors, const char *bundle, enum variant variant,
                      double rate) {
  static struct player player;
  if (!player_open(&player, descriptors, bundle, variant, rate)) {
    fputs("instantiate failed\n", stderr);
    return false;
  }
  trap_hits();
  pictures = 0;
  play(&player, trap_enter, trap_leave, nap);
  unsigned hits = trap_hits();
  printf("%s at %g Hz: %u forbidden calls in %u blocks and %u changes of the model%s%s\n",
         player.descriptor->URI, rate, hits, (unsigned)RUNS, player.changes,
         hits ? ", the last one: " : "", hits ? trap_last() : "");
  player.descriptor->cleanup(player.handle);
  return hits == 0 && player.changes > 0 && pictures > 0;
}

/* ---- The same under the kernel's eyes ---- */

/* From here on this thread dies at any system call but a futex wake and its own end. */
static bool forbid_system_calls(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (uint32_t)FUTEX_CMD_MASK),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAKE, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static void nothing(void) {}

/* Gives the worker time without asking the kernel. */
static void spin(void) {
  for (volatile unsigned i = 0; i < 1000000; ++i) {
  }
}

enum { EXIT_NO_FILTER = 77 };

/* In a process of its own: plays the plugin, or sleeps, which the filter must not survive. */
static int filtered_child(LV2_Descriptor_Function descriptors, const char *bundle,
                          enum variant variant, bool sleeps) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    static struct player player;
    if (!player_open(&player, descriptors, bundle, variant, 44100.0)) {
      _exit(EXIT_FAILURE);
    }
    if (!forbid_system_calls()) {
      _exit(EXIT_NO_FILTER);
    }
    play(&player, nothing, nothing, spin);
    if (sleeps) {
      nap();
    }
    _exit(EXIT_SUCCESS);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

static bool check_filtered(LV2_Descriptor_Function descriptors, const char *bundle) {
  int asleep = filtered_child(descriptors, bundle, VARIANT_STEMS, true);
  if (WIFEXITED(asleep) && WEXITSTATUS(asleep) == EXIT_NO_FILTER) {
    puts("SKIP: this kernel filters no system calls");
    return true;
  }
  if (!WIFSIGNALED(asleep) || WTERMSIG(asleep) != SIGSYS) {
    fprintf(stderr, "the kernel's filter lets a sleep pass (status %d)\n", asleep);
    return false;
  }
  for (enum variant v = 0; v < N_VARIANTS; ++v) {
    int status = filtered_child(descriptors, bundle, v, false);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
      fprintf(stderr, "run() makes a system call (status %d)\n", status);
      return false;
    }
  }
  printf("the kernel sees no system call but wake-ups in %u blocks of each plugin\n",
         (unsigned)RUNS);
  return true;
}

/* What RealtimeSanitizer, where this was built with it, must stop at. */
static void call_in_real_time(void) UNBRAID_REALTIME {
  UNBRAID_TRUST_BEGIN
  forbidden_malloc();
  UNBRAID_TRUST_END
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--malloc") == 0) {
    call_in_real_time();
    return EXIT_SUCCESS;
  }
  if (argc != 2) {
    fputs("usage: check_rt BUNDLE\n", stderr);
    return 2;
  }
  *(void **)&trap_enter = find(RTLD_DEFAULT, "rt_trap_enter");
  *(void **)&trap_leave = find(RTLD_DEFAULT, "rt_trap_leave");
  *(void **)&trap_hits = find(RTLD_DEFAULT, "rt_trap_hits");
  *(void **)&trap_last = find(RTLD_DEFAULT, "rt_trap_last");
  *(void **)&trap_pass = find(RTLD_DEFAULT, "rt_trap_pass");
  char path[4096];
  snprintf(path, sizeof path, "%s/unbraid.so", argv[1]);
  void *library = dlopen(path, RTLD_NOW);
  if (!library) {
    fprintf(stderr, "check_rt: %s\n", dlerror());
    return EXIT_FAILURE;
  }
  LV2_Descriptor_Function descriptors;
  *(void **)&descriptors = find(library, "lv2_descriptor");
  trap_pass(0.0);
  bool good = check_trap();
  const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  for (enum variant v = 0; v < N_VARIANTS; ++v) {
    for (unsigned r = 0; r < sizeof rates / sizeof *rates; ++r) {
      good = check_run(descriptors, argv[1], v, rates[r]) && good;
    }
  }
  good = check_filtered(descriptors, argv[1]) && good;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
