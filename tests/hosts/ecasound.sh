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

# As fast as it goes, without the freewheel port: the render is the freewheeling one, from the first
# sample on, with bass and drums muted. A machine whose worker needs longer than the music, since
# others want it too, is not ahead: then once more.
seconds=4
"$B/demo-song" "$work/song" --seconds $seconds >/dev/null

apply() { # NAME FREEWHEEL
  local controls
  controls=$("$B/tests/wav_probe" defaults drums_mute=1 bass_mute=1 freewheel="$2")
  ecasound -q -x -z:nointbuf -b:$block -f:f32_le,2,44100 -i "$work/song/mix.wav" \
    -f:f32_le,14,44100 -o "$work/$1.wav" -elv2:urn:unbraid:unbraid"$controls" >"$work/log" 2>&1
}

for block in 64 256 1024; do
  apply freewheeling 1
  for try in 1 2 3 4 5; do
    begun=${EPOCHREALTIME/./}
    apply ahead 0
    took=$((${EPOCHREALTIME/./} - begun))
    if "$B/tests/wav_probe" same "$work/freewheeling.wav" "$work/ahead.wav"; then
      echo "blocks of $block: without the freewheel port as with it, $((took / 1000)) ms"
      continue 2
    fi
    [ $took -gt $((seconds * 1000000 / 2)) ] || break
  done
  fail "blocks of $block: without the freewheel port it is another render ($((took / 1000)) ms, try $try)"
done
