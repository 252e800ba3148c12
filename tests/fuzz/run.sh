#!/bin/bash
# RUNS=N [ONLY="state ..."] run.sh [libFuzzer option...]: each fuzzer of $B on N inputs, from those
# kept in tests/fuzz/corpus. Findings stay in $B, inputs that reach new code in $CORPUS.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build-fuzz}
CORPUS=${CORPUS:-$B/corpus}
export UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=malloc_context_size=8:quarantine_size_mb=8 # quick
export LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/leaks.supp:print_suppressions=0
failed=0
for fuzzer in "$B"/fuzz_*; do
  name=${fuzzer##*/fuzz_} begun=$EPOCHREALTIME
  case " ${ONLY:-$name} " in
    *" $name "*) ;;
    *) continue ;;
  esac
  mkdir -p "$CORPUS/$name"
  # A model may be long; the rest is found in little.
  longest=2048
  [ "$name" != model ] || longest=16384
  "$fuzzer" -runs="$RUNS" -max_len=$longest -timeout=100 -rss_limit_mb=1024 -malloc_limit_mb=512 \
    -close_fd_mask=3 -print_final_stats=1 -artifact_prefix="$B/$name-" "$@" \
    "$CORPUS/$name" tests/fuzz/corpus/"$name" >"$B/$name.log" 2>&1 ||
    { failed=1; grep -aE 'ERROR|runtime error|not so|SUMMARY|Test unit' "$B/$name.log"; }
  took=$((${EPOCHREALTIME/./} - ${begun/./}))
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$B/$name.log")
  printf '%-9s %9d inputs in %4d s\n' "$name" "${count:-0}" $((took / 1000000))
done
exit $failed
