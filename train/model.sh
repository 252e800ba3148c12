#!/bin/bash
# model.sh SONGS RUN [options of train.py]: trains on songs in stems (MUSDB18-HQ, MUSDB18, your own)
# and makes a model file that the plugin loads. A bandgru starts from the weights of models/balanced,
# or from random weights with START= in the environment. ARCHITECTURE=mdensenet3w trains a model for
# harmonic and percussive. The same command continues an interrupted run.
set -euo pipefail
die() {
  echo "model.sh: $*" >&2
  exit 1
}
[ $# -ge 2 ] || die "usage: model.sh SONGS RUN [options of train.py]"
[ -d "$1" ] || die "no folder $1: it should hold SONG/{vocals,drums,bass,other}.wav or SONG.stem.mp4"
songs=$(cd "$1" && pwd)
mkdir -p "$2"
run=$(cd "$2" && pwd)
shift 2
cd "$(dirname "$0")"
[ -d "$songs/train" ] && songs=$songs/train # MUSDB keeps test songs apart

for python in "${PYTHON:-python3}" /usr/bin/python3 ''; do
  [ -z "$python" ] && die "Python has no PyTorch, SciPy and soundfile. On Debian:" \
    "apt install python3-torch python3-scipy python3-soundfile libopenblas0-pthread"
  "$python" -c 'import numpy, scipy, soundfile, torch' 2>/dev/null && break
done
# See README.md, "On a CPU".
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000
if grep -qw avx512f /proc/cpuinfo; then
  export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-SkylakeX}
elif grep -qw avx2 /proc/cpuinfo; then
  export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-Haswell}
fi

"$python" prepare.py songs "$songs" "$run/cache" songs
# One song in twelve is not trained on: it tells how far the training has come.
mapfile -t held_back < <(cd "$run/cache/songs" && printf '%s\n' * | awk 'NR % 12 == 0' | head -n 4)
architecture=${ARCHITECTURE:-bandgru}
[ "$architecture" = bandgru ] && start=${START-../models/balanced.safetensors} || start=${START-}
"$python" train.py "$run/cache" "$run" --architecture "$architecture" --name own \
  ${start:+--start "$start"} --validation "$songs" --held-back "${held_back[@]}" --steps 3000 "$@"

echo "The model: $run/$architecture.safetensors (its log: $run/log.txt)"
[ "$architecture" != bandgru ] ||
  echo "To use it: cp $run/bandgru.safetensors ~/.lv2/unbraid.lv2/balanced.safetensors"
