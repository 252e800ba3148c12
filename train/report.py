"""Figures of several separators as tables of text, and as JSON."""

import json

import numpy as np

from intervals import summary, table
from metrics import SPLITS
from network import STEMS

SIX = [n for split in SPLITS for n in split]
LEAKS = [f"{s} in {e}" for s in STEMS for e in STEMS]
METRICS = {
    "usdr": ("SDR over the whole song (uSDR)", [*SIX, "accompaniment"]),
    "sdr": ("SDR, BSSEval v4, median of frames", SIX),
    "si_sdr": ("SI-SDR", SIX),
    "sir": ("SIR, BSSEval v4, median of frames", SIX),
    "level": ("energy beside the true stem's", SIX),
    "absent": ("energy beside the mixture's, of stems that are not there", SIX),
    "leak": ("amplitude of true stems in the estimates", LEAKS),
}
COMPARED = ("usdr", "sdr", "si_sdr", "sir")
NOTABLE_DB = 0.3


def cells(values):
    return "".join(f"{v if isinstance(v, str) else number(v):>14}" for v in values)


def number(value):
    """Adding zero makes -0.00 0.00."""
    return f"{round(value, 2) + 0.0:.2f}" if np.isfinite(value) else "-"


def row(title, label, values):
    return f"{title[-29:]:30}{label:7}" + cells(values)


def spans(found):
    return [f"{number(low)}..{number(high)}" if np.isfinite(low) else "-"
            for low, high in zip(found["low"], found["high"])]


def comparison(metric, results):
    """Every separator's means, their intervals and its medians."""
    title, names = METRICS[metric]
    yield f"\n{title}, dB\n" + row("", "", [*names, "four stems"])
    for separator, songs in results.items():
        values = table(songs, metric, names)
        if np.isfinite(values).any():
            found = summary(values)
            yield row(separator, "mean", found["mean"])
            yield row("", "95 %", spans(found))
            yield row("", "median", found["median"])


def differences(metric, results, candidates):
    """Every further candidate's gain over the first on the same songs."""
    title, names = METRICS[metric]
    first = table(results[candidates[0]], metric, names)
    for other in candidates[1:]:
        found = summary(table(results[other], metric, names) - first)
        yield f"\n{title}, dB: {other} less {candidates[0]}\n" + row("", "", [*names, "four stems"])
        yield row("", "mean", found["mean"])
        yield row("", "95 %", spans(found))


def worst_first(songs):
    """Song names by the mean uSDR of their four stems."""
    def mean(song):
        return np.mean([v for n, v in songs[song]["usdr"].items() if n in STEMS] or [np.inf])
    return sorted(songs, key=mean)


def song_by_song(separator, songs):
    """Worst songs first; then what is too soft, what is heard and not there, and where it went."""
    for metric in ("usdr", "level", "absent"):
        title, names = METRICS[metric]
        found = [song for song in worst_first(songs) if songs[song][metric]]
        if found:
            yield f"\n{separator}: {title}, dB\n" + row("", "", names)
        for song in found:
            yield row(song, "", [songs[song][metric].get(n, np.nan) for n in names])
    gains = summary(table(songs, "leak", LEAKS))["mean"]
    yield f"\n{separator}: {METRICS['leak'][0]}, mean over songs\n" + row("of", "in", STEMS)
    for i, stem in enumerate(STEMS):
        yield row(stem, "", gains[i * len(STEMS):(i + 1) * len(STEMS)])


def robustness(separator, songs, heard):
    """uSDR under the conditions, and how far its mean over the stems is from the base figure."""
    names = [*STEMS, "four stems", "difference"]
    yield f"\n{separator}: {METRICS['usdr'][0]}, dB\n" + row("", "", names)
    for condition, found in under_conditions(songs, heard).items():
        beyond = abs(found["difference"]) > NOTABLE_DB
        yield row(condition, "", list(found.values())) + beyond * f"  beyond {NOTABLE_DB}"


def under_conditions(songs, heard):
    """{condition: {stem: mean over songs of uSDR}}, their mean, and its difference."""
    heard = {"as it is": {song: found["usdr"] for song, found in songs.items()}, **heard}
    means = {condition: stem_means(results) for condition, results in heard.items()}
    return {condition: dict(zip((*STEMS, "four stems", "difference"),
                                (*mean, mean[-1] - means["as it is"][-1])))
            for condition, mean in means.items()}


def stem_means(results):
    """{song: uSDR} -> means over songs of the four stems, and their mean."""
    return summary(table({song: {"usdr": found} for song, found in results.items()},
                         "usdr", STEMS))["mean"]


def write_json(path, data):
    """NaN and infinity, which JSON lacks, become null."""
    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, (float, np.floating)):
            return round(float(value), 4) if np.isfinite(value) else None
        return value
    with open(path, "w") as f:
        json.dump(plain(data), f, indent=1)
        f.write("\n")


def by_name(songs, metric):
    """{name: {mean, median, low, high}}."""
    names = METRICS[metric][1]
    found = summary(table(songs, metric, names))
    names = [*names, "four stems"] if metric in COMPARED else names
    return {n: {k: v[i] for k, v in found.items()}
            for i, n in enumerate(names) if np.isfinite(found["mean"][i])}
