/* SPDX-License-Identifier: ISC */
/* A made-up piece of music as the plugin would show it: for tests and pictures of the window. */
#pragma once

#include "interface/view.h"

/** Frame t, 60 a second: levels, a column, a load. The same t always gives the same. */
void lively_view(struct view_data *data, unsigned t);
