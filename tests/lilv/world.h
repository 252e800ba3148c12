/* SPDX-License-Identifier: ISC */
/* The bundle as lilv reads it, for tests that see it as hosts do. */
#pragma once

#include "interface/ports.h"

#include <lilv/lilv.h>

extern LilvWorld *world;
extern const LilvPlugin *plugins[N_VARIANTS];

/** For cmocka_run_group_tests(): loads the built bundle, in English. */
int world_open(void **state);
int world_close(void **state);

/** What a subject has for a predicate, or NULL; to be freed. */
LilvNode *world_get(const LilvNode *subject, const char *predicate);

/** The object is text, or a URI that ends with it; NULL: there is no object. Frees it. */
void world_check(LilvNode *object, const char *text);
