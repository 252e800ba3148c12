/* SPDX-License-Identifier: ISC */
/* Makes and measures audio files for test_cli.sh.
 *
 *   wavtool info FILE                       prints "FRAMES RATE CHANNELS"
 *   wavtool residual REFERENCE PART...      level of REFERENCE - sum(PART) against REFERENCE, dB
 *   wavtool error REFERENCE FILE            root mean square of the difference, dB of full scale
 *   wavtool correlation FILE FILE           of their samples, -1 to 1
 *   wavtool tone RATE OUT FREQUENCY         a second of a sine of half of full scale, 32-bit float
 *   wavtool quiet IN OUT                    a sine of a third of a 16-bit step, as long as IN
 *   wavtool level FILE                      root mean square in dB of full scale
 *   wavtool convert IN OUT FORMAT CHANNELS  FORMAT: wav rf64 w64 aiff caf au flac ogg mp3; 1, 2, 6
 *   wavtool tag IN OUT FORMAT               a title, an artist, a time, a marker, XML: where it has
 * room wavtool tags FILE                       prints what of these is there wavtool gain IN OUT
 * FACTOR              32-bit float WAV wavtool right IN OUT FACTOR             the same, of every
 * second channel wavtool repeat IN OUT TIMES             32-bit float WAV wavtool rate IN OUT RATE
 * the same samples under another rate wavtool poison IN OUT FRAME VALUE       puts VALUE (nan, inf)
 * into one frame wavtool empty OUT                       a WAV file without samples */
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sound {
  SF_INFO info;
  float *samples;
};

static void fail(const char *path, const char *why) {
  fprintf(stderr, "wavtool: %s: %s\n", path, why);
  exit(EXIT_FAILURE);
}

static struct sound load(const char *path) {
  struct sound s = {.info = {.format = 0}};
  SNDFILE *in = sf_open(path, SFM_READ, &s.info);
  if (!in) {
    fail(path, sf_strerror(NULL));
  }
  s.samples = calloc((size_t)(s.info.frames * s.info.channels) + 1, sizeof *s.samples);
  if (!s.samples) {
    fail(path, "out of memory");
  }
  if (sf_readf_float(in, s.samples, s.info.frames) != s.info.frames) {
    fail(path, "truncated");
  }
  sf_close(in);
  return s;
}

static void save(const char *path, const struct sound *s, int format) {
  SF_INFO info = {.samplerate = s->info.samplerate, .channels = s->info.channels, .format = format};
  SNDFILE *out = sf_open(path, SFM_WRITE, &info);
  if (!out) {
    fail(path, sf_strerror(NULL));
  }
  /* In pieces: libsndfile's Vorbis encoder keeps what it is given on the stack. */
  for (sf_count_t n = 0; n < s->info.frames; n += 1024) {
    const sf_count_t count = s->info.frames - n < 1024 ? s->info.frames - n : 1024;
    if (sf_writef_float(out, s->samples + n * s->info.channels, count) != count) {
      fail(path, "write error");
    }
  }
  if (sf_close(out) != 0) {
    fail(path, "write error");
  }
}

static size_t count(const struct sound *s) {
  return (size_t)(s->info.frames * s->info.channels);
}

static double power(const struct sound *s) {
  double sum = 0.0;
  for (size_t i = 0; i < count(s); i++) {
    sum += (double)s->samples[i] * s->samples[i];
  }
  return sum;
}

static double decibel(double ratio) {
  return ratio > 1e-40 ? 10.0 * log10(ratio) : -400.0;
}

static void residual(struct sound *reference, char **parts) {
  const double all = power(reference);
  for (; *parts; parts++) {
    struct sound part = load(*parts);
    if (count(&part) != count(reference)) {
      fail(*parts, "another length");
    }
    for (size_t i = 0; i < count(reference); i++) {
      reference->samples[i] -= part.samples[i];
    }
    free(part.samples);
  }
  printf("%.1f\n", decibel(power(reference) / fmax(all, 1e-30)));
}

static struct sound twin(const struct sound *s, const char *path) {
  struct sound other = load(path);
  if (count(&other) != count(s)) {
    fail(path, "another length");
  }
  return other;
}

static void error(const struct sound *reference, const char *path) {
  struct sound other = twin(reference, path);
  for (size_t i = 0; i < count(&other); i++) {
    other.samples[i] -= reference->samples[i];
  }
  printf("%.2f\n", decibel(power(&other) / (double)(count(&other) + 1)));
  free(other.samples);
}

static void correlation(const struct sound *s, const char *path) {
  struct sound other = twin(s, path);
  double sum = 0.0;
  for (size_t i = 0; i < count(s); i++) {
    sum += (double)s->samples[i] * other.samples[i];
  }
  printf("%.3f\n", sum / sqrt(fmax(power(s) * power(&other), 1e-60)));
  free(other.samples);
}

/* Softened at its ends, where encoders ring. */
static void sine(const struct sound *like, const char *path, double frequency, double level) {
  struct sound out = {.info = like->info};
  out.samples = calloc(count(&out) + 1, sizeof *out.samples);
  if (!out.samples) {
    fail(path, "out of memory");
  }
  const double pi = acos(-1.0), length = (double)out.info.frames;
  for (sf_count_t n = 0; n < out.info.frames; n++) {
    const double x = level * sin(2.0 * pi * frequency * (double)n / out.info.samplerate) *
                     sin(pi * (double)n / length);
    for (int c = 0; c < out.info.channels; c++) {
      out.samples[n * out.info.channels + c] = (float)x;
    }
  }
  save(path, &out, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  free(out.samples);
}

static int format_named(const char *name) {
  static const struct {
    const char *name;
    int format;
  } formats[] = {{"wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
                 {"rf64", SF_FORMAT_RF64 | SF_FORMAT_FLOAT},
                 {"w64", SF_FORMAT_W64 | SF_FORMAT_PCM_24},
                 {"aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24},
                 {"caf", SF_FORMAT_CAF | SF_FORMAT_PCM_24},
                 {"au", SF_FORMAT_AU | SF_FORMAT_PCM_24},
                 {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
                 {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
                 {"mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    if (strcmp(name, formats[i].name) == 0) {
      return formats[i].format;
    }
  }
  fail(name, "no such format");
  return 0;
}

static void convert(const struct sound *in, const char *path, const char *format, int channels) {
  struct sound out = {.info = in->info};
  out.info.channels = channels;
  out.samples = calloc(count(&out) + 1, sizeof *out.samples);
  if (!out.samples) {
    fail(path, "out of memory");
  }
  for (sf_count_t n = 0; n < in->info.frames; n++) {
    for (int c = 0; c < channels; c++) {
      out.samples[n * channels + c] = in->samples[n * in->info.channels + c % in->info.channels];
    }
  }
  save(path, &out, format_named(format));
  free(out.samples);
}

static void tag(const struct sound *in, const char *path, const char *format) {
  SF_INFO info = {.samplerate = in->info.samplerate, .channels = 2, .format = format_named(format)};
  SNDFILE *out = sf_open(path, SFM_WRITE, &info);
  if (!out || in->info.channels != 2) {
    fail(path, "cannot be tagged");
  }
  sf_set_string(out, SF_STR_TITLE, "Some Title");
  sf_set_string(out, SF_STR_ARTIST, "Some Artist");
  SF_BROADCAST_INFO time = {.description = "take 3", .time_reference_low = 123456789, .version = 1};
  sf_command(out, SFC_SET_BROADCAST_INFO, &time, sizeof time);
  SF_CUES cues = {.cue_count = 1, .cue_points = {{.indx = 1, .sample_offset = 1000}}};
  sf_command(out, SFC_SET_CUE, &cues, sizeof cues);
  static char xml[] = "<BWFXML></BWFXML>   ";
  static char names[] = "adtllabl\12\0\0\0\1\0\0\0Verse\0"; /* 22 bytes: no multiple of four */
  static const unsigned char gap[] = {'J', 'U', 'N', 'K', 2, 0, 0, 0, 0, 0};
  char list[32];
  memcpy(list, names, 22);
  memcpy(list + 22, gap, sizeof gap);
  SF_CHUNK_INFO chunk = {.id = "iXML", .id_size = 4, .datalen = sizeof xml - 1, .data = xml};
  sf_set_chunk(out, &chunk);
  chunk = (SF_CHUNK_INFO){.id = "LIST", .id_size = 4, .datalen = sizeof list, .data = list};
  sf_set_chunk(out, &chunk);
  for (sf_count_t n = 0; n < in->info.frames; n += 1024) {
    const sf_count_t rest = in->info.frames - n;
    sf_writef_float(out, in->samples + 2 * n, rest < 1024 ? rest : 1024);
  }
  if (sf_close(out) != 0) {
    fail(path, "write error");
  }
}

static void tags(const char *path) {
  SF_INFO info = {0};
  SNDFILE *in = sf_open(path, SFM_READ, &info);
  if (!in) {
    fail(path, sf_strerror(NULL));
  }
  const char *title = sf_get_string(in, SF_STR_TITLE), *artist = sf_get_string(in, SF_STR_ARTIST);
  printf("%s, %s", title ? title : "no title", artist ? artist : "no artist");
  SF_BROADCAST_INFO time = {.version = 0};
  if (sf_command(in, SFC_GET_BROADCAST_INFO, &time, sizeof time)) {
    printf(", time %u", time.time_reference_low);
  }
  SF_CUES cues = {.cue_count = 0};
  if (sf_command(in, SFC_GET_CUE, &cues, sizeof cues)) {
    printf(", %u marker at %u %s", cues.cue_count, cues.cue_points[0].sample_offset,
           cues.cue_points[0].name);
  }
  SF_CHUNK_INFO chunk = {.id = "iXML", .id_size = 4};
  printf("%s\n", sf_get_chunk_iterator(in, &chunk) ? ", XML" : "");
  sf_close(in);
}

static void repeat(const struct sound *in, const char *path, int times) {
  struct sound out = {.info = in->info};
  out.info.frames *= times;
  out.samples = calloc(count(&out) + 1, sizeof *out.samples);
  if (!out.samples) {
    fail(path, "out of memory");
  }
  for (size_t i = 0; i < count(&out); i++) {
    out.samples[i] = in->samples[i % count(in)];
  }
  save(path, &out, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  free(out.samples);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fail("usage", "see the top of wavtool.c");
  }
  const char *verb = argv[1], *path = argv[argc > 3 ? 3 : 2];
  struct sound s = {.info = {.samplerate = 44100, .channels = 2}};
  if (strcmp(verb, "tags") == 0) {
    tags(argv[2]);
    return EXIT_SUCCESS;
  }
  if (strcmp(verb, "tone") == 0 && argc == 5) {
    s.info.samplerate = atoi(argv[2]);
    s.info.frames = s.info.samplerate;
    sine(&s, path, atof(argv[4]), 0.5);
    return EXIT_SUCCESS;
  }
  if (strcmp(verb, "empty") != 0) {
    s = load(argv[2]);
  }
  if (strcmp(verb, "info") == 0) {
    printf("%lld %d %d\n", (long long)s.info.frames, s.info.samplerate, s.info.channels);
  } else if (strcmp(verb, "residual") == 0 && argc > 3) {
    residual(&s, argv + 3);
  } else if (strcmp(verb, "error") == 0 && argc == 4) {
    error(&s, argv[3]);
  } else if (strcmp(verb, "correlation") == 0 && argc == 4) {
    correlation(&s, argv[3]);
  } else if (strcmp(verb, "quiet") == 0 && argc == 4) {
    sine(&s, path, 440.0, 0.33 / 32768.0);
  } else if (strcmp(verb, "level") == 0) {
    printf("%.1f\n", decibel(power(&s) / (double)(count(&s) + 1)));
  } else if (strcmp(verb, "convert") == 0 && argc == 6) {
    convert(&s, path, argv[4], atoi(argv[5]));
  } else if (strcmp(verb, "tag") == 0 && argc == 5) {
    tag(&s, path, argv[4]);
  } else if (strcmp(verb, "gain") == 0 && argc == 5) {
    for (size_t i = 0; i < count(&s); i++) {
      s.samples[i] *= strtof(argv[4], NULL);
    }
    save(path, &s, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  } else if (strcmp(verb, "right") == 0 && argc == 5) {
    for (size_t i = 1; i < count(&s); i += 2) {
      s.samples[i] *= strtof(argv[4], NULL);
    }
    save(path, &s, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  } else if (strcmp(verb, "repeat") == 0 && argc == 5) {
    repeat(&s, path, atoi(argv[4]));
  } else if (strcmp(verb, "rate") == 0 && argc == 5) {
    s.info.samplerate = atoi(argv[4]);
    save(path, &s, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  } else if (strcmp(verb, "poison") == 0 && argc == 6) {
    const size_t at = (size_t)atol(argv[4]) * (size_t)s.info.channels;
    if (at < count(&s)) {
      s.samples[at] = strtof(argv[5], NULL);
    }
    save(path, &s, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  } else if (strcmp(verb, "empty") == 0) {
    save(path, &s, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  } else {
    fail(verb, "no such verb, or the wrong number of arguments");
  }
  free(s.samples);
  return EXIT_SUCCESS;
}
