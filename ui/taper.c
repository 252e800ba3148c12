/* SPDX-License-Identifier: ISC */
#include "ui/taper.h"

#include <stddef.h>

static const struct {
  double db, position;
} points[] = {{-60.0, 0.0},  {-50.0, 0.06}, {-40.0, 0.13}, {-30.0, 0.23},
              {-20.0, 0.37}, {-10.0, 0.55}, {0.0, 0.78},   {12.0, 1.0}};
enum { N_POINTS = sizeof points / sizeof *points };

double taper_position(double db) {
  if (!(db > points[0].db)) {
    return 0.0;
  }
  for (size_t i = 1; i < N_POINTS; i++) {
    if (db <= points[i].db) {
      return points[i - 1].position + (db - points[i - 1].db) / (points[i].db - points[i - 1].db) *
                                          (points[i].position - points[i - 1].position);
    }
  }
  return 1.0;
}

double taper_db(double position) {
  if (!(position > 0.0)) {
    return points[0].db;
  }
  for (size_t i = 1; i < N_POINTS; i++) {
    if (position <= points[i].position) {
      return points[i - 1].db + (position - points[i - 1].position) /
                                    (points[i].position - points[i - 1].position) *
                                    (points[i].db - points[i - 1].db);
    }
  }
  return points[N_POINTS - 1].db;
}
