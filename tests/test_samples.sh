#!/bin/bash
# Every sample of the demo song is what it was when tests/data/samples.txt was written: with small
# random models, so that it does not matter which the bundle has. Where sums are rounded in another
# order, on other processors, the numbers move by 1e-6; a change of anything that can be heard moves
# them by more. UPDATE=1 writes the file anew: for a change that is meant.
set -euo pipefail
B=${B:-build}
kept=tests/data/samples.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r model fixture; do
  cp "tests/data/$fixture.safetensors" "$work/$model.safetensors"
done <<END
balanced bandgru-tiny
chandna chandna-tiny
live bandgru-tiny-stride3
instant chandna-tiny-la2
mdensenet3w mdensenet-tiny
END
"$B/demo-song" "$work" --seconds 6
"$B/tests/sample_prints" "$B/unbraid.lv2/unbraid.so" "$work" "$work/mix.wav" >"$work/prints"
# Without the hashes, which are those of one kind of processor.
sed -E 's/ [0-9a-f]{16} / /' "$work/prints" >"$work/samples.txt"
if [ "${UPDATE:-}" = 1 ]; then
  cp "$work/samples.txt" $kept
fi
paste -d' ' $kept "$work/samples.txt" | awk '
  {
    half = NF / 2
    for (i = 1; i <= half; ++i) {
      a = $i; b = $(i + half); d = i > 2 ? a - b : 0; d = d < 0 ? -d : d
      if (NF % 2 || (i <= 2 && a != b) || d > 3e-6) { print "was and is: " $0; ++bad; break }
      worst = d > worst ? d : worst
    }
  }
  END { printf "%d outputs, %d of them changed; the others by %g at most\n", NR, bad, worst; exit bad > 0 || NR < 200 }'
