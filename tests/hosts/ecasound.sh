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
  controls=$("$B/tests/wav_probe" defaults urn:unbraid:unbraid drums_mute=1 bass_mute=1 \
    freewheel="$2" quality=$quality)
  ecasound -q -x -z:nointbuf -b:$block -f:f32_le,2,44100 -i "$work/song/mix.wav" \
    -f:f32_le,14,44100 -o "$work/$1.wav" -elv2:urn:unbraid:unbraid"$controls" >"$work/log" 2>&1
}

# What the program makes of the song, cold as in a host.
program() { # QUALITY
  "$B/unbraid" -q --no-warm-up --quality "$1" --stems main,vocals,drums,bass,other,harmonic,percussive \
    --set drums_mute=1 --set bass_mute=1 --out "$work/program" "$work/song/mix.wav" >/dev/null ||
    fail "unbraid --quality $1"
}

check_program() { # LATENCY WHAT
  "$B/tests/wav_probe" against "$1" "$work/ahead.wav" \
    "$work/program/mix".{main,vocals,drums,bass,other,harmonic,percussive}.wav ||
    fail "$2: not what unbraid makes"
  echo "$2: what unbraid makes"
}

# No block length is announced: 1024 is assumed.
quality=0
for block in 64 256 1024; do
  check_ahead "blocks of $block"
  [ -d "$work/program" ] || program balanced
  check_program "$(latency 1024)" "blocks of $block"
done
quality=2 block=64
check_ahead "live"
program live
check_program $((512 + 256 + 1024)) "live"
