"""The streaming causal `bandgru` network: four stems by softmax masks.

The spectrum is split into bands that widen with frequency; each sees the newest few
frames. Blocks then mix along time (a GRU whose weights all bands share), across the
bands, and within each band. These frames and the GRUs' states are all it remembers, so
the C engine computes the same masks frame by frame.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from network import STEMS, Geometry, Network, running_level


@dataclass
class Sizes(Geometry):
    bands: str = "16x8,10x16,8x48,6x136"   # runs of bands of one width, from 0 Hz up
    taps: int = 3                          # newest frames that a step sees
    n: int = 64
    blocks: int = 6
    lookahead: int = 1

    def runs(self):
        """[(bands, bins of each)], from 0 Hz up."""
        return [tuple(map(int, run.split("x"))) for run in self.bands.split(",")]

    def count(self):
        return sum(bands for bands, _ in self.runs())

    def macs_per_hop(self):
        k, n = self.count(), self.n
        return (2 * self.taps * self.bins * n + self.blocks * (11 * k * n * n + 4 * k * k * n)
                + k * n * n + len(STEMS) * self.bins * n)


class PerBand(nn.Module):
    """A linear layer of its own for each band; bands of one width are computed together."""

    def __init__(self, runs, inputs, outputs):
        super().__init__()
        self.runs = [(bands, inputs(width), outputs(width)) for bands, width in runs]
        self.weights = nn.ParameterList(
            [nn.Parameter(torch.empty(b, i, o).uniform_(-1, 1) / i ** 0.5) for b, i, o in self.runs])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(b, 1, o)) for b, _, o in self.runs])

    def forward(self, parts):
        """Each run's [bands, frames, inputs] -> [bands, frames, outputs]."""
        return [torch.baddbmm(b, x, w) for x, w, b in zip(parts, self.weights, self.biases)]


class Block(nn.Module):
    def __init__(self, bands, n):
        super().__init__()
        self.time_norm, self.band_norm, self.channel_norm = (nn.LayerNorm(n) for _ in range(3))
        self.gru = nn.GRU(n, n)
        self.time_out = nn.Linear(n, n)
        self.band_in, self.band_out = nn.Linear(bands, 2 * bands), nn.Linear(2 * bands, bands)
        self.channel_in, self.channel_out = nn.Linear(n, 2 * n), nn.Linear(2 * n, n)

    def forward(self, x):
        """[frames, batch, bands, n] -> the same."""
        h, _ = self.gru(self.time_norm(x).flatten(1, 2))
        x = x + self.time_out(h).view_as(x)
        h = self.band_norm(x).transpose(2, 3)
        x = x + self.band_out(F.relu(self.band_in(h))).transpose(2, 3)
        return x + self.channel_out(F.relu(self.channel_in(self.channel_norm(x))))


class BandGru(Network):
    ARCHITECTURE, FEATURE, STEREO = "bandgru", "mid-side-magnitude", True
    Sizes = Sizes
    OPTIONS = ("taps", "n", "blocks", "lookahead")

    def __init__(self, sizes):
        super().__init__()
        self.sizes = s = sizes
        self.encoder = PerBand(s.runs(), lambda b: 2 * s.taps * b, lambda b: s.n)
        self.blocks = nn.ModuleList([Block(s.count(), s.n) for _ in range(s.blocks)])
        self.head_norm = nn.LayerNorm(s.n)
        self.head = nn.Linear(s.n, s.n)
        self.decoder = PerBand(s.runs(), lambda b: s.n, lambda b: len(STEMS) * b)
        # Features are standardised bin by bin while training; tensors() folds
        # these into the encoder, which is linear.
        self.register_buffer("feature_mean", torch.zeros(2, s.bins))
        self.register_buffer("feature_scale", torch.ones(2, s.bins))

    @staticmethod
    def features(left, right, sizes):
        """Level-free magnitudes of middle and side: [..., frames, 2, bins]."""
        pair = torch.stack([left + right, left - right], -2).abs() / (sizes.analysis / 2)
        level = running_level(pair.square().sum(-2).mean(-1), sizes)
        return (pair / level[..., None, None]) ** sizes.feature_power

    def by_run(self, x, dim):
        """Cuts an axis of bins into runs of bands, [..., bands, width, ...] each."""
        parts = x.split([bands * width for bands, width in self.sizes.runs()], dim)
        return [p.unflatten(dim, run) for p, run in zip(parts, self.sizes.runs())]

    def forward(self, feature):
        """[batch, frames, 2, bins] -> masks [batch, stems, frames, bins].

        The masks given out at step t belong to frame t - lookahead.
        """
        s, (batch, frames) = self.sizes, feature.shape[:2]
        feature = F.pad(feature, (0, 0, 0, 0, s.taps - 1, 0))
        feature = ((feature - self.feature_mean) * self.feature_scale).transpose(0, 1)
        feature = torch.stack([feature[t:t + frames] for t in range(s.taps)], 2)
        # A band's input is its middle, then its side, of each frame, the oldest first.
        parts = [p.permute(4, 0, 1, 2, 3, 5).reshape(p.shape[4], frames * batch, -1)
                 for p in self.by_run(feature, 4)]
        x = torch.cat(self.encoder(parts)).transpose(0, 1).reshape(frames, batch, -1, s.n)
        for block in self.blocks:
            x = block(x)
        x = torch.tanh(self.head(self.head_norm(x)))
        parts = x.permute(2, 0, 1, 3).flatten(1, 2).split([bands for bands, _ in s.runs()])
        # A band's output is its bins of the first stem, then of the second, ...
        logits = [y.view(-1, frames, batch, len(STEMS), y.shape[-1] // len(STEMS))
                  .permute(2, 3, 1, 0, 4).flatten(3) for y in self.decoder(parts)]
        return torch.softmax(s.mask_power * torch.cat(logits, 3), 1)

    def tensors(self):
        """The weights under the names and shapes of the model file: per band, outputs
        times inputs; per block, first the rows that the GRU resets with, then those it
        updates with, then those of the new state."""
        named, first = {}, 0
        for i, (bands, scale, mean) in enumerate(self.standardisation()):
            weight = self.encoder.weights[i] * scale
            bias = self.encoder.biases[i] - (weight * mean).sum(1, keepdim=True)
            for b in range(bands):
                named[f"encoder.{first + b}.weight"] = weight[b].T
                named[f"encoder.{first + b}.bias"] = bias[b, 0]
                named[f"decoder.{first + b}.weight"] = self.decoder.weights[i][b].T
                named[f"decoder.{first + b}.bias"] = self.decoder.biases[i][b, 0]
            first += bands
        for name, p in self.named_parameters():
            if name.startswith(("blocks.", "head")):
                named[name.replace("_l0", "")] = p
        return named

    def standardisation(self):
        """Of each run: its bands, and the scale and mean [bands, inputs, 1] of their inputs."""
        scales, means = self.by_run(self.feature_scale, 1), self.by_run(self.feature_mean, 1)
        return [(len(scale[0]), *(f.transpose(0, 1).flatten(1).repeat(1, self.sizes.taps)[..., None]
                                  for f in (scale, mean))) for scale, mean in zip(scales, means)]

    def load(self, tensors):
        state, first = self.state_dict(), 0
        for i, (bands, scale, mean) in enumerate(self.standardisation()):
            for layer in ("encoder", "decoder"):
                names = [f"{layer}.{first + b}" for b in range(bands)]
                state[f"{layer}.weights.{i}"] = torch.stack([tensors[n + ".weight"].T for n in names])
                state[f"{layer}.biases.{i}"] = torch.stack([tensors[n + ".bias"][None] for n in names])
            state[f"encoder.biases.{i}"] += (state[f"encoder.weights.{i}"] * mean).sum(1, keepdim=True)
            state[f"encoder.weights.{i}"] /= scale
            first += bands
        for name, p in self.named_parameters():
            if name.startswith(("blocks.", "head")):
                state[name] = tensors[name.replace("_l0", "")]
        self.load_state_dict(state)
