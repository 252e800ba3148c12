/* SPDX-License-Identifier: ISC */
/* Limits of the data that plugin, engine and window exchange. Independent of all three. */
#pragma once

/** Bytes, including the terminating zero. */
enum {
  MAX_PATH = 4096,
  MAX_REASON = MAX_PATH + 256,  /* why one file was refused */
  MAX_REASONS = 2 * MAX_REASON, /* of all files */
  MAX_NAME = 64,                /* of a model */
  MAX_TEXT = MAX_REASONS + 2 * MAX_NAME,
};

/** Bundled four-stem models, in the order of the quality port. */
enum { N_QUALITIES = 4 };
