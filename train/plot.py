"""Draws the curves of training runs, or the score over the amount of material."""

import argparse
import os
import re

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

CURVES = {"training distortion (dB)": r"step (\d+) .*distortion (\S+) dB",
          "validation, four-stem mean (dB)": r"validation (\d+): mean (\S+)"}


def draw_runs(axes, runs):
    """The logs of RUN folders."""
    for run in runs:
        with open(os.path.join(run, "log.txt")) as file:
            log = file.read()
        for axis, (title, pattern) in zip(axes, CURVES.items()):
            found = [(int(step), float(value)) for step, value in re.findall(pattern, log)]
            axis.plot(*zip(*found), ".-", label=os.path.basename(os.path.normpath(run)))
            axis.set(title=title, xlabel="step")
    axes[0].legend()


def draw_points(axis, points):
    """SHARE=DB: the score of a model that saw this share of the material."""
    shares, scores = zip(*sorted(tuple(map(float, point.split("="))) for point in points))
    axis.plot([100 * share for share in shares], scores, "o-")
    axis.set(xlabel="share of the recordings (%)", ylabel="four-stem mean uSDR (dB)", xscale="log")
    axis.set_xticks([100 * share for share in shares], [f"{100 * share:g}" for share in shares])
    axis.minorticks_off()
    axis.grid(alpha=0.3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", help="PNG file to write")
    parser.add_argument("runs", nargs="*", help="folders that train.py was given")
    parser.add_argument("--points", nargs="+", metavar="SHARE=DB",
                        help="scores of models that train.py --share made")
    args = parser.parse_args()
    count = 1 if args.points else len(CURVES)
    figure, axes = plt.subplots(1, count, figsize=(6 * count, 4), squeeze=False)
    if args.points:
        draw_points(axes[0][0], args.points)
    else:
        draw_runs(axes[0], args.runs)
    figure.tight_layout()
    figure.savefig(args.out, dpi=100)


if __name__ == "__main__":
    main()
