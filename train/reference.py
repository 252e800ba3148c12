"""Writes a model with an input and its masks, for the engine's tests.

The masks are PyTorch's over the whole input at once; an engine that streams
the frames one by one must give the same.
"""

import argparse

import numpy as np
import torch

from architectures import ARCHITECTURES, read_network

GEOMETRY = dict(analysis=128, synthesis=64, hop=32, bins=37)
TINY = {"chandna": dict(n1=5, n2=4, taps=3, context=4, nn=6),
        "bandgru": dict(bands="3x2,2x5,1x21", taps=3, n=5, blocks=2),
        "mdensenet3w": dict(bands="4x2,3x5,1x14", kernels="3x3,5x1,1x4", taps=2, width=6,
                            growth=3, depth=3, levels=2)}


def tiny(architecture, **sizes):
    network = ARCHITECTURES[architecture]
    net = network(network.Sizes(**sizes, **GEOMETRY, **TINY[architecture]))
    for p in net.parameters():
        torch.nn.init.uniform_(p, -0.6, 0.6)
    # The model file holds none of what follows: it must come out folded into the weights.
    for norm in net.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(norm.weight, 0.3, 0.8)
            torch.nn.init.uniform_(norm.running_mean, -0.3, 0.3)
            torch.nn.init.uniform_(norm.running_var, 0.5, 1.5)
    torch.nn.init.uniform_(net.feature_mean, 0, 1)
    torch.nn.init.uniform_(net.feature_scale, 0.5, 1.5)
    return net.eval()


def images(spectrum):
    """[frames, 2, ...] as a mix that leans to the middle; then, for as long, without its right
    channel, with that upside down, and with that 12 dB down."""
    spectrum[:, 1] = spectrum[:, 0] + spectrum[:, 1] / 4
    for part, gain in zip(spectrum.chunk(4), (1, 0, -1, 0.25)):
        part[:, 1] *= gain
    return spectrum


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--model", help="model file (default: tiny random weights)")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default="chandna",
                        help="of the tiny model")
    parser.add_argument("--lookahead", type=int, default=0, help="of the tiny model")
    parser.add_argument("--stride", type=int, default=1, help="of the tiny model")
    parser.add_argument("--norm-seconds", type=float, default=3, help="of the tiny model")
    parser.add_argument("--images", action="store_true",
                        help="the right channel goes, is turned over, is quiet")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    net = read_network(args.model) if args.model else tiny(
        args.architecture, lookahead=args.lookahead, stride=args.stride,
        norm_seconds=args.norm_seconds)
    s = net.sizes
    # Noise whose loudness wanders over 40 dB, with a silence in it.
    loudness = 10 ** (2 * torch.rand(args.frames, 1, 1, 1) - 1)
    loudness[args.frames // 2:args.frames // 2 + 5] = 0
    spectrum = torch.randn(args.frames, 2, s.bins, 2) * loudness * s.analysis / 100
    if args.images:
        spectrum = images(spectrum)
    left, right = torch.view_as_complex(spectrum).unbind(1)
    with torch.no_grad():
        masks = net.in_turn(net.features(left, right, s, s.hop)).transpose(0, 1)
    net.write(args.out, "CC0-1.0", "nothing: random weights" if not args.model else args.model,
              extra={"test.spectrum": spectrum.numpy(), "test.masks": masks.numpy().astype(np.float32)})


if __name__ == "__main__":
    main()
