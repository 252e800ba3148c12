#!/bin/bash
# The plugin in ecasound, which offers no features at all and ends with a short block.
. "$(dirname "$0")/common.sh"
need ecasound

block=1024 frames=$((44100 + 680))
defaults=$("$B/tests/wav_probe" defaults)
"$B/tests/wav_probe" make "$work/in.wav" $frames

render() {
  ecasound -q -x -z:nointbuf -b:$block -f:f32_le,2,44100 -i "$work/in.wav" \
    -f:f32_le,"$2",44100 -o "$work/out.wav" -elv2:"$1$defaults" >"$work/log" 2>&1 ||
    { cat "$work/log"; fail "ecasound"; }
  "$B/tests/wav_probe" check "$2" $frames "$(latency $block)" "$work/out.wav"
  echo "$1: $2 channels, $((frames % block)) samples in the last block, impulse on its sample"
}

render urn:unbraid:unbraid 14
render urn:unbraid:insert 2

# With bass and drums muted.
apply() { # NAME FREEWHEEL
  local controls
  controls=$("$B/tests/wav_probe" defaults drums_mute=1 bass_mute=1 freewheel="$2")
  ecasound -q -x -z:nointbuf -b:$block -f:f32_le,2,44100 -i "$work/song/mix.wav" \
    -f:f32_le,14,44100 -o "$work/$1.wav" -elv2:urn:unbraid:unbraid"$controls" >"$work/log" 2>&1
}
for block in 64 256 1024; do
  check_ahead "blocks of $block"
done
