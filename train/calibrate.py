"""Shifts and flattens the logits of a bandgru model, at no cost for the engine. Given several
models of successive runs, it first takes the mean of their weights
(Wortsman et al., "Model soups", 2022).

The mixes of the training have their own balance, for example how often a voice is silent.
This tool corrects the resulting bias of the masks with offsets, chosen on songs that were
not trained on: --validation shows the effect of a choice on them.
"""

import argparse
import os

import numpy as np
import torch

from architectures import read_network
from evaluate import evaluate, mean_by_stem
from modelfile import read_model
from network import STEMS, read_tensors
from readers import find_songs
from separators import network_separator


def mean(models):
    """Of the tensors of each."""
    return {name: sum(tensors[name] for tensors in models) / len(models) for name in models[0]}


@torch.no_grad()
def calibrate(net, scale, offsets):
    """Logits -> scale * logits + the stem's offset."""
    for weight, bias in zip(net.decoder.weights, net.decoder.biases):
        weight *= scale
        bias *= scale
        # A band's outputs are its bins of the first stem, then of the second, ...
        bias += offsets.repeat_interleave(bias.shape[-1] // len(STEMS))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="model files of one bandgru")
    parser.add_argument("out", help="model file to write")
    parser.add_argument("--scale", type=float, default=1.0, help="below 1 the masks are softer")
    for stem in STEMS:
        parser.add_argument("--" + stem, type=float, default=0.0, help="offset of its logits")
    parser.add_argument("--validation", help="folder of songs to score before and after")
    parser.add_argument("--held-back", nargs="*", default=[], help="which of them")
    args = parser.parse_args()

    net, metadata = read_network(args.models[0]), read_model(args.models[0])[1]
    net.load(mean([read_tensors(path) for path in args.models]))
    songs = find_songs(args.validation) if args.validation else {}
    songs = {song: songs[song] for song in args.held_back}
    for when in ("before", "after"):
        if when == "after":
            calibrate(net, args.scale, torch.tensor([getattr(args, stem) for stem in STEMS]))
        if songs:
            means = mean_by_stem(evaluate(songs, network_separator(net)), STEMS)
            print(f"{when}: mean {np.mean(list(means.values())):.3f} "
                  + " ".join(f"{stem} {value:.2f}" for stem, value in means.items()))
    net.write(args.out + ".part", metadata["licence"], metadata["trained_on"], half=True,
              name=metadata["name"])
    os.replace(args.out + ".part", args.out)


if __name__ == "__main__":
    main()
