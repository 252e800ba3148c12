#!/bin/bash
# Nothing on the audio thread allocates, locks, waits or touches a file.
set -eu
B=${B:-build}
LD_PRELOAD=$(realpath "$B/tests/rt_trap.so") "$B/tests/check_rt" "$B/unbraid.lv2"
