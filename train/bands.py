"""Shared by networks that split the spectrum into bands that widen with frequency: a
linear layer per band at both ends, and the features of a mixture."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from network import Network, principal_axes, running_level


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


class BandNetwork(Network):
    """`sizes` has `bands` ("16x8,10x16": bands and bins of each, from 0 Hz up) and `taps`,
    the newest frames that the encoder sees. Its parameters under INNER, named as
    `inner_tensors()` says, are the subclass's."""

    FEATURE, STEREO = "mid-side-magnitude", True

    def __init__(self, sizes, encoded, decoded):
        super().__init__()
        self.sizes = s = sizes
        self.runs = [tuple(map(int, run.split("x"))) for run in s.bands.split(",")]
        self.encoder = PerBand(self.runs, lambda b: 2 * s.taps * b, lambda b: encoded)
        self.decoder = PerBand(self.runs, lambda b: decoded, lambda b: len(self.OUTPUTS) * b)
        # Features are standardised bin by bin while training; tensors() folds
        # these into the encoder, which is linear.
        self.register_buffer("feature_mean", torch.zeros(2, s.bins))
        self.register_buffer("feature_scale", torch.ones(2, s.bins))

    @staticmethod
    def features(left, right, sizes, hop):
        """Level-free magnitudes of middle and side, or of what stands for them where the sound
        is elsewhere (`principal_axes`): [..., frames, 2, bins]."""
        pair = torch.stack(principal_axes(left, right, sizes, hop), -2).abs() / (sizes.analysis / 2)
        level = running_level(pair.square().sum(-2).mean(-1), sizes, hop)
        return (pair / level[..., None, None]) ** sizes.feature_power

    def by_run(self, x, dim):
        """Cuts an axis of bins into runs of bands, [..., bands, width, ...] each."""
        parts = x.split([bands * width for bands, width in self.runs], dim)
        return [p.unflatten(dim, run) for p, run in zip(parts, self.runs)]

    def encode(self, feature):
        """[batch, frames, 2, bins] -> [bands, frames, batch, encoded]."""
        s, (batch, frames) = self.sizes, feature.shape[:2]
        feature = F.pad(feature, (0, 0, 0, 0, s.taps - 1, 0))
        feature = ((feature - self.feature_mean) * self.feature_scale).transpose(0, 1)
        feature = torch.stack([feature[t:t + frames] for t in range(s.taps)], 2)
        # A band's input is its middle, then its side, of each frame, the oldest first.
        parts = [p.permute(4, 0, 1, 2, 3, 5).reshape(p.shape[4], frames * batch, -1)
                 for p in self.by_run(feature, 4)]
        return torch.cat(self.encoder(parts)).unflatten(1, (frames, batch))

    def decode(self, x):
        """[bands, frames, batch, decoded] -> logits [batch, outputs, frames, bins]."""
        frames, batch = x.shape[1:3]
        parts = x.flatten(1, 2).split([bands for bands, _ in self.runs])
        # A band's output is its bins of the first stem, then of the second, ...
        logits = [y.view(-1, frames, batch, len(self.OUTPUTS), y.shape[-1] // len(self.OUTPUTS))
                  .permute(2, 3, 1, 0, 4).flatten(3) for y in self.decoder(parts)]
        return torch.cat(logits, 3)

    def standardisation(self):
        """Of each run: its bands, and the scale and mean [bands, inputs, 1] of their inputs."""
        scales, means = self.by_run(self.feature_scale, 1), self.by_run(self.feature_mean, 1)
        return [(len(scale[0]), *(f.transpose(0, 1).flatten(1).repeat(1, self.sizes.taps)[..., None]
                                  for f in (scale, mean))) for scale, mean in zip(scales, means)]

    def tensors(self):
        """The weights under the names and shapes of the model file: per band, outputs times
        inputs."""
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
        return {**named, **self.inner_tensors()}

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
        self.load_inner(state, tensors)
        self.load_state_dict(state)
