#!/bin/bash
# The plugin in Ardour, without a screen: pins, latency, and an export in which delay compensation
# puts an impulse back on its sample; another export has the same samples.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/ardour_common.sh"

frames=88200
"$B/tests/wav_probe" make "$work/left.wav" $frames 0
"$B/tests/wav_probe" make "$work/right.wav" $frames 1

check() {
  local uri=$1 outs=$2 session=$work/$2/s
  mkdir "$work/$outs"
  lua ardour_create "$session" "$uri" "$outs" "$(latency $block)"
  grep -E '^(natural|output pins|.* latency)' "$work/log"
  lua ardour_inject "$session" T $frames "$work/left.wav" "$work/right.wav"
  exports "$session" check "$outs" $frames 0
  echo "impulse on its sample"
}

check urn:unbraid:unbraid 14
check urn:unbraid:insert 2
