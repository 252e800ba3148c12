#!/bin/bash
# The plugin in Ardour, without a screen: pins, latency, and an export in which delay compensation
# puts an impulse back on its sample; another export has the same samples.
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

# Exports until two with every impulse on its sample are the same. Ardour 7.3 has races of its own,
# seen with other plugins too: an export may crash at its end, may miss its start by 16 samples, and
# may give the plugin 16 samples less of silence before it, which moves the plugin's frames against
# the song. Hence the attempts.
exports() {
  local attempt good=()
  for attempt in {1..10}; do
    local file=$work/$2-$attempt.wav other
    if ! timeout 20 ardour7-export -b float -o "$file" "$1" s >"$work/log" 2>&1 ||
      ! "$B/tests/wav_probe" check "$file" "$2" $frames 0 2>>"$work/log"; then
      echo "export attempt $attempt: $(tr '\r' '\n' <"$work/log" | tail -n 1)"
      continue
    fi
    for other in "${good[@]}"; do
      if "$B/tests/wav_probe" same "$file" "$other"; then
        echo "impulse on its sample; two of $attempt exports the same"
        return
      fi
    done
    good+=("$file")
  done
  fail "${#good[@]} of 10 exports right, no two the same"
}

check() {
  local uri=$1 outs=$2 session=$work/$2/s
  mkdir "$work/$outs"
  lua ardour_create "$session" "$uri" "$outs" "$(latency $block)"
  grep -E '^(natural|output pins|.* latency)' "$work/log"
  lua ardour_inject "$session" $frames $at 0.7654321 0.25
  exports "$session" "$outs"
}

check urn:unbraid:unbraid 14
check urn:unbraid:insert 2
