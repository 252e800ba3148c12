"""Figures of one separated song: how much of its stem each estimate keeps, and how much of the others.

Every figure is {name: value}, in dB except the leak. A stem more than 20 dB below
its mixture is not scored.
"""

import numpy as np

from bsseval import bsseval
from network import STEMS
from studio import RATE

QUIET_DB = -20
FOUR, TWO = SPLITS = (STEMS, ("harmonic", "percussive"))


def split_of(names):
    """The first split of which something is there."""
    return next((split for split in SPLITS if any(n in names for n in split)), FOUR)


def energy(audio):
    return np.sum(np.square(audio, dtype=np.float64))


def ratio(numerator, denominator):
    return 10 * np.log10((energy(numerator) + 1e-20) / (energy(denominator) + 1e-20))


def sdr(reference, estimate):
    return ratio(reference, reference - estimate)


def si_sdr(reference, estimate):
    """SDR of the estimate at its best level."""
    target = reference * np.float32(np.vdot(reference, estimate) / energy(reference))
    return ratio(target, target - estimate)


def scored(references, names):
    """Those of the names that are loud enough."""
    loud = energy(references["mixture"]) * 10 ** (QUIET_DB / 10)
    return [n for n in names if energy(references[n]) > loud]


def usdr(references, estimates):
    """Global SDR: 10 log10(sum s^2 / sum (s - estimate)^2) over the whole song."""
    return {n: sdr(references[n], estimates[n]) for n in scored(references, estimates)}


def framewise(references, estimates):
    """Medians over the frames of BSSEval v4's SDR and SIR."""
    sdrs, sirs = {}, {}
    for split in SPLITS:
        # A stem that is not there is nothing to project on.
        names = [n for n in split if n in estimates and energy(references[n]) > 0]
        if not names:
            continue
        frames = bsseval(*(np.stack([audio[n] for n in names])
                           for audio in (references, estimates)), RATE)
        for n in scored(references, names):
            for found, values in zip((sdrs, sirs), frames):
                found[n] = np.nanmedian(values[names.index(n)])
    return sdrs, sirs


def leak(references, estimates):
    """Amplitude at which each true stem is heard in each estimate: the gains of the
    true stems, at one time, that come closest to the estimate."""
    true = [s for s in STEMS if energy(references[s]) > 0]
    stems = np.stack([references[s].ravel() for s in true]).astype(np.float64)
    heard = np.stack([estimates[s].ravel() for s in STEMS])
    gains = np.linalg.lstsq(stems @ stems.T, stems @ heard.T, rcond=None)[0]
    return {f"{s} in {e}": gains[true.index(s), j]
            for s in scored(references, true) for j, e in enumerate(STEMS)}


def figures(references, estimates):
    """{metric: {name: value}}."""
    four = "vocals" in estimates
    sums = dict(estimates)
    if four and energy(references["vocals"]) > 0:
        sums["accompaniment"] = references["mixture"] - estimates["vocals"]
    sdrs, sirs = framewise(references, estimates)
    names = scored(references, estimates)
    return {
        "usdr": usdr(references, sums),
        "sdr": sdrs,
        "si_sdr": {n: si_sdr(references[n], estimates[n]) for n in names},
        "sir": sirs,
        # Energy of an estimate beside the true stem's, and beside the mixture's
        # where there is nothing to be found.
        "level": {n: ratio(estimates[n], references[n]) for n in names},
        "absent": {n: ratio(estimates[n], references["mixture"]) for n in estimates
                   if energy(references[n]) == 0},
        "leak": leak(references, estimates) if four else {},
    }
