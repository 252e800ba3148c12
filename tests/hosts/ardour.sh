#!/bin/bash
# The plugin in Ardour, without a screen: pins, latency, and an export in which delay compensation
# puts an impulse back on its sample; a second export has the same samples.
. "$(dirname "$0")/common.sh"
need ardour7-lua ardour7-export

# Ardour runs the dummy device in blocks of 1024.
block=1024 frames=88200 at=22050
here=$(dirname "$0")

show() {
  tr '\r' '\n' <"$work/log" | tail -n 20
  fail "$1"
}

lua() {
  timeout 120 ardour7-lua "$here/$1.lua" "${@:2}" >"$work/log" 2>&1 || show "$1"
  ! grep -q '^Error' "$work/log" || show "$1"
}

# Ardour 7.3 may crash when an export has ended, without any plugin too: two more tries.
export_mix() {
  local attempt
  for attempt in 1 2 3; do
    timeout 120 ardour7-export -b float -o "$1" "$2" s >"$work/log" 2>&1 && return
    echo "export attempt $attempt failed"
  done
  show "ardour7-export"
}

check() {
  local uri=$1 outs=$2 session=$work/$2/s
  mkdir "$work/$outs"
  lua ardour_create "$session" "$uri" "$outs" "$(latency $block)"
  grep -E '^(natural|output pins|.* latency)' "$work/log"
  lua ardour_inject "$session" $frames $at 0.7654321 0.25
  for take in 1 2; do
    export_mix "$work/$take.wav" "$session"
    "$B/tests/wav_probe" check "$work/$take.wav" "$outs" $frames 0 || fail "export $take of $uri"
  done
  "$B/tests/wav_probe" same "$work/1.wav" "$work/2.wav" || fail "two exports of $uri differ"
  echo "$uri: impulse on its sample, two exports the same"
}

check urn:unbraid:unbraid 14
check urn:unbraid:insert 2
