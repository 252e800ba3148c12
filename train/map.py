"""Draws quality over latency and over cost, for Unbraid and for published systems.

map.tsv holds the figures. If evaluate.py's JSON files are given, our figures are taken from them
and written back; our latencies come from the model files. It prints the table
of docs/latency.md.
"""

import argparse
import csv
import json
import os
import re

from modelfile import read_model

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE, MODELS = os.path.join(HERE, "map.tsv"), os.path.join(HERE, "../models")
# The models of each quality, as in engine/setup.c: the slower one sets its latency.
QUALITIES = {"balanced": ("balanced", "mdensenet3w"), "light": ("chandna",),
             "live": ("live",), "instant": ("instant",)}
BLOCKS = (64, 256, 1024)
TICKS = (3, 6, 12, 23, 35, 46, 93)
OUR_SET = "Music Delta and everythingisfree, 8 songs"


def latency(quality, block, rate=44100):
    """In milliseconds, at blocks of so many samples: docs/engine.md says how."""
    def samples(name):
        metadata = read_model(os.path.join(MODELS, name + ".safetensors"))[1]
        synthesis, hop, ahead = (int(metadata.get(key, 0)) for key in ("synthesis", "hop", "lookahead"))
        return synthesis + ahead * hop + hop * max(1, -(-block // hop))
    return 1000 / rate * max(map(samples, QUALITIES[quality]))


def quality_of(separator):
    """Which quality a separator of evaluate.py is, by the words it was called with: a model file,
    or the program with no option but a quality. None: none of ours."""
    words = re.split("[ =]", separator)
    name = os.path.basename(words[0])
    if name == "unbraid":
        return "balanced" if len(words) == 1 else words[2] if words[1:-1] == ["--quality"] else None
    return name[:-len(".safetensors")] if name.endswith(".safetensors") else None


def read_table():
    with open(TABLE, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write_table(rows):
    with open(TABLE, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def update(rows, figures):
    """Of evaluate.py's figures, those of our qualities."""
    for separator, found in figures.items():
        for row in rows:
            if row["system"] in QUALITIES and row["system"] == quality_of(separator):
                for column, metric in (("sdr", "usdr"), ("sir", "sir")):
                    row[column] = f"{found['summary'][metric]['four stems']['mean']:.2f}"


def table(rows):
    """Of our qualities, as Markdown."""
    yield ("| quality | " + " | ".join(f"blocks of {b}" for b in BLOCKS)
           + " | worker, of a core | uSDR | SIR |")
    yield "|---" * (len(BLOCKS) + 4) + "|"
    for row in rows:
        if row["system"] in QUALITIES:
            late = (f"{latency(row['system'], b):.1f} ms" for b in BLOCKS)
            cost = f"{row['core_percent']} %" if row["core_percent"] else ""
            yield "| " + " | ".join([row["system"], *late, cost, row["sdr"], row["sir"]]) + " |"


def draw(rows, path):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(1, 2, figsize=(13, 5.5), sharey=True, gridspec_kw={"width_ratios": (3, 2)})
    rows = [row for row in rows if row["sdr"]]
    sets = list(dict.fromkeys(row["test_set"] or OUR_SET for row in rows))
    for n, name in enumerate(sets):
        ours = [row for row in rows if (row["test_set"] or OUR_SET) == name]
        for axis, column in zip(axes, ("latency_ms", "core_percent")):
            points = [(float(row[column]), float(row["sdr"]), row["system"]) for row in ours if row[column]]
            axis.plot(*zip(*[p[:2] for p in points] or [((), ())]), "o" if name == OUR_SET else "^",
                      mfc=f"C{n}" if name == OUR_SET else "none", color=f"C{n}", label=name)
            for x, y, label in points:
                # Labels of one latency stand right and left in turn, from below.
                right = sum(other[0] == x and other[1] < y for other in points) % 2 == 0
                axis.annotate(label, (x, y), (7 if right else -7, 0), textcoords="offset points",
                              ha="left" if right else "right", va="center", fontsize=8)
    for axis, ticks in zip(axes, (TICKS, (1, 2, 5, 10, 20, 50))):
        axis.set_xscale("log")
        axis.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set(xlabel="latency at 44.1 kHz and blocks of 64 (ms)", ylabel="mean of four stems (dB)",
                xlim=(2.2, 180))
    axes[1].set(xlabel="network, share of one core (%)", xlim=(0.5, 200))
    axes[0].legend(title="measured on", fontsize=8, loc="upper left")
    figure.suptitle("Ours: uSDR, songs not trained on. Others: as published, mostly medians of SDR on MUSDB18, "
                    "trained on it. Not one scale.", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, dpi=100)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", help="PNG file to write")
    parser.add_argument("figures", nargs="*", help="JSON files of evaluate.py, run on our songs")
    args = parser.parse_args()
    rows = read_table()
    for path in args.figures:
        with open(path) as file:
            update(rows, json.load(file))
    for row in rows:
        if row["system"] in QUALITIES:
            row["latency_ms"] = f"{latency(row['system'], BLOCKS[0]):.1f}"
    write_table(rows)
    print(*table(rows), sep="\n")
    draw(rows, args.out)


if __name__ == "__main__":
    main()
