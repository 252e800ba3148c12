#!/bin/bash
# The insert in lilv's lv2apply, which offers no features and runs one sample at a time.
. "$(dirname "$0")/common.sh"
need lv2apply

apply() { # NAME FREEWHEEL
  lv2apply -i "$work/song/mix.wav" -o "$work/$1.wav" -c drums_mute 1 -c bass_mute 1 \
    -c freewheel "$2" -c quality $quality urn:unbraid:insert
}
for quality in 0 2; do
  check_ahead "lv2apply, quality $quality"
done
