/* SPDX-License-Identifier: ISC */
/* unbraid: takes songs on disk apart with the plugin, as fast as the machine can. */
#include "cli/batch.h"
#include "cli/hosted.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/report.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

static enum status list_presets(void) {
  struct host *host;
  enum status status = host_open(&host);
  if (status == STATUS_OK) {
    status = host_list_presets(host, stdout);
  }
  host_close(host);
  return status;
}

/* A stream that was closed by whoever started the program would share its number with the next file
 * that is opened, and messages would go into a stem. */
static bool hold_standard_streams(void) {
  int fd;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  return fd > STDERR_FILENO && close(fd) == 0;
}

int main(int argc, char **argv) {
  if (!hold_standard_streams()) {
    return STATUS_FAILED;
  }
  setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths of characters */
  /* lilv translates names by this; those of presets are arguments, the same everywhere. */
  setenv("LANG", "C", 1);
  interrupt_catch();
  struct options options;
  enum status status = options_parse(&options, argc, argv);
  if (status == STATUS_OK) {
    switch (options.action) {
    case ACTION_HELP:
      options_help(stdout);
      break;
    case ACTION_VERSION:
      printf("unbraid %s\n", UNBRAID_VERSION);
      break;
    case ACTION_LIST_PRESETS:
      status = list_presets();
      break;
    case ACTION_SEPARATE:
      status = batch_run(&options);
      break;
    }
  }
  status = report_flush(status);
  interrupt_resume();
  return status;
}
