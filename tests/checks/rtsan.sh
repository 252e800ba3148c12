#!/bin/bash
# RealtimeSanitizer stops at the first thing that a real-time function must not do: first at an
# allocation made for it, then at none while both plugins play.
set -eu
B=${B:-build-rtsan}
if said=$("$B/tests/check_rt" --malloc 2>&1) || ! grep -q 'RealtimeSanitizer.*malloc' <<<"$(tr '\n' ' ' <<<"$said")"; then
  printf 'RealtimeSanitizer let an allocation pass:\n%s\n' "$said" >&2
  exit 1
fi
echo 'RealtimeSanitizer stops at an allocation'
LD_PRELOAD=$(realpath "$B/tests/rt_trap.so") "$B/tests/check_rt" "$B/unbraid.lv2"
