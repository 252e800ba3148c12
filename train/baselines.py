"""Baselines for every separator: no separation, median filters, the ideal mask."""

import functools
import os

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import median_filter

from metrics import FOUR, SPLITS, TWO
from network import Geometry
from studio import RATE
from separators import open_network
from stft import Stft

CHANDNA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../models/chandna.safetensors")
# As in engine/separator.c.
HPSS_FRAMES, HPSS_SPAN, HPSS_FLOOR = 25, 31, 1e-9
# The best of 25, 35, 51, 75 frames and 11, 17, 31, 61 bins tried on six of the songs trained on.
CENTRED_FRAMES, CENTRED_SPAN = 51, 11


def share(part, names):
    """The same part of the mixture as every stem."""
    return lambda references, rate=RATE: {n: part * references["mixture"] for n in names}


def transform():
    g = Geometry()
    return Stft(g.analysis, g.synthesis, g.hop)


def spectrum_of(stft, audio):
    """Long enough for the inverse to give every sample back."""
    tail = stft.synthesis + -(audio.shape[-1] + stft.synthesis) % stft.hop
    return stft.spectrum(F.pad(torch.from_numpy(audio), (0, tail)))


def shared_out(stft, spectrum, weights, samples):
    """The spectrum cut in proportion to the weights, back in time."""
    total = sum(weights)
    return [stft.audio(spectrum * (w / total))[..., :samples].numpy() for w in weights]


def ideal_mask(references, rate=RATE):
    """Masks from the magnitudes of the true stems: the limit of sharing out the mixture."""
    stft, mixture = transform(), references["mixture"]
    estimates = {}
    for split in SPLITS:
        weights = [spectrum_of(stft, references[n]).abs() + 1e-9 for n in split]
        estimates.update(zip(split, shared_out(
            stft, spectrum_of(stft, mixture), weights, mixture.shape[-1])))
    return estimates


def median_masks(magnitude, frames=HPSS_FRAMES, span=HPSS_SPAN, centred=False):
    """[frames, bins] -> harmonic and percussive weights; of the past alone, or centred."""
    lasting = median_filter(magnitude, (frames, 1), mode="constant",
                            origin=(0 if centred else frames // 2, 0))
    broad = median_filter(magnitude, (1, span), mode="nearest")
    return [torch.from_numpy(weight + np.float32(HPSS_FLOOR)) for weight in (lasting, broad)]


def median_filters(references, rate=RATE, masks=median_masks):
    """Fitzgerald's harmonic/percussive separation, as dsp/hpss.c does it frame by frame."""
    stft, mixture = transform(), references["mixture"]
    spectrum = spectrum_of(stft, mixture)
    magnitude = spectrum.abs().square().sum(0).sqrt() * (4 / stft.analysis)
    return dict(zip(TWO, shared_out(stft, spectrum, masks(magnitude.numpy()), mixture.shape[-1])))


def baselines():
    centred = functools.partial(median_masks, frames=CENTRED_FRAMES, span=CENTRED_SPAN, centred=True)
    return {"mixture": share(1, (*FOUR, *TWO)), "mixture / 4": share(0.25, FOUR),
            "mixture / 2": share(0.5, TWO), "median filters": median_filters,
            "median filters, centred": functools.partial(median_filters, masks=centred),
            "ideal ratio mask": ideal_mask, "chandna": open_network(CHANDNA)}
