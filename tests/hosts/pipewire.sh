#!/bin/bash
# The example for PipeWire's filter-chain, in a PipeWire of its own without a sound card: it loads, a
# muted voice is down, and comes back when the fader is moved.
. "$(dirname "$0")/common.sh"
need pipewire pw-cli pw-play pw-record pw-link

export XDG_RUNTIME_DIR=$work/run
mkdir -m 700 "$XDG_RUNTIME_DIR"
mkdir -p "$XDG_CONFIG_HOME/pipewire/pipewire.conf.d"
cp docs/hosts/pipewire-unbraid.conf "$XDG_CONFIG_HOME/pipewire/pipewire.conf.d/"
"$B/demo-song" "$work/song" --seconds 5 >/dev/null

pipewire >"$work/pipewire.log" 2>&1 &

# node NAME: waits until there is one.
node() {
  local _
  for _ in $(seq 100); do
    if pw-cli ls Node 2>/dev/null | grep -q "node.name = \"$1\""; then return; fi
    sleep 0.1
  done
  cat "$work/pipewire.log"
  fail "PipeWire has no node $1"
}

# Gives a node its ports, as a session manager would: ports NAME Input|Output.
ports() {
  node "$1"
  pw-cli set-param "$1" PortConfig "{ direction=$2 mode=dsp format={ mediaType=audio mediaSubtype=raw
    format=F32P rate=48000 channels=2 position=[ FL FR ] } }" >/dev/null
}

# mute 0|1: moves the fader as the example's comment has it.
mute() {
  pw-cli set-param effect_input.unbraid Props "{ params = [ \"unbraid:vocals_mute\" $1 ] }" >/dev/null
}

# level: that of the singer alone behind the plugin, in dBFS.
level() {
  local player recorder channel
  pw-play -P '{ node.name=player node.autoconnect=false }' "$work/song/vocals.wav" >/dev/null &
  player=$!
  pw-record -P '{ node.name=recorder node.autoconnect=false }' --rate 48000 --channels 2 \
    "$work/heard.wav" >/dev/null &
  recorder=$!
  ports player Output
  ports recorder Input
  for channel in FL FR; do
    pw-link "effect_output.unbraid:output_$channel" "recorder:input_$channel"
    pw-link "player:output_$channel" "effect_input.unbraid:playback_$channel"
  done
  wait $player
  kill -INT $recorder
  wait $recorder || true
  "$B/tests/wavtool" level "$work/heard.wav"
}

ports effect_input.unbraid Input
ports effect_output.unbraid Output
muted=$(level)
mute 0
open=$(level)
mute 1
again=$(level)
echo "the singer: $open dBFS, muted $muted, muted again $again"
awk "BEGIN { exit !($open > -40 && $muted < $open - 10 && $again < $open - 10) }" ||
  fail "a muted voice is not down"
