/* unbraid: takes a song on disk apart with the plugin, as fast as the machine can. */
#include "cli/hosted.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/separate.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

static enum status run(const struct options *options) {
  struct host *host;
  enum status status = host_open(&host);
  if (status == STATUS_OK && options->action == ACTION_LIST_PRESETS) {
    status = host_list_presets(host, stdout);
  } else if (status == STATUS_OK) {
    if (options->preset) {
      status = host_preset(host, options->preset);
    }
    for (int i = 0; status == STATUS_OK && i < options->n_settings; i++) {
      status = host_set(host, options->settings[i].symbol, options->settings[i].value);
    }
    for (int i = 0; status == STATUS_OK && i < N_SPLITS; i++) {
      if (options->models[i]) {
        status = host_model(host, (enum split_id)i, options->models[i]);
      }
    }
    if (status == STATUS_OK) {
      status = separate(options, host);
    }
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

/* The list of files reaches whoever reads it. A reader that is gone ends the program as it would
 * any other. */
static enum status flush_output(enum status status) {
  if (fflush(stdout) == 0) {
    return status;
  }
  if (errno == EPIPE) {
    interrupt_by(SIGPIPE);
  } else if (status == STATUS_OK) {
    say("cannot write to standard output");
    status = STATUS_FAILED;
  }
  return status;
}

int main(int argc, char **argv) {
  if (!hold_standard_streams()) {
    return STATUS_FAILED;
  }
  setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths of characters */
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
    case ACTION_SEPARATE:
      status = run(&options);
      break;
    }
  }
  status = flush_output(status);
  interrupt_resume();
  return status;
}
