/* SPDX-License-Identifier: ISC */
/* wav_probe make FILE FRAMES: writes the test signal as a stereo float WAV.
 * wav_probe make FILE FRAMES 0|1|2: its left or right side alone, or a tone, on one channel.
 * wav_probe check CHANNELS FRAMES DELAY FILE: whether a rendered file holds what it must.
 * wav_probe automation MUTE UNMUTE DRY BLOCK FILE: whether automation is heard when it should be.
 * wav_probe same FILE FILE: whether two files hold the same samples, bit for bit.
 * wav_probe defaults URI [SYMBOL=VALUE...]: the initial values of the control ports, freewheeling,
 * with commas, but for these. */
#include "interface/ports.h"
#include "tests/hosts/signal.h"

#include <math.h>
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

#define PI 3.14159265358979323846
static float tone_at(long long frame) {
  const double t = 2.0 * PI * (double)frame / 44100.0;
  return (float)(0.3 * sin(220.0 * t) + 0.2 * sin(1000.0 * t));
}

/* side < 0: both; else that side alone, or the tone on one channel */
enum { SIDE_BOTH = -1, TONE = 2 };

static int make(const char *path, long long frames, int side) {
  const int channels = side == SIDE_BOTH ? 2 : 1;
  SF_INFO info = {
      .samplerate = 44100, .channels = channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE *file = open_or_die(path, SFM_WRITE, &info);
  bool good = true;
  for (long long n = 0; good && n < frames; ++n) {
    float frame[2];
    for (int c = 0; c < channels; ++c) {
      frame[c] = side == TONE ? tone_at(n) : signal_at(n, (unsigned)(channels == 1 ? side : c));
    }
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

/* What becomes of the tone where a session mutes the vocals from `mute` to `unmute` and takes the
 * drums' wet to 0 % at `dry`, all in seconds: a bound for when each is heard. A host may change a
 * control at the next block only. */
static int automation(const char *path, double mute, double unmute, double dry, double block) {
  enum { MAIN, VOCALS = 2, DRUMS = 4 };
  const double ramp = 0.025;
  SF_INFO info = {.format = 0};
  SNDFILE *file = open_or_die(path, SFM_READ, &info);
  if (info.channels != SIGNAL_CHANNELS) {
    fprintf(stderr, "%s: %d channels\n", path, info.channels);
    return EXIT_FAILURE;
  }
  float frame[SIGNAL_CHANNELS];
  long long silent = -1, heard = -1, bent = -1, whole = -1, mixed = -1;
  double loudest = 0.0;
  for (long long n = 0; n < info.frames && sf_readf_float(file, frame, 1) == 1; ++n) {
    const float tone = tone_at(n);
    loudest = fmax(loudest, fabs((double)frame[VOCALS]));
    if (frame[VOCALS] != 0.0f) {
      if (heard < 0 && silent >= 0 && n - silent > 4410) {
        heard = n;
      }
      silent = heard < 0 ? n + 1 : silent;
    }
    if (fabsf(frame[MAIN] - tone) > 1e-6f) {
      bent = bent < 0 ? n : bent;
      whole = n + 1;
    }
    mixed = fabsf(frame[DRUMS] - tone) > 1e-6f ? n + 1 : mixed;
  }
  sf_close(file);
  printf("vocals muted at %.0f ms: main bends at %.1f, silent at %.1f; unmuted at %.0f: heard at "
         "%.1f, main whole at %.1f; drums' wet 0 at %.0f: the mix at %.1f; loudest vocals %.3f\n",
         1e3 * mute, (double)bent / 44.1, (double)silent / 44.1, 1e3 * unmute, (double)heard / 44.1,
         (double)whole / 44.1, 1e3 * dry, (double)mixed / 44.1, loudest);
  const struct {
    long long at;
    double from, to;
  } bounds[] = {{bent, mute, mute + block + ramp},
                {silent, mute + ramp, mute + block + 0.03},
                {heard, unmute, unmute + block + 0.03},
                {whole, unmute, unmute + block + 0.03},
                {mixed, dry, dry + block + 0.03}};
  for (unsigned i = 0; i < sizeof bounds / sizeof *bounds; ++i) {
    const double at = (double)bounds[i].at / 44100.0;
    if (at < bounds[i].from - 1e-4 || at > bounds[i].to) {
      fprintf(stderr, "event %u at %.4f s, not between %.4f and %.4f\n", i, at, bounds[i].from,
              bounds[i].to);
      return EXIT_FAILURE;
    }
  }
  return loudest > 0.01 ? EXIT_SUCCESS : EXIT_FAILURE;
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

/* The pairs of channels of a host's render, which comes `delay` frames late, against stereo files.
 */
static int against(sf_count_t delay, const char *path, int count, char *const *files) {
  SF_INFO info = {.format = 0};
  SNDFILE *file = open_or_die(path, SFM_READ, &info);
  double worst = 0.0;
  bool good = info.channels == 2 * count && count <= SIGNAL_CHANNELS / 2;
  for (int k = 0; good && k < count; ++k) {
    SF_INFO other_info = {.format = 0};
    SNDFILE *other = open_or_die(files[k], SFM_READ, &other_info);
    good = other_info.channels == 2 && sf_seek(file, delay, SEEK_SET) == delay;
    for (sf_count_t n = delay; good && n < info.frames && n - delay < other_info.frames; ++n) {
      float a[SIGNAL_CHANNELS], b[2];
      good = sf_readf_float(file, a, 1) == 1 && sf_readf_float(other, b, 1) == 1;
      for (int c = 0; good && c < 2; ++c) {
        worst = fmax(worst, fabs((double)a[2 * k + c] - (double)b[c]));
      }
    }
    sf_close(other);
  }
  sf_close(file);
  printf("largest difference %.1f dBFS\n", 20.0 * log10(worst + 1e-20));
  return good && worst < 1e-6 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int defaults(const char *uri, int count, char *const *settings) {
  enum variant variant = strcmp(uri, UNBRAID_INSERT_URI) == 0 ? VARIANT_INSERT : VARIANT_STEMS;
  for (uint32_t i = 0; i < ports_count(variant); ++i) {
    enum port port = ports_from_variant(variant, i);
    if (ports_is_control(port)) { /* ecasound counts outputs too */
      double value = port == PORT_FREEWHEEL ? 1.0 : (double)port_table[port].initial;
      size_t length = strlen(port_table[port].symbol);
      for (int k = 0; k < count; ++k) {
        if (strncmp(settings[k], port_table[port].symbol, length) == 0 &&
            settings[k][length] == '=') {
          value = atof(settings[k] + length + 1);
        }
      }
      printf(",%g", value);
    }
  }
  putchar('\n');
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "make") == 0 && (argc == 4 || argc == 5)) {
    return make(argv[2], atoll(argv[3]), argc == 5 ? atoi(argv[4]) : SIDE_BOTH);
  }
  if (strcmp(command, "check") == 0 && argc == 6) {
    return check(argv[5], atoi(argv[2]), atoll(argv[3]), atoll(argv[4]));
  }
  if (strcmp(command, "automation") == 0 && argc == 7) {
    return automation(argv[6], atof(argv[2]), atof(argv[3]), atof(argv[4]), atof(argv[5]));
  }
  if (strcmp(command, "same") == 0 && argc == 4) {
    return same(argv[2], argv[3]);
  }
  if (strcmp(command, "against") == 0 && argc > 4) {
    return against(atoll(argv[2]), argv[3], argc - 4, argv + 4);
  }
  if (strcmp(command, "defaults") == 0 && argc >= 3) {
    return defaults(argv[2], argc - 3, argv + 3);
  }
  fputs("usage: wav_probe make|check|automation|same|against|defaults ...\n", stderr);
  return 2;
}
