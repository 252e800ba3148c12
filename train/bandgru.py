"""The streaming causal `bandgru` network: four stems by softmax masks.

The spectrum is split into bands that widen with frequency; each sees the newest few
frames. Blocks then mix along time (a GRU whose weights all bands share), across the
bands, and within each band. The network remembers only these frames and the GRUs' states, so
the C engine computes the same masks frame by frame.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn

import fused
from bands import BandNetwork
from network import STEMS, Geometry


@dataclass
class Sizes(Geometry):
    bands: str = "16x8,10x16,8x48,6x136"   # runs of bands of one width, from 0 Hz up
    taps: int = 3                          # newest frames that a step sees
    n: int = 64
    blocks: int = 6
    lookahead: int = 1

    def count(self):
        return sum(int(run.split("x")[0]) for run in self.bands.split(","))

    def macs_per_hop(self):
        k, n = self.count(), self.n
        return (2 * self.taps * self.bins * n + self.blocks * (11 * k * n * n + 4 * k * k * n)
                + k * n * n + len(STEMS) * self.bins * n)


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
        x = fused.time_block(x, self.time_norm, self.gru, self.time_out)
        x = fused.band_block(x, self.band_norm, self.band_in, self.band_out)
        return fused.channel_block(x, self.channel_norm, self.channel_in, self.channel_out)


class BandGru(BandNetwork):
    ARCHITECTURE = "bandgru"
    Sizes = Sizes
    OPTIONS = ("taps", "n", "blocks", "synthesis", "hop", "renew", "stride", "lookahead")

    def __init__(self, sizes):
        super().__init__(sizes, sizes.n, sizes.n)
        s = sizes
        self.blocks = nn.ModuleList([Block(s.count(), s.n) for _ in range(s.blocks)])
        self.head_norm = nn.LayerNorm(s.n)
        self.head = nn.Linear(s.n, s.n)

    def forward(self, feature):
        """[batch, frames, 2, bins] -> masks [batch, stems, frames, bins].

        The masks given out at step t belong to frame t - lookahead.
        """
        x = fused.encode(self, feature)
        for block in self.blocks:
            x = block(x)
        return fused.decode(self, x)

    def inner_tensors(self):
        """Per block, first the rows that the GRU resets with, then those it updates with,
        then those of the new state."""
        return {name.replace("_l0", ""): p for name, p in self.named_parameters()
                if name.startswith(("blocks.", "head"))}

    def load_inner(self, state, tensors):
        """Blocks that the file has not are added so that they change nothing yet."""
        for name in state:
            if name.startswith(("blocks.", "head")):
                stored = tensors.get(name.replace("_l0", ""))
                if stored is not None:
                    state[name] = stored
                elif "_out." in name:
                    state[name] = torch.zeros_like(state[name])
