"""The streaming causal `chandna` network: four stems by soft masks.

After Chandna et al. 2017: a vertical convolution over all bins, a horizontal
one over a few frames, a dense bottleneck over a longer past, and a decoder per
source whose inverse convolutions are shared. Every layer sees only the past,
and its input is zero before the start, so the C engine, which keeps that past
in rings, computes the same masks frame by frame.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from network import STEMS, Geometry, Network, running_level

MASK_FLOOR = 1e-4


@dataclass
class Sizes(Geometry):
    n1: int = 96
    n2: int = 48
    taps: int = 8
    context: int = 24
    nn: int = 192

    def macs_per_hop(self):
        steps = self.lookahead + 1
        return (self.n1 * self.bins + self.n2 * self.n1 * self.taps
                + self.nn * self.n2 * self.context
                + len(STEMS) * (self.n2 * steps * self.nn + self.n1 * self.n2 * steps
                                + self.bins * self.n1))


class Chandna(Network):
    ARCHITECTURE, FEATURE, STEREO = "chandna", "rms-magnitude", False
    Sizes = Sizes
    OPTIONS = ("n1", "n2", "taps", "context", "nn", "lookahead")

    def __init__(self, sizes):
        super().__init__()
        self.sizes = s = sizes
        steps = s.lookahead + 1
        self.encoder = nn.Linear(s.bins, s.n1)
        self.horizontal = nn.Conv1d(s.n1, s.n2, s.taps)
        self.dense = nn.Conv1d(s.n2, s.nn, s.context)
        self.decoder = nn.Linear(s.nn, len(STEMS) * s.n2 * steps)
        self.inverse_horizontal = nn.Linear(s.n2 * steps, s.n1, bias=False)
        self.inverse_vertical = nn.Linear(s.n1, s.bins, bias=False)
        # A positive start keeps the last ReLU alive for every source and bin.
        self.inverse_bias = nn.Parameter(torch.full((len(STEMS), s.bins), 0.5))
        # Features are standardised bin by bin while training; write() folds
        # these into the encoder, which is linear.
        self.register_buffer("feature_mean", torch.zeros(s.bins))
        self.register_buffer("feature_scale", torch.ones(s.bins))

    @staticmethod
    def features(left, right, sizes, hop):
        """Level-free magnitudes of both channels together: [..., frames, bins]."""
        power = (left.abs().square() + right.abs().square()) / 2
        magnitude = torch.sqrt(power) / (sizes.analysis / 4)
        level = running_level((magnitude ** 2).mean(-1), sizes, hop)
        return (magnitude / level[..., None]) ** sizes.feature_power

    def forward(self, feature):
        """[batch, frames, bins] -> masks [batch, stems, frames, bins].

        The masks given out at step t belong to frame t - lookahead.
        """
        s = self.sizes
        h = self.encoder((feature - self.feature_mean) * self.feature_scale).transpose(1, 2)
        h = self.horizontal(F.pad(h, (s.taps - 1, 0)))
        h = F.relu(self.dense(F.pad(h, (s.context - 1, 0)))).transpose(1, 2)
        u = F.relu(self.decoder(h)).unflatten(-1, (len(STEMS), -1)).transpose(1, 2)
        y = self.inverse_vertical(self.inverse_horizontal(u))
        y = F.relu(y + self.inverse_bias[:, None]) + MASK_FLOOR
        if s.mask_power != 1:
            y = y ** s.mask_power
        return y * y.sum(1, keepdim=True).reciprocal()

    def tensors(self):
        """The weights under the names and shapes of the model file."""
        s, steps = self.sizes, self.sizes.lookahead + 1
        weight = self.encoder.weight * self.feature_scale
        named = {
            "encoder.weight": weight,
            "encoder.bias": self.encoder.bias - weight @ self.feature_mean,
            "horizontal.weight": self.horizontal.weight,
            "horizontal.bias": self.horizontal.bias,
            "dense.weight": self.dense.weight,
            "dense.bias": self.dense.bias,
            "decoder.weight": self.decoder.weight.view(len(STEMS), s.n2 * steps, s.nn),
            "decoder.bias": self.decoder.bias.view(len(STEMS), s.n2 * steps),
            "inverse_horizontal.weight": self.inverse_horizontal.weight.view(s.n1, s.n2, steps),
            "inverse_vertical.weight": self.inverse_vertical.weight,
            "inverse_vertical.bias": self.inverse_bias,
        }
        return named

    def load(self, tensors):
        state = self.state_dict()
        for name in self.tensors():
            own = "inverse_bias" if name == "inverse_vertical.bias" else name
            state[own] = tensors[name].view(state[own].shape)
        state["encoder.bias"] = state["encoder.bias"] + state["encoder.weight"] @ self.feature_mean
        state["encoder.weight"] = state["encoder.weight"] / self.feature_scale
        self.load_state_dict(state)
