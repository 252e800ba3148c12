"""Draws the logs of training runs: distortion while training, and each validation."""

import argparse
import os
import re

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

PATTERNS = {"training distortion (dB)": r"step (\d+) .*distortion (\S+) dB",
            "validation, four-stem mean (dB)": r"validation (\d+): mean (\S+)"}


def read_log(path):
    """{curve: ([steps], [values])} of a log.txt."""
    with open(path) as file:
        text = file.read()
    curves = {}
    for name, pattern in PATTERNS.items():
        found = re.findall(pattern, text)
        curves[name] = [int(step) for step, _ in found], [float(value) for _, value in found]
    return curves


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", help="PNG file to write")
    parser.add_argument("runs", nargs="+", help="folders that train.py was given")
    args = parser.parse_args()
    figure, axes = plt.subplots(1, len(PATTERNS), figsize=(6 * len(PATTERNS), 4))
    for run in args.runs:
        for axis, (name, curve) in zip(axes, read_log(os.path.join(run, "log.txt")).items()):
            axis.plot(*curve, ".-", label=os.path.basename(os.path.normpath(run)))
            axis.set(title=name, xlabel="step")
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(args.out, dpi=120)


if __name__ == "__main__":
    main()
