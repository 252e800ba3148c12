"""The streaming `mdensenet3w` network: harmonic and percussive by two sigmoid masks.

After Lordelo et al. 2019 (WASPAA, arXiv 1905.01899): multi-scale dense networks side by
side, one of square, one of vertical (along frequency) and one of horizontal kernels
(along time), joined by a last dense block. To run live every convolution sees the past
only, and frequency alone is pooled, so that the C engine computes the same masks frame
by frame. The rows of its maps are bands that widen with frequency instead of single
bins: an affine layer per band comes first and last.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from bands import BandNetwork
from network import Geometry

MASK_FLOOR = 1e-4
LEAK = 0.01


@dataclass
class Sizes(Geometry):
    bands: str = "24x8,16x16,16x32,8x66"   # runs of bands of one width, from 0 Hz up
    kernels: str = "3x3,13x1,1x13"         # of each branch: bands x frames
    taps: int = 3                          # newest frames that the first layer sees
    width: int = 32                        # maps of the first layer, and of the last
    growth: int = 16                       # maps that each convolution adds
    depth: int = 3                         # convolutions of a dense block
    levels: int = 3                        # times that the bands are halved
    causal: int = 1                        # 0: kernels are centred in time; not for the engine
    lookahead: int = 1

    def branches(self):
        """[(bands, frames)] of the kernels."""
        return [tuple(map(int, kernel.split("x"))) for kernel in self.kernels.split(",")]


class Convolution(nn.Module):
    """Causal convolution over [batch, maps, frames, bands], batch norm, ReLU."""

    def __init__(self, inputs, outputs, kernel, causal, leak=0.0):
        super().__init__()
        bands, frames = kernel
        past = frames - 1 if causal else frames // 2
        self.padding, self.leak = (bands // 2, bands // 2, past, frames - 1 - past), leak
        self.kernel = nn.Conv2d(inputs, outputs, (frames, bands), bias=False)
        self.norm = nn.BatchNorm2d(outputs, momentum=0.02)

    def forward(self, x):
        return F.leaky_relu(self.norm(self.kernel(F.pad(x, self.padding))), self.leak)

    def folded(self):
        """Weight and bias with the batch norm in them."""
        scale = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        return (self.kernel.weight * scale[:, None, None, None],
                self.norm.bias - self.norm.running_mean * scale)


class DenseBlock(nn.Module):
    """Each convolution sees the block's input and the maps of all before it; the last
    one's maps go out."""

    def __init__(self, inputs, outputs, sizes, kernel, depth, leak=0.0):
        super().__init__()
        self.layers = nn.ModuleList([
            Convolution(inputs + i * sizes.growth, sizes.growth if i + 1 < depth else outputs,
                        kernel, sizes.causal, leak) for i in range(depth)])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.cat([x, layer(x)], 1)
        return self.layers[-1](x)


class Branch(nn.Module):
    """Down by halving the bands, up again, each way a dense block per level."""

    def __init__(self, sizes, kernel):
        super().__init__()
        s = sizes
        self.down = nn.ModuleList([
            DenseBlock(s.growth if i else s.width, s.growth, s, kernel, s.depth)
            for i in range(s.levels + 1)])
        self.rise = nn.ModuleList([
            nn.ConvTranspose2d(s.growth, s.growth, (1, 2), (1, 2)) for _ in range(s.levels)])
        self.up = nn.ModuleList([
            DenseBlock(2 * s.growth, s.growth, s, kernel, s.depth) for _ in range(s.levels)])

    def forward(self, x):
        skipped = []
        for block in self.down[:-1]:
            skipped.append(block(x))
            x = F.max_pool2d(skipped[-1], (1, 2))
        x = self.down[-1](x)
        for rise, block in zip(self.rise, self.up):
            x = block(torch.cat([skipped.pop(), rise(x)], 1))
        return x


class MDenseNet(BandNetwork):
    ARCHITECTURE = "mdensenet3w"
    Sizes = Sizes
    OPTIONS = ("bands", "kernels", "taps", "width", "growth", "depth", "levels", "causal",
               "lookahead")
    OUTPUTS = {"harmonic": ("vocals", "bass", "other"), "percussive": ("drums",)}
    PARTIAL = ("drums",)

    def __init__(self, sizes):
        super().__init__(sizes, sizes.width, sizes.width)
        self.branches = nn.ModuleList([Branch(sizes, k) for k in sizes.branches()])
        self.join = DenseBlock(len(self.branches) * sizes.growth, sizes.width, sizes, (3, 3), 2, LEAK)

    def forward(self, feature):
        """[batch, frames, 2, bins] -> masks [batch, stems, frames, bins].

        The masks given out at step t belong to frame t - lookahead.
        """
        x = self.encode(feature).permute(2, 3, 1, 0).contiguous()
        x = self.join(torch.cat([branch(x) for branch in self.branches], 1))
        y = torch.sigmoid(self.decode(x.permute(3, 2, 0, 1))) + MASK_FLOOR
        return y / y.sum(1, keepdim=True)

    def inner_tensors(self):
        """Convolutions [maps, inputs, frames, bands], with the batch norm in them; the
        transposed ones [inputs, maps, 1, 2]."""
        named = {}
        for name, module in self.named_modules():
            if isinstance(module, Convolution):
                named[name + ".weight"], named[name + ".bias"] = module.folded()
            elif isinstance(module, nn.ConvTranspose2d):
                named[name + ".weight"], named[name + ".bias"] = module.weight, module.bias
        return named

    def load_inner(self, state, tensors):
        for name, module in self.named_modules():
            if isinstance(module, Convolution):
                state[name + ".kernel.weight"] = tensors[name + ".weight"]
                state[name + ".norm.weight"].fill_(1)
                state[name + ".norm.bias"] = tensors[name + ".bias"]
                state[name + ".norm.running_mean"].zero_()
                state[name + ".norm.running_var"].fill_(1 - module.norm.eps)
            elif isinstance(module, nn.ConvTranspose2d):
                state[name + ".weight"], state[name + ".bias"] = (
                    tensors[f"{name}.{part}"] for part in ("weight", "bias"))
