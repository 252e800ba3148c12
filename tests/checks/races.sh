#!/bin/bash
# races.sh TEST...: programs built with ThreadSanitizer; fails when it reports a race or one
# does not end. What a test itself finds wrong is told, but counts for nothing here: under the
# sanitizer, a worker on a busy machine comes too late for what some of them ask.
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for test; do
  TSAN_OPTIONS=exitcode=66 timeout -k 10 "${LIMIT:-3600}" "$test" >"$log" 2>&1 </dev/null
  status=$?
  if [ $status = 66 ] || [ $status -ge 124 ]; then
    failed=1
    echo "FAIL: $(basename "$test"), status $status"
    cat "$log"
  elif [ $status != 0 ]; then
    echo "no race  $(basename "$test"); by itself it failed: $(grep -c '^\[  FAILED  \] test_' "$log") cases"
  else
    echo "no race  $(basename "$test"): $(grep -c '^\[       OK \]' "$log") cases"
  fi
done
exit $failed
