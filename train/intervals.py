"""Means and medians over songs, and the bootstrap intervals of the means.

A table is [songs, names], nan where a song has no such figure; the stems of a split come
first, and their mean is appended as a last column.
"""

import warnings

import numpy as np

ROUNDS = 2000


def table(results, metric, names):
    return np.array([[r[metric].get(n, np.nan) for n in names] for r in results.values()])


def summary(values, stems):
    """A table whose first columns are so many stems -> means, medians, and the 2.5th and
    97.5th percentiles of the means of songs drawn with replacement."""
    drawn = np.random.default_rng(0).integers(len(values), size=(ROUNDS, len(values)))
    with warnings.catch_warnings():
        # A name that no song has, or none of those drawn, is nan without further ado.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = {"mean": np.nanmean(values, 0), "median": np.nanmedian(values, 0)}
        draws = with_mean(np.nanmean(values[drawn], 1), stems)
        low, high = np.nanpercentile(draws, (2.5, 97.5), axis=0)
        return {**{k: with_mean(v, stems) for k, v in found.items()}, "low": low, "high": high}


def with_mean(rows, stems):
    return np.concatenate([rows, np.nanmean(rows[..., :stems], -1, keepdims=True)], -1)
