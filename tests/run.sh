#!/bin/bash
# run.sh [TEST...]: runs these tests, or all: the programs in $B/tests, the scripts beside this one,
# the hosts. One line per test, and what it said when it failed; the last line counts. $SAN: how the
# build was sanitized; $EMULATOR: what runs programs built for another processor. Unmodified hosts
# cannot load either plugin, so only our own programs run.
set -u
cd "$(dirname "$0")/.." || exit 1
export B=${B:-build}
export UNBRAID_BUNDLE=${UNBRAID_BUNDLE:-$B/unbraid.lv2}
limit=300
[ -z "${EMULATOR:-}" ] || limit=1800 # seconds; emulators are slow
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

run() {
  local name=$1 begun=$EPOCHREALTIME status=0 word took
  # shellcheck disable=SC2086 # no word where there is no emulator
  timeout -k 10 $limit ${EMULATOR:-} "$2" >"$log" 2>&1 </dev/null || status=$?
  took=$((${EPOCHREALTIME/./} - ${begun/./}))
  case $status in
    0) word=pass passed=$((passed + 1)) ;;
    77) word=SKIP skipped=$((skipped + 1)) ;;
    *) word=FAIL failed=$((failed + 1)) ;;
  esac
  printf '%s  %-26s %4d.%d s' $word "$name" $((took / 1000000)) $((took / 100000 % 10))
  if [ $status = 124 ]; then
    printf '  not done within %d s' $limit
  elif grep -q '^\[  PASSED  \]' "$log"; then
    printf '  %d cases' "$(grep -c '^\[       OK \]' "$log")"
  fi
  echo
  if [ $word = FAIL ]; then
    sed 's/^/      /' "$log"
  else
    grep -E '^SKIP|^\[  SKIPPED \]' "$log" | sed 's/^/      !!! /'
  fi
}

if [ $# = 0 ]; then
  set -- "$B"/tests/test_*
  [ -n "${SAN:-}${EMULATOR:-}" ] || set -- "$@" tests/test_*.sh tests/hosts/*.sh
fi
for test; do
  case $test in
    *common.sh) ;; # what the others share
    *) run "$(basename "$test")" "$test" ;;
  esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
