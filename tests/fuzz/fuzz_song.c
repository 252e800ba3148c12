/* Songs: what the program makes of an audio file, with libsndfile. */
#include "cli/input.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

enum { MAX_BLOCKS = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct input input;
  static float left[INPUT_BLOCK], right[INPUT_BLOCK];
  if (input_open(&input, fuzz_file(data, size)) != STATUS_OK) {
    must(!input.file && !input.stretch.in, "nothing is left open");
    return 0;
  }
  must(input.channels == 1 || input.channels == 2, "it is mono or stereo");
  must(input.rate >= 8000 && input.rate <= 192000, "the rate is one that can be taken apart");
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
