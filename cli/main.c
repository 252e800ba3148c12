/* unbraid: takes a song on disk apart with the plugin, as fast as the machine can. */
#include "cli/hosted.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/separate.h"

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

int main(int argc, char **argv) {
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
      interrupt_catch();
      status = run(&options);
      break;
    }
  }
  if (fflush(stdout) != 0 && status == STATUS_OK) {
    say("cannot write to standard output");
    status = STATUS_FAILED;
  }
  interrupt_resume();
  return status;
}
