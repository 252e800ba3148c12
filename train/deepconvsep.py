"""DeepConvSep as its authors published it: the ancestor of the other networks.

Chandna et al. 2017, in the form of the authors' public code for DSD100: T frames at once,
one vertical and one horizontal convolution, a dense bottleneck, and per source a dense
layer before the inverse convolutions, which share the weights of the convolutions. That code
uses the bass's layer for "other" by mistake: `fixed` = 1 gives "other" its own layer. The
network is not causal, so it is only for comparison; the engine does not run it.

Two differences: our transform has sqrt-Hann windows instead of Blackman-Harris, and
examples with only known sums are left out.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from network import STEMS, Geometry, Network

SCALE = 0.3 / 1024 ** 0.5
ALPHA, BETA, BETA_VOCALS = 0.001, 0.01, 0.03
OVERLAP = 25   # frames that neighbouring patches share when a song is separated


@dataclass
class Sizes(Geometry):
    analysis: int = 1024
    bins: int = 513
    feature_power: float = 1.0
    frames: int = 30
    filters: int = 50
    taps: int = 15
    bottleneck: int = 128
    fixed: int = 0

    def macs_per_hop(self):
        steps = self.frames - self.taps + 1
        inner = self.filters * steps
        patch = (self.filters * self.bins * self.frames + self.filters * inner * self.taps
                 + inner * self.bottleneck)
        return patch + len(STEMS) * patch


class DeepConvSep(Network):
    ARCHITECTURE, FEATURE, STEREO = "deepconvsep", "middle-magnitude", False
    Sizes = Sizes
    OPTIONS = ("fixed",)

    def __init__(self, sizes):
        super().__init__()
        self.sizes = s = sizes
        inner = s.filters * (s.frames - s.taps + 1)
        self.vertical = nn.Linear(s.bins, s.filters)
        self.horizontal = nn.Conv1d(s.filters, s.filters, s.taps)
        self.dense = nn.Linear(inner, s.bottleneck)
        self.decoders = nn.ModuleList(nn.Linear(s.bottleneck, inner) for _ in STEMS)
        self.inverse_bias = nn.Parameter(torch.zeros(len(STEMS)))

    def optimiser(self, rate):
        return torch.optim.Adadelta(self.parameters(), lr=rate)

    @staticmethod
    def features(left, right, sizes, hop):
        return ((left + right) / 2).abs() * SCALE

    def patches(self, feature):
        """[patches, frames, bins] -> masks [patches, stems, frames, bins]."""
        s = self.sizes
        h = self.horizontal(self.vertical(feature).transpose(1, 2))
        h = F.relu(self.dense(h.flatten(1)))
        inner = [F.relu(decoder(h)) for decoder in self.decoders]
        if not s.fixed:
            inner[STEMS.index("other")] = inner[STEMS.index("bass")]
        masks = []
        for u, bias in zip(inner, self.inverse_bias):
            u = F.conv_transpose1d(u.unflatten(1, (s.filters, -1)), self.horizontal.weight)
            masks.append(F.relu(F.linear(u.transpose(1, 2), self.vertical.weight.t()) + bias))
        masks = torch.stack(masks, 1)
        masks = masks + 1e-8 * torch.rand_like(masks)
        return masks / masks.sum(1, keepdim=True)

    def forward(self, feature):
        """[batch, frames, bins] -> masks [batch, stems, frames, bins]: patches cross-faded."""
        s, (batch, count) = self.sizes, feature.shape[:2]
        step = s.frames - OVERLAP
        feature = F.pad(feature, (0, 0, OVERLAP, s.frames))
        fade = torch.bartlett_window(s.frames + 2, periodic=False)[1:-1, None]
        out = feature.new_zeros(batch, len(STEMS), feature.shape[1], s.bins)
        weight = torch.zeros(feature.shape[1], 1)
        for start in range(0, feature.shape[1] - s.frames + 1, step):
            patch = slice(start, start + s.frames)
            out[:, :, patch] += fade * self.patches(feature[:, patch])
            weight[patch] += fade
        return (out / weight.clamp_min(1e-6))[:, :, OVERLAP:OVERLAP + count]

    def loss(self, stft, audio, right, limits, alone):
        """The authors': squared errors of vocals, bass and drums, minus a little of what
        each shares with the others. "other" has no term of its own."""
        s = self.sizes
        spectrum = stft.spectrum(audio)
        count = spectrum.shape[2] // s.frames
        spectrum = spectrum[:, :, :count * s.frames]
        mixture = spectrum.sum(1)
        mixture = self.features(mixture, mixture, s, s.hop).reshape(-1, s.frames, s.bins)
        stems = spectrum.abs().mul(SCALE).unflatten(2, (count, s.frames)).transpose(1, 2).flatten(0, 1)
        hz = torch.arange(s.bins) * (s.sample_rate / s.analysis)
        heard = ((hz < limits[:, None]) & (alone < 0)[:, None]).float()
        heard = heard.repeat_interleave(count, 0)[:, None]
        guess = dict(zip(STEMS, (self.patches(mixture) * mixture[:, None]).unbind(1)))
        truth = dict(zip(STEMS, stems.unbind(1)))

        def distance(a, b):
            return ((guess[a] - truth[b]) * heard).square().sum((1, 2)).mean()

        known = ("vocals", "bass", "drums")
        own = sum(distance(a, a) for a in known)
        cross = sum(distance(a, b) for a in known for b in known if a != b)
        value = (own - ALPHA * cross - BETA * (distance("bass", "other") + distance("drums", "other"))
                 - BETA_VOCALS * distance("vocals", "other"))
        energy = sum((truth[a] * heard).square().sum((1, 2)).mean() for a in known)
        return value, 10 * torch.log10(own / (energy + 1e-9)).detach()

    def tensors(self):
        return dict(self.named_parameters())

    def load(self, tensors):
        self.load_state_dict({**self.state_dict(), **tensors})
