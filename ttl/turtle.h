/* SPDX-License-Identifier: ISC */
/* Writes the pieces of Turtle that need care: quoting, numbers, lists. Write errors stay in the
 * FILE; the caller asks ferror() once, at the end. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/** Writes text as a quoted literal. */
void turtle_literal(FILE *out, const char *text);

/** Writes value as an integer, or as a decimal that reads back as the same float. */
void turtle_number(FILE *out, float value, bool integer);

/** Starts the next "predicate object" of a subject: ends the line before with ';' and indents
 * this one by depth tabs. */
void turtle_next(FILE *out, int depth, const char *predicate);
