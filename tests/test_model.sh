#!/bin/bash
# From songs in stems to a model file that the plugin loads, with the one command that train/README.md
# gives: here two steps on two made-up songs.
set -eu
. "$(dirname "$0")/support/fail.sh"
B=$(cd "${B:-build}" && pwd)
missing=$(/usr/bin/python3 -B -c 'import numpy, scipy, soundfile, torch' 2>&1) || {
  echo "SKIP: training is not tested: ${missing##*$'\n'}"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for seed in 1 2; do
  mkdir -p "$work/songs/train"
  "$B/demo-song" "$work/songs/train/song $seed" --seconds 10 --seed $seed
done
export PYTHON=/usr/bin/python3 PYTHONDONTWRITEBYTECODE=1
train/model.sh "$work/songs" "$work/run" --steps 2 --batch 1 --seconds 2 >"$work/said"
grep -q "^The model: $work/run/bandgru.safetensors" "$work/said" || fail "no model is told of: $(cat "$work/said")"

# The program finds the bundle beside it. No other model can take this one's place there.
cp -r "$B/unbraid" "$B/unbraid.lv2" "$work"
rm "$work"/unbraid.lv2/*.safetensors
cp "$work/run/bandgru.safetensors" "$work/unbraid.lv2/balanced.safetensors"
"$work/unbraid" "$work/songs/train/song 1/mix.wav" --out "$work/stems" 2>"$work/said"
[ -s "$work/stems/mix.vocals.wav" ] || fail "no vocals were written"
! grep -q safetensors "$work/said" || fail "the model is not taken: $(cat "$work/said")"

# Bad input: which folder, and what should be in it.
! train/model.sh "$work/nowhere" "$work/run" 2>"$work/said" || fail "a folder that is missing will do"
grep -q "no folder $work/nowhere: it should hold" "$work/said" ||
  fail "a folder that is missing is not named: $(cat "$work/said")"
