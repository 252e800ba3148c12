#!/bin/bash
# A session in Ardour as a player makes one: stems on busses, automation, every control moved, model
# files of one's own. Closed, moved to another place and opened by another process it is the same;
# its exports have the automation where it was drawn and are the same twice.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/ardour_common.sh"

# The tiny models of tests/data have a hop of 32 and a look-ahead of 1: their latency tells that they
# play.
frames=88200 latency=$((64 + 32 + block))
session=$work/made/s moved=$work/kept/elsewhere/s
mkdir -p "$work/made" "$work/kept/elsewhere" "$work/lv2/own.lv2"

# Ardour's Lua cannot choose a file, but it loads presets: this one is in a bundle of its own, as
# hosts save them, and its files are in the session's folder.
cat >"$work/lv2/own.lv2/manifest.ttl" <<TTL
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:unbraid-test:own> a pset:Preset ; lv2:appliesTo <urn:unbraid:unbraid> ;
	rdfs:label "Own models" ; rdfs:seeAlso <manifest.ttl> ;
	state:state [ <urn:unbraid#quality> "3"^^xsd:int ;
		<urn:unbraid#model_four> <file://$session/models/bandgru-tiny.safetensors> ;
		<urn:unbraid#model_hp> <file://$session/models/mdensenet-tiny.safetensors> ] .
TTL

# What a process found in the session, into a file of that name.
open_session() {
  local name=$1
  shift
  lua "$@"
  grep '^value' "$work/log" >"$work/$name.values" || show "$name"
}

# State files name the models by paths inside their folder, so that they move with the session.
abstract() {
  local state
  for state in "$1"/plugins/*/state*/state.ttl; do
    ! grep -q '/' <(grep -o 'model_[a-z]*> <[^>]*>' "$state" | cut -d' ' -f2) ||
      fail "$state: $(grep -o 'model_[a-z]*> <[^>]*>' "$state")"
  done
  grep -q 'model_four> <bandgru-tiny.safetensors>' "$1"/plugins/*/state*/state.ttl || fail "no model in the state"
  grep -q 'model_hp> <mdensenet-tiny.safetensors>' "$1"/plugins/*/state*/state.ttl || fail "no model in the state"
}

open_session made ardour_session_create "$session" tests/data $latency
abstract "$session"
mv "$session" "$moved"
open_session reopened ardour_session_reopen "$moved" $latency
diff "$work/made.values" "$work/reopened.values" || fail "the session came back changed"
abstract "$moved"
echo "$(wc -l <"$work/made.values") values and both models the same in another process and folder"

"$B/tests/wav_probe" make "$work/tone.wav" $frames 2
lua ardour_inject "$moved" Stems $frames "$work/tone.wav" "$work/tone.wav"
exports "$moved" automation 0.6 1.2 1.5 0.0233
