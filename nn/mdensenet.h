/* SPDX-License-Identifier: ISC */
/* "mdensenet3w": harmonic and percussive by multi-scale dense networks side by side (Lordelo et al.
 * 2019, arXiv 1905.01899), as train/mdensenet.py defines it. */
#pragma once

#include "nn/architecture.h"

extern const struct architecture mdensenet;
