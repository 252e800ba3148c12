/* SPDX-License-Identifier: ISC */
/* Standard input and output as seekable files: their bytes are kept in a file without a name, which
 * vanishes when the program ends in any way. The use of memory does not depend on the length. */
#pragma once

#include "cli/status.h"

/** Creates a file without a name in TMPDIR, or else /var/tmp. Returns its descriptor, to be closed,
 * or -1 after saying why. */
int spool_new(void);

/** Returns a descriptor of all of standard input, to be closed; of the file itself if standard
 * input is a file at its start. -1 after saying why. */
int spool_stdin(void);

/** Writes a whole file to standard output. If the reader is gone, the program ends by SIGPIPE.
 * STATUS_FAILED after saying why. */
enum status spool_to_stdout(int fd);
