/* How much plugin, engine and window tell each other at most. Knows nothing of any of them. */
#pragma once

/** Bytes with the zero at the end. */
enum {
  MAX_PATH = 4096,
  MAX_REASON = MAX_PATH + 256,  /* why one file was refused */
  MAX_REASONS = 2 * MAX_REASON, /* of all files */
  MAX_NAME = 64,                /* of a model */
  MAX_TEXT = MAX_REASONS + 2 * MAX_NAME,
};

/** Bundled four-stem models, as the quality port counts them. */
enum { N_QUALITIES = 4 };
