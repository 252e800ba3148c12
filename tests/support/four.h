/* SPDX-License-Identifier: ISC */
/* A bundle without a network for harmonic and percussive. */
#pragma once

/** A folder with the four-stem models of the bundle alone, until the program ends. Harmonic and
 * percussive then come from the median filters, which are as quick as the quickest model: so the
 * latency is that of the four-stem model that plays. */
const char *four_bundle(void);
