/* SPDX-License-Identifier: ISC */
/* Songs: what the program makes of an audio file, with libsndfile; its tags in other files; and its
 * name in a terminal, for which its first bytes serve. */
#include "cli/columns.h"
#include "cli/input.h"
#include "cli/tags.h"
#include "tests/fuzz/fuzz.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BLOCKS = 256 };

static void look_at_layout(const struct input *input) {
  sf_count_t end = 0;
  for (size_t i = 0; i < input->layout.n_parts; ++i) {
    const struct part *part = &input->layout.parts[i];
    must(part->start >= end && part->size >= 0, "parts follow each other");
    end = part->start + part->size;
  }
}

static void copy_tags(const struct input *input) {
  static const int formats[] = {SF_FORMAT_WAV | SF_FORMAT_FLOAT, SF_FORMAT_FLAC | SF_FORMAT_PCM_24};
  for (unsigned i = 0; i < 2; ++i) {
    SF_INFO info = {.samplerate = 44100, .channels = 1, .format = formats[i]};
    SNDFILE *to = sf_open("/dev/null", SFM_WRITE, &info);
    if (to) {
      tags_copy(input->file, to, "vocals");
      const float silence = 0.0f;
      sf_writef_float(to, &silence, 1);
      sf_close(to);
    }
  }
}

static void cut_name(const uint8_t *data, size_t size) {
  char name[64] = "", cut[32];
  memcpy(name, data, size < sizeof name - 1 ? size : sizeof name - 1);
  for (int columns = 0; columns < 20; ++columns) {
    must(columns_cut(cut, sizeof cut, name, columns) <= columns, "a name fits its columns");
    must(mbstowcs(NULL, cut, 0) != (size_t)-1, "no character is cut");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct input input;
  static float left[INPUT_BLOCK], right[INPUT_BLOCK];
  setenv("PATH", "/nonexistent", 1); /* no ffmpeg */
  setlocale(LC_CTYPE, "C.UTF-8");
  cut_name(data, size);
  if (input_open(&input, fuzz_file(data, size)) != STATUS_OK) {
    must(!input.file && !input.path && !input.layout.parts, "nothing is left open");
    return 0;
  }
  must(input.channels == 1 || input.channels == 2, "it is mono or stereo");
  must(input.rate >= 8000 && input.rate <= 192000, "the rate is one that can be taken apart");
  look_at_layout(&input);
  copy_tags(&input);
  size_t n = 1;
  for (unsigned i = 0; i < MAX_BLOCKS && n > 0; ++i) {
    if (input_read(&input, left, right, &n) != STATUS_OK) {
      break;
    }
    must(n <= INPUT_BLOCK, "a block is no longer than its buffers");
    for (unsigned k = 0; k < INPUT_BLOCK; ++k) {
      must(isfinite(left[k]) && isfinite(right[k]), "what is read is finite");
      must(k < n || (left[k] == 0.0f && right[k] == 0.0f), "what is behind it is silent");
    }
  }
  input_close(&input);
  return 0;
}
