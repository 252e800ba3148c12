"""The streaming `mdensenet3w` network: harmonic and percussive by two sigmoid masks.

After Lordelo et al. 2019 (WASPAA, arXiv 1905.01899): multi-scale dense networks side by
side, one of square, one of vertical (along frequency) and one of horizontal kernels
(along time), joined by a last dense block. To run live, convolutions see only the past,
and pooling is over frequency only, so that the C engine computes the same masks frame
by frame. The rows of its maps are bands that widen with frequency instead of single
bins: an affine layer per band comes first and last.
"""

from dataclasses import dataclass
from math import prod

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
    separable: int = 0                     # 1: a filter per map, then 1x1; not for the engine
    lookahead: int = 1

    dense, pool = 1, (1, 2)                # what DenseBlock and Branch ask for besides

    def macs_per_hop(self):
        return MDenseNet(self).macs()

    def branches(self):
        """[(bands, frames)] of the kernels."""
        return [tuple(map(int, kernel.split("x"))) for kernel in self.kernels.split(",")]


def multiplies(module):
    """Multiply-adds of its convolutions for each position of their kernels."""
    return sum(m.weight.numel() for m in module.modules()
               if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)))


class Convolution(nn.Module):
    """Convolution over [batch, maps, frames, bands], batch norm, ReLU. Separable (Mersy and
    Kuan 2021), every map is filtered by itself, then 1x1 goes across the maps."""

    def __init__(self, inputs, outputs, kernel, sizes, leak=0.0):
        super().__init__()
        bands, frames = kernel
        past = frames - 1 if sizes.causal else frames // 2
        self.padding, self.leak = (bands // 2, bands // 2, past, frames - 1 - past), leak
        self.depthwise = None
        if sizes.separable:
            self.depthwise = nn.Conv2d(inputs, inputs, (frames, bands), groups=inputs, bias=False)
            frames, bands = 1, 1
        self.kernel = nn.Conv2d(inputs, outputs, (frames, bands), bias=False)
        self.norm = nn.BatchNorm2d(outputs, momentum=0.02)

    def forward(self, x):
        x = F.pad(x, self.padding)
        if self.depthwise:
            x = self.depthwise(x)
        return F.leaky_relu(self.norm(self.kernel(x)), self.leak)

    def folded(self):
        """Weights and bias with the batch norm in them, by their names in the model file."""
        scale = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        weight = self.kernel.weight * scale[:, None, None, None]
        bias = self.norm.bias - self.norm.running_mean * scale
        if self.depthwise:
            return {"depthwise.weight": self.depthwise.weight, "pointwise.weight": weight,
                    "bias": bias}
        return {"weight": weight, "bias": bias}

    def unfolded(self, tensors):
        """The state whose `folded()` they are: the batch norm then changes nothing."""
        state = {"norm.weight": torch.ones_like(self.norm.weight), "norm.bias": tensors["bias"],
                 "norm.running_mean": torch.zeros_like(self.norm.running_mean),
                 "norm.running_var": torch.full_like(self.norm.running_var, 1 - self.norm.eps)}
        if self.depthwise:
            return {**state, "depthwise.weight": tensors["depthwise.weight"],
                    "kernel.weight": tensors["pointwise.weight"]}
        return {**state, "kernel.weight": tensors["weight"]}


class DenseBlock(nn.Module):
    """Each convolution sees the block's input and the maps of all before it; the last
    one's maps go out. Not `dense`, each sees the maps of the one before it alone."""

    def __init__(self, inputs, outputs, sizes, kernel, depth, leak=0.0):
        super().__init__()
        self.dense, self.layers = sizes.dense, nn.ModuleList()
        for i in range(depth):
            last = i + 1 == depth
            self.layers.append(Convolution(inputs, outputs if last else sizes.growth, kernel, sizes,
                                           leak))
            inputs = inputs + sizes.growth if sizes.dense else sizes.growth

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.cat([x, layer(x)], 1) if self.dense else layer(x)
        return self.layers[-1](x)


class Branch(nn.Module):
    """Down by pooling, `sizes.pool` (frames, bands) at a time, up again, each way a dense
    block per level."""

    def __init__(self, sizes, kernel):
        super().__init__()
        self.pool, s = sizes.pool, sizes
        self.down = nn.ModuleList([
            DenseBlock(s.growth if i else s.width, s.growth, s, kernel, s.depth)
            for i in range(s.levels + 1)])
        self.rise = nn.ModuleList([
            nn.ConvTranspose2d(s.growth, s.growth, s.pool, s.pool) for _ in range(s.levels)])
        self.up = nn.ModuleList([
            DenseBlock(2 * s.growth, s.growth, s, kernel, s.depth) for _ in range(s.levels)])

    def forward(self, x):
        skipped = []
        for block in self.down[:-1]:
            skipped.append(block(x))
            x = F.max_pool2d(skipped[-1], self.pool)
        x = self.down[-1](x)
        for rise, block in zip(self.rise, self.up):
            x = block(torch.cat([skipped.pop(), rise(x)], 1))
        return x

    def macs(self, positions):
        """Multiply-adds for so many positions (frames times bands) of its input."""
        at = [positions // prod(self.pool) ** level for level in range(len(self.down))]
        return sum(n * multiplies(layer) for layers, level in (
            (self.down, at), (self.rise, at[:0:-1]), (self.up, at[-2::-1]))
            for layer, n in zip(layers, level))


def convolution_tensors(net):
    """Of its convolutions, [maps, inputs, frames, bands] with the batch norm in them, and
    the transposed ones, [inputs, maps, frames, bands]; by name."""
    named = {}
    for name, module in net.named_modules():
        if isinstance(module, Convolution):
            named.update({f"{name}.{part}": tensor for part, tensor in module.folded().items()})
        elif isinstance(module, nn.ConvTranspose2d):
            named[name + ".weight"], named[name + ".bias"] = module.weight, module.bias
    return named


def load_convolutions(net, state, tensors):
    """Puts what `convolution_tensors` gave into the state of a network."""
    for name, module in net.named_modules():
        if isinstance(module, (Convolution, nn.ConvTranspose2d)):
            own = {part[len(name) + 1:]: tensor for part, tensor in tensors.items()
                   if part.startswith(name + ".")}
            own = module.unfolded(own) if isinstance(module, Convolution) else own
            state.update({f"{name}.{part}": tensor for part, tensor in own.items()})


class MDenseNet(BandNetwork):
    ARCHITECTURE = "mdensenet3w"
    Sizes = Sizes
    OPTIONS = ("bands", "kernels", "taps", "width", "growth", "depth", "levels", "causal",
               "separable", "lookahead")
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

    def macs(self):
        """Multiply-adds for one frame."""
        bands = sum(count for count, _ in self.runs)
        ends = sum(w.numel() for w in (*self.encoder.weights, *self.decoder.weights))
        return ends + sum(b.macs(bands) for b in self.branches) + bands * multiplies(self.join)

    def inner_tensors(self):
        return convolution_tensors(self)

    def load_inner(self, state, tensors):
        load_convolutions(self, state, tensors)
