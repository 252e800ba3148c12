"""Figures of several separators as tables of text, and as JSON."""

import json

import numpy as np

from intervals import summary, table
from metrics import FOUR, SPLITS, TWO, split_of

LEAKS = [f"{s} in {e}" for s in FOUR for e in FOUR]
METRICS = {
    "usdr": "SDR over the whole song (uSDR)",
    "sdr": "SDR, BSSEval v4, median of frames",
    "si_sdr": "SI-SDR",
    "sir": "SIR, BSSEval v4, median of frames",
    "level": "energy beside the true stem's",
    "absent": "energy beside the mixture's, of stems that are not there",
    "leak": "amplitude of true stems in the estimates",
}
COMPARED = ("usdr", "sdr", "si_sdr", "sir")
MEAN = {FOUR: "four stems", TWO: "both"}
NOTABLE_DB = 0.3


def cells(values):
    return "".join(f"{v if isinstance(v, str) else number(v):>14}" for v in values)


def columns(metric, split):
    """What is scored of a split besides the mean of its stems."""
    if metric == "leak":
        return LEAKS if split is FOUR else []
    return [*split, "accompaniment"] if metric == "usdr" and split is FOUR else [*split]


def number(value):
    """Adding zero makes -0.00 0.00."""
    return f"{round(value, 2) + 0.0:.2f}" if np.isfinite(value) else "-"


def row(title, label, values):
    return f"{title[-29:]:30}{label:7}" + cells(values)


def spans(found):
    return [f"{number(low)}..{number(high)}" if np.isfinite(low) else "-"
            for low, high in zip(found["low"], found["high"])]


def tables(metric, results):
    """(split, columns, {separator: its table}) of every split of which something was scored."""
    for split in SPLITS:
        names = columns(metric, split)
        found = {separator: table(songs, metric, names) for separator, songs in results.items()}
        found = {separator: values for separator, values in found.items()
                 if np.isfinite(values).any()}
        if found:
            yield split, names, found


def comparison(metric, results):
    """Every separator's means, their intervals and its medians."""
    for split, names, found in tables(metric, results):
        yield f"\n{METRICS[metric]}, dB\n" + row("", "", [*names, MEAN[split]])
        for separator, values in found.items():
            values = summary(values, len(split))
            yield row(separator, "mean", values["mean"])
            yield row("", "95 %", spans(values))
            yield row("", "median", values["median"])


def differences(metric, results, candidates):
    """Every further candidate's gain over the first on the same songs, where both have a
    split."""
    first = candidates[0]
    for split, names, found in tables(metric, {c: results[c] for c in candidates}):
        for other in candidates[1:]:
            if first in found and other in found:
                gain = summary(found[other] - found[first], len(split))
                yield (f"\n{METRICS[metric]}, dB: {other} less {first}\n"
                       + row("", "", [*names, MEAN[split]]))
                yield row("", "mean", gain["mean"])
                yield row("", "95 %", spans(gain))


def given(songs):
    """The split that a separator gives, the four stems if it gives both."""
    return split_of({n for found in songs.values() for n in (*found["usdr"], *found["absent"])})


def worst_first(songs):
    """Song names by the mean uSDR of their stems."""
    split = given(songs)

    def mean(song):
        return np.mean([v for n, v in songs[song]["usdr"].items() if n in split] or [np.inf])
    return sorted(songs, key=mean)


def song_by_song(separator, songs):
    """Worst songs first; then what is too soft, what is heard and not there, and where it went."""
    for metric in ("usdr", "level", "absent"):
        names = [n for split in SPLITS for n in columns(metric, split)
                 if any(n in found[metric] for found in songs.values())]
        found = [song for song in worst_first(songs) if songs[song][metric]]
        if found:
            yield f"\n{separator}: {METRICS[metric]}, dB\n" + row("", "", names)
        for song in found:
            yield row(song, "", [songs[song][metric].get(n, np.nan) for n in names])
    gains = table(songs, "leak", LEAKS)
    if np.isfinite(gains).any():
        gains = summary(gains, len(FOUR))["mean"]
        yield f"\n{separator}: {METRICS['leak']}, mean over songs\n" + row("of", "in", FOUR)
        for i, stem in enumerate(FOUR):
            yield row(stem, "", gains[i * len(FOUR):(i + 1) * len(FOUR)])


def robustness(separator, songs, heard):
    """uSDR under the conditions, and how far its mean over the stems is from the base figure."""
    split = given(songs)
    yield (f"\n{separator}: {METRICS['usdr']}, dB\n"
           + row("", "", [*split, MEAN[split], "difference"]))
    for condition, found in under_conditions(songs, heard).items():
        beyond = abs(found["difference"]) > NOTABLE_DB
        yield row(condition, "", list(found.values())) + beyond * f"  beyond {NOTABLE_DB}"


def under_conditions(songs, heard):
    """{condition: {stem: mean over songs of uSDR}}, their mean, and its difference."""
    heard = {"as it is": {song: found["usdr"] for song, found in songs.items()}, **heard}
    split = given(songs)
    means = {condition: stem_means(results, split) for condition, results in heard.items()}
    return {condition: dict(zip((*split, MEAN[split], "difference"),
                                (*mean, mean[-1] - means["as it is"][-1])))
            for condition, mean in means.items()}


def stem_means(results, split):
    """{song: uSDR} -> means over songs of the stems of a split, and their mean."""
    return summary(table({song: {"usdr": found} for song, found in results.items()},
                         "usdr", split), len(split))["mean"]


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
    every = {}
    for split, names, found in tables(metric, {"": songs}):
        found = summary(found[""], len(split))
        names = [*names, MEAN[split]] if metric in COMPARED else names
        every.update({n: {k: v[i] for k, v in found.items()}
                      for i, n in enumerate(names) if np.isfinite(found["mean"][i])})
    return every
