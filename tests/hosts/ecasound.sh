#!/bin/bash
# The plugin in ecasound, which offers no features at all and ends with a short block.
. "$(dirname "$0")/common.sh"
need ecasound

block=1024 frames=$((44100 + 680))
"$B/tests/wav_probe" make "$work/in.wav" $frames

# render OPERATOR CHANNELS: into out.wav.
render() {
  ecasound -q -x -z:nointbuf -b:$block -f:f32_le,2,44100 -i "$work/in.wav" \
    -f:f32_le,"$2",44100 -o "$work/out.wav" "$1" >"$work/log" 2>&1 ||
    { cat "$work/log"; fail "ecasound $1"; }
}

check() {
  render "-elv2:$1$("$B/tests/wav_probe" defaults "$1")" "$2"
  "$B/tests/wav_probe" check "$2" $frames "$(latency $block)" "$work/out.wav"
  echo "$1: $2 channels, $((frames % block)) samples in the last block, impulse on its sample"
}

check urn:unbraid:unbraid 14
check urn:unbraid:insert 2

# ecasound gives 0 to every control that is not named, Enabled too. The line of the documentation
# names all of them: the defaults, but for a muted voice.
line=$(grep -o -- '-elv2:urn:unbraid:insert,[-0-9.,]*' docs/hosts.md)
expected=-elv2:urn:unbraid:insert$("$B/tests/wav_probe" defaults urn:unbraid:insert | sed 's/^,0,0,/,0,1,/')
[ "$line" = "$expected" ] || fail "docs/hosts.md has $line, not $expected"
mv "$work/out.wav" "$work/open.wav"
render "$line" 2
if "$B/tests/wav_probe" same "$work/open.wav" "$work/out.wav"; then fail "the mute is not heard"; fi
echo "$line: the mute is heard"

# With bass and drums muted.
apply() { # NAME FREEWHEEL
  local controls
  controls=$("$B/tests/wav_probe" defaults urn:unbraid:unbraid drums_mute=1 bass_mute=1 freewheel="$2")
  ecasound -q -x -z:nointbuf -b:$block -f:f32_le,2,44100 -i "$work/song/mix.wav" \
    -f:f32_le,14,44100 -o "$work/$1.wav" -elv2:urn:unbraid:unbraid"$controls" >"$work/log" 2>&1
}
for block in 64 256 1024; do
  check_ahead "blocks of $block"
done
