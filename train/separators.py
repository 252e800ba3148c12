"""Separators: a network in PyTorch, or the program as users run it.

A separator gets the references of a song, of which it may use only the mixture,
and their sample rate; it returns {stem: audio}.
"""

import glob
import math
import os
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
import torch
from scipy.signal import resample_poly

from architectures import read_network
from metrics import SPLITS
from refine import FLOOR_OFF, refine
from studio import RATE


SHORT = 15   # seconds

# Controls of the plugin by symbol, for programs and networks alike.
SETTINGS = {}


def refined(spectrum, masks, sizes):
    """[2, frames, bins], [4, frames, bins] -> stems, as SETTINGS make them."""
    return torch.from_numpy(refine(
        spectrum.numpy(), masks.numpy(), SETTINGS.get("sharpness", 1),
        SETTINGS.get("spatial", 100) / 100, SETTINGS.get("floor", FLOOR_OFF),
        bin_hz=sizes.sample_rate / sizes.analysis, hop_seconds=sizes.hop / sizes.sample_rate,
        renew=sizes.renew, lookahead=sizes.lookahead)).to(torch.complex64)


def warmed(separate):
    """Clips of a few seconds are played twice and the second pass is scored: levels and
    memories are warm then, as they are in a song."""
    def twice(references, rate=RATE):
        mixture = references["mixture"]
        samples = mixture.shape[-1]
        if samples > SHORT * rate:
            return separate(mixture, rate)
        return {name: audio[..., samples:]
                for name, audio in separate(np.tile(mixture, 2), rate).items()}
    return twice


def network_separator(net):
    """At twice the rate the engine doubles its transform: the network hears 96 kHz as
    48 kHz, and 22.05 kHz as 44.1 kHz with nothing at the top."""
    def separate(mixture, rate):
        octave = round(math.log2(rate / net.sizes.sample_rate))
        up, down = 2 ** max(-octave, 0), 2 ** max(octave, 0)
        heard = resample_poly(mixture, up, down, axis=-1)
        making = {"making": lambda *parts: refined(*parts, net.sizes)} if SETTINGS else {}
        stems = net.separate(torch.from_numpy(heard), **making).numpy()
        return dict(zip(net.OUTPUTS, resample_poly(stems, down, up, axis=-1)[..., :mixture.shape[-1]]))
    return warmed(separate)


def program_separator(program):
    """Runs `program --quiet MIX.wav --out DIR` and reads DIR/MIX.STEM.wav; of words, the
    first is the program and the others are options of it."""
    def separate(mixture, rate):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "mix.wav")
            # Floating point: louder than full scale is a condition to be measured, not clipped.
            soundfile.write(path, mixture.T, rate, subtype="FLOAT")
            settings = (f"--set={symbol}={value}" for symbol, value in SETTINGS.items())
            subprocess.run([*shlex.split(program), "--quiet", path, "--out", folder, *settings],
                           check=True)
            return {n: soundfile.read(os.path.join(folder, f"mix.{n}.wav"), dtype="float32",
                                      always_2d=True)[0].T for split in SPLITS for n in split}
    return warmed(separate)


def read_checkpoint(path):
    """The averaged weights of RUN/checkpoint.pt; the model file that train.py writes
    beside it tells the architecture and its sizes."""
    models = glob.glob(os.path.join(os.path.dirname(path), "*.safetensors"))
    if len(models) != 1:
        sys.exit(f"{path}: {len(models)} model files beside it; one must tell the network's sizes.")
    net = read_network(models[0])
    net.load_state_dict(torch.load(path, map_location="cpu")["average"])
    return net


def open_network(path):
    """A separator from a model file or a checkpoint."""
    if not os.path.exists(path):
        sys.exit(f"No model file {path}. train.py writes one into its RUN folder; "
                 "those that ship are in models/.")
    return network_separator((read_checkpoint if path.endswith(".pt") else read_network)(path))
