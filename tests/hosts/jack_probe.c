/* SPDX-License-Identifier: ISC */
/* jack_probe CLIENT URI LATENCY [freewheel]: checks the JACK ports and the latency of a host that
 * runs the plugin, plays the test signal into it and checks every sample that comes back.
 *
 * Player and recorder are two clients of one process: one client alone would close a loop in the
 * graph, which costs a period. */
#include "interface/ports.h"
#include "tests/hosts/signal.h"

#include <jack/jack.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRAMES = 2 * 44100, NAME = 256, POLL_MS = 10, PATIENCE_MS = 20000, SETTLE_MS = 300 };

struct probe {
  jack_client_t *player, *recorder;
  jack_port_t *play[2], *record[SIGNAL_CHANNELS];
  unsigned channels;
  atomic_bool go, done;
  int64_t begin, end; /* of the period under way: the recorder runs after the player */
  float *heard;       /* [FRAMES][channels] */
};

static int play(jack_nframes_t n, void *argument) {
  struct probe *probe = argument;
  probe->begin = probe->end;
  probe->end += atomic_load(&probe->go) ? n : 0;
  for (unsigned c = 0; c < 2; ++c) {
    float *out = jack_port_get_buffer(probe->play[c], n);
    for (jack_nframes_t i = 0; i < n; ++i) {
      out[i] = probe->end > probe->begin ? signal_at(probe->begin + i, c) : 0.0f;
    }
  }
  return 0;
}

static int record(jack_nframes_t n, void *argument) {
  struct probe *probe = argument;
  for (unsigned c = 0; c < probe->channels; ++c) {
    const float *in = jack_port_get_buffer(probe->record[c], n);
    for (int64_t f = probe->begin; f < probe->end && f < FRAMES; ++f) {
      probe->heard[(size_t)f * probe->channels + c] = in[f - probe->begin];
    }
  }
  if (probe->end >= FRAMES) {
    atomic_store(&probe->done, true);
  }
  return 0;
}

static void pause_ms(long ms) {
  struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&t, NULL);
}

static int die(const char *what, const char *which) {
  fprintf(stderr, "jack_probe: %s %s\n", what, which);
  exit(EXIT_FAILURE);
}

static jack_client_t *open_client(const char *name) {
  jack_client_t *client = jack_client_open(name, JackNoStartServer, NULL);
  return client ? client : (die("no JACK server for", name), NULL);
}

static jack_port_t *add_port(jack_client_t *client, unsigned number, unsigned long flags) {
  char name[NAME];
  snprintf(name, sizeof name, "%u", number);
  jack_port_t *port = jack_port_register(client, name, JACK_DEFAULT_AUDIO_TYPE, flags, 0);
  return port ? port : (die("cannot register port", name), NULL);
}

/* "host:symbol" of the plugin's n-th audio port. */
static const char *host_port(const char *host, unsigned number) {
  static char name[NAME];
  snprintf(name, sizeof name, "%s:%s", host, port_table[number].symbol);
  return name;
}

/* The host has a port under every symbol, and no more than these. */
static void check_ports(struct probe *probe, const char *host) {
  unsigned expected = 2 + probe->channels, waited = 0;
  while (!jack_port_by_name(probe->player, host_port(host, expected - 1))) {
    if ((waited += POLL_MS) > PATIENCE_MS) {
      die("there is no port", host_port(host, expected - 1));
    }
    pause_ms(POLL_MS);
  }
  for (unsigned i = 0; i < expected; ++i) {
    jack_port_t *port = jack_port_by_name(probe->player, host_port(host, i));
    int flow = port_table[i].kind == KIND_AUDIO_IN ? JackPortIsInput : JackPortIsOutput;
    if (!port || !(jack_port_flags(port) & flow)) {
      die("missing or of the wrong direction:", host_port(host, i));
    }
  }
  char pattern[NAME];
  snprintf(pattern, sizeof pattern, "^%s:", host);
  const char **all = jack_get_ports(probe->player, pattern, JACK_DEFAULT_AUDIO_TYPE, 0);
  for (unsigned i = 0; all && all[i]; ++i) {
    if (i >= expected) {
      die("one port too many:", all[i]);
    }
  }
  jack_free(all);
}

/* jalv writes the plugin's latency on its own input ports; it takes a period to get there. */
static void check_latency(struct probe *probe, const char *host, unsigned latency) {
  jack_latency_range_t range = {0, 0};
  jack_port_t *port = jack_port_by_name(probe->player, host_port(host, PORT_IN_L));
  for (unsigned waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    jack_port_get_latency_range(port, JackCaptureLatency, &range);
    if (range.min == latency && range.max == latency) {
      return;
    }
    pause_ms(POLL_MS);
  }
  fprintf(stderr, "JACK latency %u..%u instead of %u\n", range.min, range.max, latency);
  exit(EXIT_FAILURE);
}

static void connect_all(struct probe *probe, const char *host) {
  for (unsigned c = 0; c < 2; ++c) {
    if (jack_connect(probe->player, jack_port_name(probe->play[c]), host_port(host, c)) != 0) {
      die("cannot connect", host_port(host, c));
    }
  }
  for (unsigned c = 0; c < probe->channels; ++c) {
    const char *from = host_port(host, 2 + c);
    if (jack_connect(probe->recorder, from, jack_port_name(probe->record[c])) != 0) {
      die("cannot connect", from);
    }
  }
}

int main(int argc, char **argv) {
  bool freewheel = argc == 5 && strcmp(argv[4], "freewheel") == 0;
  if (argc != 4 && !freewheel) {
    fputs("usage: jack_probe CLIENT URI LATENCY [freewheel]\n", stderr);
    return 2;
  }
  const char *host = argv[1];
  unsigned latency = (unsigned)atoi(argv[3]);
  struct probe probe = {
      .player = open_client("probe-player"),
      .recorder = open_client("probe-recorder"),
      .channels = strcmp(argv[2], UNBRAID_INSERT_URI) == 0 ? SIGNAL_MAIN : SIGNAL_CHANNELS,
  };
  probe.heard = calloc((size_t)FRAMES * probe.channels, sizeof *probe.heard);
  if (!probe.heard) {
    die("out of", "memory");
  }
  for (unsigned c = 0; c < 2; ++c) {
    probe.play[c] = add_port(probe.player, c, JackPortIsOutput);
  }
  for (unsigned c = 0; c < probe.channels; ++c) {
    probe.record[c] = add_port(probe.recorder, c, JackPortIsInput);
  }
  jack_set_process_callback(probe.player, play, &probe);
  jack_set_process_callback(probe.recorder, record, &probe);
  check_ports(&probe, host);
  check_latency(&probe, host, latency);
  if (jack_activate(probe.player) != 0 || jack_activate(probe.recorder) != 0) {
    die("cannot activate", "a client");
  }
  connect_all(&probe, host);
  if (freewheel && jack_set_freewheel(probe.player, 1) != 0) {
    die("cannot", "freewheel");
  }
  pause_ms(SETTLE_MS);
  atomic_store(&probe.go, true);
  for (unsigned waited = 0; !atomic_load(&probe.done); waited += POLL_MS) {
    if (waited > PATIENCE_MS) {
      die("the graph", "stands still");
    }
    pause_ms(POLL_MS);
  }
  if (freewheel) {
    jack_set_freewheel(probe.player, 0);
  }
  jack_client_close(probe.player);
  jack_client_close(probe.recorder);
  bool good = true;
  for (int64_t f = 0; good && f < FRAMES; ++f) {
    good = signal_check(probe.heard + (size_t)f * probe.channels, probe.channels, f, latency);
  }
  free(probe.heard);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
