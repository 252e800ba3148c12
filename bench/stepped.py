"""The networks one frame at a time in PyTorch, their past kept in tensors that go in and
come out: what a plugin built on PyTorch or ONNX Runtime would run."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from bandgru import BandGru
from mdensenet import Convolution, MASK_FLOOR, MDenseNet


class SteppedEncoder(nn.Module):
    """The newest features [2, bins] -> [bands, 1, encoded]."""

    def __init__(self, net):
        super().__init__()
        self.net = net
        self.past = torch.zeros(net.sizes.taps - 1, 2, net.sizes.bins)

    def forward(self, feature, past):
        net = self.net
        feature = (feature - net.feature_mean) * net.feature_scale
        seen = torch.cat([past, feature[None]])
        parts = seen.split([bands * width for bands, width in net.runs], 2)
        parts = [part.reshape(-1, bands, width).transpose(0, 1).reshape(bands, 1, -1)
                 for part, (bands, width) in zip(parts, net.runs)]
        return torch.cat(net.encoder(parts)), seen[1:]


def decode(net, x):
    """[bands, 1, decoded] -> logits [outputs, bins]."""
    parts = net.decoder(x.split([bands for bands, _ in net.runs]))
    outputs = len(net.OUTPUTS)
    return torch.cat([y.reshape(bands, outputs, width).transpose(0, 1).reshape(outputs, -1)
                      for y, (bands, width) in zip(parts, net.runs)], 1)


class SteppedMDenseNet(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net, self.encoder = net, SteppedEncoder(net)
        self.folded, self.states = {}, [self.encoder.past]
        bands = sum(bands for bands, _ in net.runs)
        for at, module in enumerate(m for m in net.modules() if isinstance(m, Convolution)):
            for name, value in module.folded().items():
                self.register_buffer(f"{name}_{at}", value.detach().clone())
            self.folded[module] = at
        self.place = {}
        for branch in net.branches:
            levels = len(branch.down) - 1
            for i, block in enumerate(branch.down):
                self.add_states(block, bands >> i)
            for i, block in enumerate(branch.up):
                self.add_states(block, bands >> (levels - 1 - i))
        self.add_states(net.join, bands)

    def add_states(self, block, bands):
        for layer in block.layers:
            past = layer.kernel.kernel_size[0] - 1
            if past:
                self.place[layer] = len(self.states)
                self.states.append(torch.zeros(1, layer.kernel.in_channels, past, bands))

    def convolve(self, layer, x, states, new):
        if layer in self.place:
            x = torch.cat([states[self.place[layer]], x], 2)
            new[self.place[layer]] = x[:, :, 1:]
        at = self.folded[layer]
        y = F.conv2d(x, getattr(self, f"weight_{at}"), getattr(self, f"bias_{at}"),
                     padding=(0, layer.kernel.kernel_size[1] // 2))
        return F.leaky_relu(y, layer.leak) if layer.leak else F.relu(y)

    def block(self, block, x, states, new):
        for layer in block.layers[:-1]:
            x = torch.cat([x, self.convolve(layer, x, states, new)], 1)
        return self.convolve(block.layers[-1], x, states, new)

    def branch(self, branch, x, states, new):
        skipped = []
        for block in branch.down[:-1]:
            skipped.append(self.block(block, x, states, new))
            x = F.max_pool2d(skipped[-1], (1, 2))
        x = self.block(branch.down[-1], x, states, new)
        for rise, block in zip(branch.rise, branch.up):
            x = self.block(block, torch.cat([skipped.pop(), rise(x)], 1), states, new)
        return x

    def forward(self, feature, *states):
        new = list(states)
        x, new[0] = self.encoder(feature, states[0])
        x = x.permute(1, 2, 0)[:, :, None]
        x = torch.cat([self.branch(branch, x, states, new) for branch in self.net.branches], 1)
        x = self.block(self.net.join, x, states, new)
        y = torch.sigmoid(decode(self.net, x[0].permute(2, 1, 0))) + MASK_FLOOR
        return (y / y.sum(0, keepdim=True), *new)


class SteppedBandGru(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net, self.encoder = net, SteppedEncoder(net)
        bands = sum(bands for bands, _ in net.runs)
        self.states = [self.encoder.past] + [torch.zeros(1, bands, net.sizes.n) for _ in net.blocks]

    def forward(self, feature, *states):
        new = list(states)
        x, new[0] = self.encoder(feature, states[0])
        x = x[:, 0]
        for i, block in enumerate(self.net.blocks, 1):
            h, new[i] = block.gru(block.time_norm(x)[None], states[i])
            x = x + block.time_out(h[0])
            h = block.band_norm(x).transpose(0, 1)
            x = x + block.band_out(F.relu(block.band_in(h))).transpose(0, 1)
            x = x + block.channel_out(F.relu(block.channel_in(block.channel_norm(x))))
        x = torch.tanh(self.net.head(self.net.head_norm(x)))
        return (torch.softmax(self.net.sizes.mask_power * decode(self.net, x[:, None]), 0), *new)


def stepped(net):
    """A module (feature [2, bins], *states) -> (masks [outputs, bins], *states); its
    `states` are those before the first frame."""
    return {BandGru: SteppedBandGru, MDenseNet: SteppedMDenseNet}[type(net)](net).eval()


def run(step, states, features):
    """Every frame of [frames, 2, bins] -> masks [outputs, frames, bins]."""
    masks = []
    for feature in features:
        mask, *states = step(feature, *states)
        masks.append(mask)
    return torch.stack(masks, 1)
