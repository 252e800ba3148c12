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
#include "interface/ports.h"
#include "interface/uris.h"
#include "plugin/inlinedisplay.h"
#include "tests/traps/rt_trap.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/patch/patch.h>
#include <lv2/urid/urid.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BLOCK = 8192, RUNS = 1500, NAP_EVERY = 8, RESET_EVERY = 200, MAX_AUDIO = 16 };
enum { SAY_EVERY = 20, ATOM_BYTES = 32768 };

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

static uint64_t seed;

static uint32_t draw(uint32_t below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((seed >> 33) % below);
}

/* ---- What the trap must catch ---- */

static const struct timespec no_time;

static void *thread_main(void *argument) {
  return argument;
}

static void call_malloc(void) {
  void *volatile block = malloc(8);
  block = realloc(block, 16);
  free(block);
  block = calloc(1, 8);
  free(block);
}

static void call_aligned(void) {
  void *block = NULL;
  free(posix_memalign(&block, 64, 64) == 0 ? block : NULL);
  void *volatile other = aligned_alloc(64, 64);
  free(other);
}

static void call_memory(void) {
  void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(at, 4096, PROT_NONE);
  munmap(at, 4096);
}

static void call_break(void) {
  sbrk(0);
}

static void call_locks(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_wrlock(&lock);
  pthread_rwlock_unlock(&lock);
}

static void call_condition(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_cond_timedwait(&condition, &mutex, &no_time);
  pthread_mutex_unlock(&mutex);
}

static void call_threads(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, thread_main, NULL) == 0) {
    pthread_join(thread, NULL);
  }
}

static void call_semaphore(void) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  sem_wait(&semaphore);
  sem_timedwait(&semaphore, &no_time);
  sem_destroy(&semaphore);
}

static void call_futex(void) {
  uint32_t word = 0;
  syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 1, &no_time, NULL, 0);
}

static void call_sleeps(void) {
  nanosleep(&no_time, NULL);
  clock_nanosleep(CLOCK_MONOTONIC, 0, &no_time, NULL);
  usleep(0);
  sched_yield();
}

static void call_polls(void) {
  struct timeval now = {0, 0};
  poll(NULL, 0, 0);
  select(0, NULL, NULL, NULL, &now);
}

static void call_files(void) {
  char byte = 0;
  int fd = open("/dev/null", O_RDWR);
  if (fd >= 0 && write(fd, &byte, 1) >= 0 && read(fd, &byte, 1) >= 0) {
    close(fd);
  }
  fd = openat(AT_FDCWD, "/dev/null", O_RDONLY);
  close(fd);
}

static void call_streams(void) {
  FILE *stream = fopen("/dev/null", "w");
  if (stream) {
    fprintf(stream, "%d", 1);
    fputs("text", stream);
    fflush(stream);
    fclose(stream);
  }
}

static void call_wakers(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  if (pthread_mutex_trylock(&mutex) == 0) {
    pthread_cond_signal(&condition);
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
  }
}

static void call_descriptors(void) {
  int ends[2] = {-1, -1};
  if (pipe(ends) == 0) {
    int other = dup(ends[0]);
    fcntl(other, F_GETFD);
    close(other);
    close(ends[0]);
    close(ends[1]);
  }
  int sock = socket(AF_UNIX, SOCK_STREAM, 0);
  listen(sock, 1);
  close(sock);
}

static void call_names(void) {
  char target[8];
  struct stat info;
  int failed = unlink("/proc/none") + rmdir("/proc/none") + stat("/proc/none", &info);
  if (failed < 0 && readlink("/proc/none", target, sizeof target) < 0) {
    access("/proc/none", R_OK);
  }
}

static void call_processes(void) {
  waitpid(-1, NULL, WNOHANG);
}

static void call_print(void) {
  printf("%*s", (int)draw(1), ""); /* prints nothing, which the compiler cannot know */
}

static const struct {
  const char *what;
  void (*call)(void);
  unsigned hits; /* forbidden calls in it, not counting what these call in turn */
} controls[] = {
    {"malloc, realloc, free, calloc", call_malloc, 5},
    {"posix_memalign, aligned_alloc", call_aligned, 4},
    {"mmap, mprotect, munmap", call_memory, 3},
    {"sbrk", call_break, 1},
    {"mutex, rwlock", call_locks, 3},
    {"condition", call_condition, 2},
    {"thread create, join", call_threads, 2},
    {"semaphore wait", call_semaphore, 2},
    {"futex wait", call_futex, 1},
    {"sleeps, yield", call_sleeps, 4},
    {"poll, select", call_polls, 2},
    {"open, write, read, close, openat", call_files, 6},
    {"fopen, fprintf, fputs, fflush, fclose", call_streams, 5},
    {"unlock, signal, broadcast", call_wakers, 3},
    {"pipe, dup, fcntl, socket, listen", call_descriptors, 9},
    {"unlink, rmdir, stat, readlink, access", call_names, 5},
    {"waitpid", call_processes, 1},
    {"printf", call_print, 1},
};

/* The trap sees each of them inside the marks, and none outside; waking is allowed. */
static bool check_trap(void) {
  for (unsigned i = 0; i < sizeof controls / sizeof *controls; ++i) {
    trap_hits();
    controls[i].call();
    unsigned outside = trap_hits();
    trap_enter();
    controls[i].call();
    trap_leave();
    unsigned inside = trap_hits();
    if (outside != 0 || inside < controls[i].hits) {
      fprintf(stderr, "the trap saw %u of %u calls inside its marks, %u outside: %s\n", inside,
              controls[i].hits, outside, controls[i].what);
      return false;
    }
  }
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  trap_enter();
  sem_post(&semaphore);
  trap_leave();
  sem_destroy(&semaphore);
  printf("the trap catches all %zu families of calls\n", sizeof controls / sizeof *controls);
  return trap_hits() == 0;
}

/* ---- The plugin, played as badly as a host can ---- */

static float draw_unit(void) {
  return (float)draw(1u << 24) / (float)(1u << 24);
}

/* A host that numbers URIs, draws a picture in its mixer strip, and says little else. */
static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri) {
  static const char *uris[128];
  (void)handle;
  for (LV2_URID i = 0; i < 128; ++i) {
    if (!uris[i]) {
      uris[i] = strdup(uri);
    }
    if (strcmp(uris[i], uri) == 0) {
      return i + 1;
    }
  }
  abort();
}

static LV2_URID_Map map = {NULL, map_uri};

/* A mixer strip that shows the plugin's picture. */
static unsigned pictures;
static void queue_draw(void *handle) {
  (void)handle;
  ++pictures;
}
static struct inlinedisplay_host strip = {NULL, queue_draw};

struct player {
  const LV2_Descriptor *descriptor;
  LV2_Handle handle;
  enum variant variant;
  double rate;
  float values[N_PORTS];
  float audio[MAX_AUDIO][MAX_BLOCK];
  LV2_Atom_Forge forge;
  _Alignas(8) uint8_t control[ATOM_BYTES], notify[ATOM_BYTES];
  char light[4096]; /* path of a model */
  unsigned changes; /* models that were taken over */
};

static bool is_audio(enum port port) {
  return port_table[port].kind == KIND_AUDIO_IN || port_table[port].kind == KIND_AUDIO_OUT;
}

static void plug(struct player *player, uint32_t index, void *data) {
  player->descriptor->connect_port(player->handle, index, data);
}

static bool player_open(struct player *player, void *library, const char *bundle,
                        enum variant variant, double rate) {
  LV2_Descriptor_Function descriptors;
  *(void **)&descriptors = find(library, "lv2_descriptor");
  player->descriptor = descriptors(variant);
  player->variant = variant;
  player->rate = rate;
  const LV2_Feature mapping = {LV2_URID__map, &map}, drawing = {INLINEDISPLAY__queue_draw, &strip},
                    *const features[] = {&mapping, &drawing, NULL};
  player->handle = player->descriptor->instantiate(player->descriptor, rate, bundle, features);
  const struct inlinedisplay_interface *display =
      player->descriptor->extension_data(INLINEDISPLAY__interface);
  if (player->handle && !display->render(player->handle, 80, 112)) {
    return false;
  }
  lv2_atom_forge_init(&player->forge, &map);
  snprintf(player->light, sizeof player->light, "%s/chandna.safetensors", bundle);
  player->changes = 0;
  for (uint32_t i = 0; player->handle && i < ports_count(variant); ++i) {
    enum port port = ports_from_variant(variant, i);
    player->values[port] = port_table[port].initial;
    void *value = port == PORT_CONTROL  ? (void *)player->control
                  : port == PORT_NOTIFY ? (void *)player->notify
                                        : (void *)&player->values[port];
    plug(player, i, is_audio(port) ? (void *)player->audio[port] : value);
  }
  return player->handle != NULL;
}

/* Audio outputs come and go, share a buffer, or lie on the input. */
static void shuffle_outputs(struct player *player) {
  for (uint32_t i = 0; i < ports_count(player->variant); ++i) {
    enum port port = ports_from_variant(player->variant, i);
    if (port_table[port].kind == KIND_AUDIO_OUT) {
      float *choices[] = {NULL, player->audio[port], player->audio[port], player->audio[draw(4)]};
      plug(player, i, choices[draw(4)]);
    }
  }
}

/* One control moves, now and then to where no host should send it. */
static void move_control(struct player *player) {
  enum port port = (enum port)(PORT_STEM_CONTROLS + draw(PORT_FREEWHEEL - PORT_STEM_CONTROLS));
  const struct port_info *info = &port_table[port];
  const float wild[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f};
  float value = info->minimum + draw_unit() * (info->maximum - info->minimum);
  player->values[port] = draw(50) == 0 ? wild[draw(5)] : value;
}

/* Another model, by the quality or by a file, good or bad; a window that watches; room for answers
 * that may be too little. */
static void say(struct player *player, bool anything) {
  LV2_Atom_Forge *forge = &player->forge;
  LV2_Atom_Forge_Frame sequence, frame;
  lv2_atom_forge_set_buffer(forge, player->control, sizeof player->control);
  lv2_atom_forge_sequence_head(forge, &sequence, 0);
  unsigned choice = anything ? draw(4) : 4;
  if (choice == 0) {
    player->values[PORT_QUALITY] = (float)draw(2);
  } else if (choice < 3) {
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &frame, 0, map_uri(NULL, LV2_PATCH__Set));
    lv2_atom_forge_key(forge, map_uri(NULL, LV2_PATCH__property));
    lv2_atom_forge_urid(forge, map_uri(NULL, UNBRAID__model_four));
    lv2_atom_forge_key(forge, map_uri(NULL, LV2_PATCH__value));
    const char *path = choice == 1 ? player->light : draw(2) ? "" : "/dev/null";
    lv2_atom_forge_path(forge, path, (uint32_t)strlen(path));
    lv2_atom_forge_pop(forge, &frame);
  } else if (choice == 3) {
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &frame, 0, map_uri(NULL, UNBRAID__Watch));
    lv2_atom_forge_pop(forge, &frame);
  }
  lv2_atom_forge_pop(forge, &sequence);
  *(LV2_Atom *)player->notify = (LV2_Atom){draw(4) ? ATOM_BYTES : draw(ATOM_BYTES), 0};
}

static void fill_input(struct player *player, uint32_t n) {
  const float scales[] = {0.0f, 1e-40f, 0.3f, 0.3f, 0.3f, 1e10f};
  float scale = scales[draw(6)];
  for (uint32_t i = 0; i < n; ++i) {
    for (unsigned c = 0; c < 2; ++c) {
      player->audio[PORT_IN_L + c][i] = scale * (2.0f * draw_unit() - 1.0f);
    }
  }
  if (n > 0 && draw(100) == 0) {
    player->audio[PORT_IN_L][draw(n)] = NAN;
  }
}

/* The k-th block: the usual lengths and those beside them first, then any from 0 to MAX_BLOCK. */
static uint32_t block_length(unsigned k) {
  static const uint32_t usual[] = {1,   2,   17,   63,   64,   128,  255,  256,  257, 511,
                                   512, 513, 1000, 1024, 2048, 4096, 8191, 8192, 0};
  enum { N_USUAL = sizeof usual / sizeof *usual };
  return k < N_USUAL ? usual[k] : draw(1u + (MAX_BLOCK >> draw(12)));
}

/* Whether the plugin says "... plays", as it does when it takes a model. */
static bool tells_of_a_model(const struct player *player) {
  static const char news[] = " plays";
  const LV2_Atom_Sequence *sequence = (const LV2_Atom_Sequence *)player->notify;
  if (sequence->atom.type != map_uri(NULL, LV2_ATOM__Sequence)) {
    return false;
  }
  LV2_ATOM_SEQUENCE_FOREACH(sequence, event) {
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)&event->body;
    const LV2_Atom *text = NULL;
    if (object->body.otype == map_uri(NULL, UNBRAID__Message)) {
      lv2_atom_object_get(object, map_uri(NULL, UNBRAID__text), &text, 0);
    }
    if (text && text->size > sizeof news &&
        memcmp((const char *)(text + 1) + text->size - sizeof news, news, sizeof news) == 0) {
      return true;
    }
  }
  return false;
}

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
    uint32_t n = block_length(k);
    move_control(player);
    if (draw(16) == 0) {
      shuffle_outputs(player);
    }
    fill_input(player, n);
    say(player, k % SAY_EVERY == 0);
    enter();
    if (k % RESET_EVERY == 0) {
      descriptor->activate(player->handle);
      host = (struct host_time){0};
    }
    descriptor->run(player->handle, n);
    leave();
    pass_time(&host, n / player->rate);
    player->changes += tells_of_a_model(player);
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

static bool check_run(void *library, const char *bundle, enum variant variant, double rate) {
  static struct player player;
  if (!player_open(&player, library, bundle, variant, rate)) {
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
static int filtered_child(void *library, const char *bundle, enum variant variant, bool sleeps) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    static struct player player;
    if (!player_open(&player, library, bundle, variant, 44100.0)) {
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

static bool check_filtered(void *library, const char *bundle) {
  int asleep = filtered_child(library, bundle, VARIANT_STEMS, true);
  if (WIFEXITED(asleep) && WEXITSTATUS(asleep) == EXIT_NO_FILTER) {
    puts("SKIP: this kernel filters no system calls");
    return true;
  }
  if (!WIFSIGNALED(asleep) || WTERMSIG(asleep) != SIGSYS) {
    fprintf(stderr, "the kernel's filter lets a sleep pass (status %d)\n", asleep);
    return false;
  }
  for (enum variant v = 0; v < N_VARIANTS; ++v) {
    int status = filtered_child(library, bundle, v, false);
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
  call_malloc();
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
  trap_pass(0.0);
  bool good = check_trap();
  const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  for (enum variant v = 0; v < N_VARIANTS; ++v) {
    for (unsigned r = 0; r < sizeof rates / sizeof *rates; ++r) {
      good = check_run(library, argv[1], v, rates[r]) && good;
    }
  }
  good = check_filtered(library, argv[1]) && good;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
