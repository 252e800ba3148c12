#!/bin/bash
# same_samples.sh OLD NEW [SONG...]: whether two builds make the same samples, bit for bit, of these
# songs (stereo; without any, of a demo song): six stems and main, through every quality, rate and
# kind of setting, with a model swapped in the middle. OLD and NEW are build folders; both play the
# models of $MODELS, else of OLD. The tool is NEW's, so only ports that both have can be set.
set -euo pipefail
[ $# -ge 2 ] || { sed -n 's/^# //p' "$0" >&2; exit 2; }
old=$1 new=$2
shift 2
models=${MODELS:-$old/unbraid.lv2}
ls "$models"/*.safetensors >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# = 0 ]; then
  "$new/demo-song" "$work" --seconds 10
  set -- "$work/mix.wav"
fi
differ=0
for song; do
  for build in old new; do
    "$new/tests/sample_prints" "${!build}/unbraid.lv2/unbraid.so" "$models" "$song" >"$work/$build"
  done
  if diff "$work/old" "$work/new" >"$work/diff"; then
    echo "same: $song, $(grep -c . "$work/new") outputs"
  else
    echo "DIFFERENT: $song:"
    grep '^[<>]' "$work/diff" | head -n 20
    differ=1
  fi
done
exit $differ
