"""A page of spectrograms: every song beside its separation, worst first."""

import html
import os
import sys

import numpy as np
from scipy.signal import stft

try:
    from matplotlib.figure import Figure
except ImportError:
    sys.exit("--page draws with matplotlib, which is missing (Debian: python3-matplotlib).")

from intervals import summary
from metrics import SPLITS, split_of
from studio import RATE
from report import COMPARED, MEAN, METRICS, number, spans, tables, worst_first
from songs import read_song, references_of

WINDOW, COLUMNS = 4096, 700
HEIGHTS = np.geomspace(40, 16000, 240)   # Hz of each row of a picture
TICKS = (100, 1000, 10000)
RANGE_DB = 70
COLUMN_TITLES = ("true", "estimated", "estimated less true")

HEAD = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 15px sans-serif; max-width: 1240px; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; margin: 1em 0; }}
td, th {{ padding: 2px 10px; text-align: right; border-bottom: 1px solid #ddd; }}
td:first-child, th:first-child {{ text-align: left; }}
img {{ max-width: 100%; }}
</style>
<h1>{title}</h1>
"""


def picture(audio):
    """[channels, samples] -> dB, [heights, columns]."""
    hop = max(audio.shape[-1] // COLUMNS, WINDOW // 16)
    frequencies, _, spectrum = stft(audio, RATE, nperseg=WINDOW, noverlap=max(WINDOW - hop, 0))
    power = np.square(np.abs(spectrum)).mean(0)
    return 10 * np.log10(power[np.round(HEIGHTS / frequencies[1]).astype(int)] + 1e-12)


def draw(path, references, estimates):
    """The mixture above; a row for each stem of the first split that there is."""
    stems = split_of(estimates)
    figure = Figure(figsize=(15, 2.8 * (1 + len(stems))), layout="constrained")
    grid = figure.add_gridspec(1 + len(stems), len(COLUMN_TITLES))
    mixture = picture(references["mixture"])
    seconds, top = references["mixture"].shape[-1] / RATE, mixture.max()

    def panel(place, title, decibels):
        axes = figure.add_subplot(place)
        axes.imshow(decibels, origin="lower", aspect="auto", cmap="magma", vmin=top - RANGE_DB,
                    vmax=top, extent=(0, seconds, 0, len(HEIGHTS)))
        axes.set_title(title, loc="left")
        axes.set_yticks(np.searchsorted(HEIGHTS, TICKS), [f"{hz} Hz" for hz in TICKS])

    panel(grid[0, :], "mixture", mixture)
    for row, stem in enumerate(stems, 1):
        true, estimate = references[stem], estimates[stem]
        for column, audio in enumerate((true, estimate, estimate - true)):
            panel(grid[row, column], f"{stem}, {COLUMN_TITLES[column]}", picture(audio))
    figure.supxlabel("seconds")
    figure.savefig(path, dpi=80)


def html_table(head, rows):
    def line(cells, tag):
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(c))}</{tag}>" for c in cells) + "</tr>"
    return "\n".join(["<table>", line(head, "th"), *(line(r, "td") for r in rows), "</table>\n"])


def comparison(metric, results):
    """Means over songs with their intervals, a table for each split."""
    parts = [f"<h2>{METRICS[metric]}, dB</h2>"]
    for split, names, found in tables(metric, results):
        rows = []
        for separator, values in found.items():
            values = summary(values, len(split))
            rows.append([separator, *(
                f"{number(mean)} ({span.replace('..', ' to ')})" if span != "-" else "-"
                for mean, span in zip(values["mean"], spans(values)))])
        parts.append(html_table(["mean (95 % interval)", *names, MEAN[split]], rows))
    return "".join(parts)


def write_page(folder, songs, title, separate, results):
    """`title` names, in the results, the separator whose work is drawn."""
    os.makedirs(folder, exist_ok=True)
    parts = [HEAD.format(title=html.escape(title)),
             *(comparison(metric, results) for metric in COMPARED)]
    for i, song in enumerate(worst_first(results[title])):
        print(f"drawing {song} ...", file=sys.stderr)
        references = references_of(read_song(songs[song]))
        draw(os.path.join(folder, f"{i}.png"), references, separate(references))
        scores = {metric: found for metric, found in results[title][song].items()
                  if found and metric != "leak"}
        names = [n for split in SPLITS for n in split if any(n in found for found in scores.values())]
        rows = [[METRICS[metric], *(number(found.get(n, np.nan)) for n in names)]
                for metric, found in scores.items()]
        parts += [f"<h2>{html.escape(song)}</h2>", html_table(["dB", *names], rows),
                  f'<img src="{i}.png" alt="spectrograms">\n']
    with open(os.path.join(folder, "index.html"), "w") as f:
        f.write("\n".join(parts))
