#!/bin/bash
# The kept inputs of every fuzzer, and some hundreds made from them, the same ones in every run.
# `make fuzz` goes on from there.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 9 ? 0 : 0; }' |
  clang -fsanitize=fuzzer,address,undefined -x c -o /dev/null - 2>/dev/null ||
  { echo 'SKIP: there is no clang with libFuzzer here'; exit 77; }
make -s -j2 B="$B" fuzz-programs >/dev/null || exit 1
CORPUS=$(mktemp -d)
trap 'rm -rf "$CORPUS"' EXIT
export CORPUS
B=$B-fuzz RUNS=${RUNS:-800} tests/fuzz/run.sh -seed=1
