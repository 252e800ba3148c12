/* SPDX-License-Identifier: ISC */
/* fontconfig keeps a few patterns to itself when a program that draws words ends. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void) {
  return "leak:libfontconfig";
}
