#!/bin/bash
# The unit tests of train/, with the system's Python where it has what they need.
set -u
cd "$(dirname "$0")/../train" || exit 1
python=/usr/bin/python3
missing=$($python -B -c 'import numpy, scipy, soundfile, torch' 2>&1) || {
  echo "SKIP: training is not tested: ${missing##*$'\n'}"
  exit 77
}
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $python -B -m unittest discover -q
