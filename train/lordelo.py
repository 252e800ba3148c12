"""Harmonic and percussive as Lordelo et al. 2019 published it: the ancestor of `mdensenet3w`.

WASPAA 2019, arXiv 1905.01899: patches of 512 bins and 128 frames, pooled in time and in
frequency, through one network of 3x3 kernels, or three side by side (3x3, 13x1, 1x13)
joined by a last block; with dense blocks, or with plain ones as in a U-Net. All four
have about the same number of parameters. They see the future of a patch, so they are only
for comparison; the engine does not run them.

The paper does not give growth and depth. The values of `3w-mdensenet` give its 555 thousand
parameters; the others come close at the same depth. Differences: our
transform has sqrt-Hann windows, a batch norm remembers 50 batches, and in train.py the
learning rate follows a cosine instead of falling when validation stalls.
"""

from dataclasses import dataclass, replace

import torch
import torch.nn as nn
import torch.nn.functional as F

from mdensenet import (LEAK, Branch, Convolution, DenseBlock, MDenseNet, convolution_tensors,
                       load_convolutions, multiplies)
from network import Geometry, Network

OVERLAP = 64   # frames that neighbouring patches share when a song is separated


@dataclass
class Sizes(Geometry):
    analysis: int = 1024
    bins: int = 512
    feature_power: float = 1.0
    frames: int = 128                 # of a patch
    kernels: str = "3x3,13x1,1x13"    # of each branch: bins x frames
    dense: int = 1                    # 0: a convolution sees only the one before it
    width: int = 24                   # maps of the first layer
    growth: int = 15                  # maps that each convolution adds
    depth: int = 3                    # convolutions of a block
    levels: int = 4                   # times that bins and frames are halved
    last: int = 4                     # maps of the last block

    causal, separable, pool = 0, 0, (2, 2)
    branches = MDenseNet.Sizes.branches

    def macs_per_hop(self):
        """Of a whole patch: what it would take to have each frame's masks at once."""
        return MaskPatches(self).macs()

    def macs_per_frame(self):
        """A patch shared out over its frames."""
        return self.macs_per_hop() / self.frames


class MaskPatches(Network):
    FEATURE, STEREO, LOSS = "middle-log-magnitude", False, "masked"
    Sizes = Sizes
    OPTIONS = ("kernels", "width", "growth", "depth", "levels")
    OUTPUTS, PARTIAL = MDenseNet.OUTPUTS, MDenseNet.PARTIAL

    def __init__(self, sizes):
        super().__init__()
        self.sizes = s = sizes
        kernels = s.branches()
        self.first = nn.ModuleList([Convolution(1, s.width, kernel, s) for kernel in kernels])
        self.branches = nn.ModuleList([Branch(s, kernel) for kernel in kernels])
        self.join = DenseBlock(len(kernels) * s.growth, s.last, replace(s, growth=s.last), (3, 3), 2,
                               LEAK)
        self.masks = nn.Conv2d(s.last, len(self.OUTPUTS), 1)

    def optimiser(self, rate):
        return torch.optim.Adam(self.parameters(), lr=rate)

    @staticmethod
    def features(left, right, sizes, hop):
        return torch.log1p(((left + right) / 2).abs())

    def patches(self, feature):
        """[patches, frames, bins] -> masks [patches, outputs, frames, bins]."""
        low, high = feature.amin((1, 2), True), feature.amax((1, 2), True)
        x = ((feature - low) / (high - low).clamp_min(1e-6))[:, None]
        x = torch.cat([branch(first(x)) for first, branch in zip(self.first, self.branches)], 1)
        return torch.sigmoid(self.masks(self.join(x)))

    def forward(self, feature):
        """[batch, frames, bins] -> masks [batch, outputs, frames, bins].

        Overlapping patches are averaged; while training they lie side by side, and the
        frames that fill none are left out.
        """
        s, (batch, count) = self.sizes, feature.shape[:2]
        if self.training:
            whole = feature[:, :count // s.frames * s.frames].reshape(-1, s.frames, s.bins)
            return self.patches(whole).unflatten(0, (batch, -1)).transpose(1, 2).flatten(2, 3)
        step = s.frames - OVERLAP
        feature = F.pad(feature, (0, 0, OVERLAP, s.frames))
        out = feature.new_zeros(batch, len(self.OUTPUTS), feature.shape[1], s.bins)
        for start in range(0, feature.shape[1] - s.frames + 1, step):
            patch = slice(start, start + s.frames)
            out[:, :, patch] += self.patches(feature[:, patch]) * (step / s.frames)
        return out[:, :, OVERLAP:OVERLAP + count]

    def macs(self):
        """Multiply-adds for a patch."""
        positions = self.sizes.frames * self.sizes.bins
        rest = sum(map(multiplies, (*self.first, self.join))) + self.masks.weight.numel()
        return positions * rest + sum(branch.macs(positions) for branch in self.branches)

    def tensors(self):
        return {**convolution_tensors(self), "masks.weight": self.masks.weight,
                "masks.bias": self.masks.bias}

    def load(self, tensors):
        state = {**self.state_dict(), **{k: tensors[k] for k in ("masks.weight", "masks.bias")}}
        load_convolutions(self, state, tensors)
        self.load_state_dict(state)


class ThreeWayDense(MaskPatches):
    ARCHITECTURE = "3w-mdensenet"


class Dense(MaskPatches):
    ARCHITECTURE = "mdensenet"

    @dataclass
    class Sizes(Sizes):
        kernels: str = "3x3"
        width: int = 32
        growth: int = 30


class ThreeWayPlain(MaskPatches):
    ARCHITECTURE = "unet3w"

    @dataclass
    class Sizes(Sizes):
        dense: int = 0
        growth: int = 22


class Plain(MaskPatches):
    ARCHITECTURE = "unet"

    @dataclass
    class Sizes(Sizes):
        kernels: str = "3x3"
        dense: int = 0
        growth: int = 44
