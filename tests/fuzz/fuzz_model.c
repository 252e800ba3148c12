/* SPDX-License-Identifier: ISC */
/* Model files. The first byte 0: the rest is the file. Otherwise it is the size of the tensors'
 * data in steps of 256 bytes, then come the header, which gets a length in front that is right, a
 * zero, and bytes that the data repeats. */
#include "nn/net.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8, STEPS = 3 };

static const char *write_model(struct bytes input, size_t data_size) {
  char *header = bytes_text(&input);
  size_t header_size = strlen(header), size = LENGTH_BYTES + header_size + data_size;
  uint8_t *file = calloc(1, size);
  must(file != NULL, "there is memory");
  for (unsigned i = 0; i < 4; ++i) {
    file[i] = (uint8_t)(header_size >> (8 * i));
  }
  memcpy(file + LENGTH_BYTES, header, header_size);
  for (size_t i = 0; input.size > 0 && i < data_size; ++i) {
    file[LENGTH_BYTES + header_size + i] = input.data[i % input.size];
  }
  const char *path = fuzz_file(file, size);
  free(file);
  free(header);
  return path;
}

static void step(struct net *net) {
  const struct net_info *info = net_info(net);
  float *spectrum = calloc((size_t)2 * info->bins, sizeof *spectrum);
  float *estimates = calloc((size_t)info->stems * info->bins, sizeof *estimates);
  must(spectrum && estimates, "there is memory");
  for (unsigned i = 0; i < STEPS; ++i) {
    for (unsigned b = 0; b < 2 * info->bins; ++b) {
      spectrum[b] = (float)((b * 7 + i) % 13);
    }
    net_step(net, spectrum, spectrum, estimates);
  }
  net_reset(net);
  free(spectrum);
  free(estimates);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const double rates[] = {44100.0, 96000.0, 22050.0, 192000.0};
  char error[512] = "";
  struct bytes input = {data, size};
  size_t data_size = (size_t)256 * bytes_u8(&input);
  const char *path = data_size ? write_model(input, data_size) : fuzz_file(input.data, input.size);
  struct net *net = net_open(path, rates[size % 4], error, sizeof error);
  must(net || *error, "what is refused says why");
  must(!strchr(error, '\n'), "the reason is one line");
  if (net) {
    must(strlen(net_info(net)->name) < sizeof net_info(net)->name, "the name ends");
    step(net);
  }
  net_free(net);
  return 0;
}
