/* wav_probe make FILE FRAMES: writes the test signal as a stereo float WAV.
 * wav_probe check FILE CHANNELS FRAMES DELAY: whether a rendered file holds what it must.
 * wav_probe same FILE FILE: whether two files hold the same samples, bit for bit.
 * wav_probe defaults: the initial values of the control inputs, freewheeling, with commas. */
#include "plugin/ports.h"
#include "tests/hosts/signal.h"

#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

static SNDFILE *open_or_die(const char *path, int mode, SF_INFO *info) {
  SNDFILE *file = sf_open(path, mode, info);
  if (!file) {
    fprintf(stderr, "wav_probe: %s: %s\n", path, sf_strerror(NULL));
    exit(EXIT_FAILURE);
  }
  return file;
}

static int make(const char *path, long long frames) {
  SF_INFO info = {.samplerate = 44100, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE *file = open_or_die(path, SFM_WRITE, &info);
  bool good = true;
  for (long long n = 0; good && n < frames; ++n) {
    const float frame[2] = {signal_at(n, 0), signal_at(n, 1)};
    good = sf_writef_float(file, frame, 1) == 1;
  }
  return sf_close(file) == 0 && good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int check(const char *path, int channels, long long frames, long long delay) {
  SF_INFO info = {.format = 0};
  SNDFILE *file = open_or_die(path, SFM_READ, &info);
  bool good = info.channels == channels && channels <= SIGNAL_CHANNELS && info.frames >= frames;
  if (!good) {
    fprintf(stderr, "%s: %d channels of %lld frames instead of %d of at least %lld\n", path,
            info.channels, (long long)info.frames, channels, frames);
  }
  float frame[SIGNAL_CHANNELS];
  for (long long n = 0; good && n < info.frames && sf_readf_float(file, frame, 1) == 1; ++n) {
    good = signal_check(frame, (unsigned)channels, n, delay);
  }
  sf_close(file);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int same(const char *a_path, const char *b_path) {
  SF_INFO a_info = {.format = 0}, b_info = {.format = 0};
  SNDFILE *a_file = open_or_die(a_path, SFM_READ, &a_info);
  SNDFILE *b_file = open_or_die(b_path, SFM_READ, &b_info);
  bool good = a_info.channels == b_info.channels && a_info.channels <= SIGNAL_CHANNELS &&
              a_info.frames == b_info.frames;
  for (sf_count_t n = 0; good && n < a_info.frames; ++n) {
    float a[SIGNAL_CHANNELS], b[SIGNAL_CHANNELS];
    good = sf_readf_float(a_file, a, 1) == 1 && sf_readf_float(b_file, b, 1) == 1 &&
           memcmp(a, b, sizeof *a * (size_t)a_info.channels) == 0;
  }
  sf_close(a_file);
  sf_close(b_file);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int defaults(void) {
  for (unsigned i = 0; i < N_PORTS; ++i) {
    if (port_table[i].kind == KIND_CONTROL_IN) {
      printf(",%g", i == PORT_FREEWHEEL ? 1.0 : (double)port_table[i].initial);
    }
  }
  putchar('\n');
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "make") == 0 && argc == 4) {
    return make(argv[2], atoll(argv[3]));
  }
  if (strcmp(command, "check") == 0 && argc == 6) {
    return check(argv[2], atoi(argv[3]), atoll(argv[4]), atoll(argv[5]));
  }
  if (strcmp(command, "same") == 0 && argc == 4) {
    return same(argv[2], argv[3]);
  }
  if (strcmp(command, "defaults") == 0 && argc == 2) {
    return defaults();
  }
  fputs("usage: wav_probe make|check|same|defaults ...\n", stderr);
  return 2;
}
