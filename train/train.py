"""Trains a network on a cache of stems and writes a model file.

It saves checkpoints; the same command continues from the last one.
"""

import argparse
import copy
import functools
import math
import os
import time

import numpy as np
import torch
import torch.distributed as distributed

import fused
from architectures import ARCHITECTURES, read_network
from evaluate import evaluate, mean_by_stem, network_separator
from losses import LOSSES, features
from mixing import Batches, Mixer, Pool
from network import STEMS, read_tensors
from optimisers import muon
from readers import find_songs
from stft import Stft

SAVE_EVERY = 100   # steps
WARM_UP = 50       # steps to the full rate
STATISTICS = 12    # batches, if it standardises its features


@torch.no_grad()
def standardise(net, stft, batches, count):
    """Sets the network's per-bin feature statistics from a few batches."""
    found = torch.cat([features(net, stft, *next(batches)[:2]).flatten(0, 1)
                       for _ in range(count)])
    net.feature_mean.copy_(found.mean(0))
    net.feature_scale.copy_(1 / (found.std(0) + 1e-3 * found.std()))


def score(net, songs, name, log):
    """The mean of the stems, after a line a song."""
    results = evaluate(songs, network_separator(net))
    for song, scores in results.items():
        print(f"  {song} " + " ".join(f"{k} {v:.2f}" for k, v in scores.items()), file=log)
    means = mean_by_stem(results, net.OUTPUTS)
    print(f"{name}: mean {np.mean(list(means.values())):.3f} "
          + " ".join(f"{k} {v:.2f}" for k, v in means.items()), file=log)


def average_gradients(net):
    """Over the processes of a data-parallel run."""
    flat = torch.cat([p.grad.flatten() for p in net.parameters()])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    for p, part in zip(net.parameters(), flat.split([p.numel() for p in net.parameters()])):
        p.grad.copy_(part.view_as(p))


def pairs(arguments):
    """NAME=NUMBER ... as a dictionary."""
    return {name: float(value) for name, value in (pair.split("=") for pair in arguments)}


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", help="folder filled by prepare.py")
    parser.add_argument("run", help="folder for checkpoint and log")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default="chandna")
    parser.add_argument("--model", help="model file to write (default: RUN/ARCHITECTURE.safetensors)")
    parser.add_argument("--start", metavar="MODEL",
                        help="model file whose weights and sizes to begin with")
    parser.add_argument("--validation", help="folder of songs to score now and then")
    parser.add_argument("--held-back", nargs="*", default=[],
                        help="songs to validate on and never train on")
    parser.add_argument("--heard", nargs="*", default=[],
                        help="songs that it trains on, to score beside those held back: is it "
                        "short of material, or of passes?")
    parser.add_argument("--weight", nargs="*", default=[], metavar="SET=W",
                        help="how often to draw from a set of the cache (default 1)")
    parser.add_argument("--only-free", action="store_true",
                        help="use only what is CC0, CC BY, MIT or BSD, or rendered from such")
    parser.add_argument("--share", type=float, default=1.0,
                        help="of the items to use: what would less material teach?")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0,
                        help="of the examples: another when going on from --start")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4, help="of an example")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--decay", type=int, default=0,
                        help="steps at the end over which the rate falls to nothing")
    parser.add_argument("--optimiser", choices=("adamw", "muon"), default="adamw")
    parser.add_argument("--hard", type=float, default=1.0,
                        help="share of the examples with effects, rooms, other speeds, codecs; "
                        "the others are mixed as they were produced")
    parser.add_argument("--loss", choices=LOSSES,
                        help="heard: error of the sound and of compressed magnitudes; masked: "
                        "squared error of masked magnitudes (default: the architecture's; "
                        "deepconvsep has one of its own)")
    parser.add_argument("--emphasis", nargs="*", default=[], metavar="STEM=W",
                        help="what a stem weighs in the loss (default 1)")
    parser.add_argument("--ema", type=float, default=0.995)
    parser.add_argument("--validate-every", type=int, default=300)
    parser.add_argument("--loaders", type=int, default=1, help="processes that mix examples")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu",
                        help="cpu, or cuda: the network then computes in bfloat16 (default %(default)s)")
    parser.add_argument("--name", help="of the model, for users (default: the architecture's)")
    parser.add_argument("--licence", default="unstated")
    parser.add_argument("--trained-on", default="unstated", help="for the model's metadata")
    # Networks share the names of sizes; the values differ unless given.
    kinds = {size: type(getattr(net.Sizes, size)) for net in ARCHITECTURES.values()
             for size in net.OPTIONS}
    for size in sorted(kinds):
        defaults = ", ".join(f"{net.ARCHITECTURE} {getattr(net.Sizes, size)}"
                             for net in ARCHITECTURES.values() if size in net.OPTIONS)
        parser.add_argument("--" + size, type=kinds[size], help=f"of the network ({defaults})")
    return parser.parse_args()


def main():
    args = parse()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    os.makedirs(args.run, exist_ok=True)
    checkpoint = os.path.join(args.run, "checkpoint.pt")
    model = args.model or os.path.join(args.run, args.architecture + ".safetensors")
    rank = int(os.environ.get("RANK", 0))
    if "RANK" in os.environ:
        distributed.init_process_group("gloo")
    # The first process logs, scores and saves for all.
    log = open(os.devnull if rank else os.path.join(args.run, "log.txt"), "a", buffering=1)

    device = torch.device(args.device)
    architecture = ARCHITECTURES[args.architecture]
    begun = vars(read_network(args.start).sizes) if args.start else {}
    sizes = architecture.Sizes(**{**begun, **{size: getattr(args, size) for size in architecture.OPTIONS
                                              if getattr(args, size) is not None}})
    stft = Stft(sizes.analysis, sizes.synthesis, sizes.hop, device)
    net = architecture(sizes).to(device)
    emphasis = pairs(args.emphasis)
    weights = torch.tensor([emphasis.get(stem, 1.0) for stem in net.OUTPUTS], device=device)
    objective = getattr(net, "loss", functools.partial(LOSSES[args.loss or net.LOSS], net,
                                                       weights=weights if emphasis else None))
    optimiser = muon(net, args.rate) if args.optimiser == "muon" else net.optimiser(args.rate)
    first = 0
    saved = torch.load(checkpoint, map_location=device) if os.path.exists(checkpoint) else None
    if saved:
        first = saved["step"]

    pool = Pool(args.cache, args.held_back, pairs(args.weight), args.only_free, args.share)
    for stem in STEMS:
        hours = sum(r.samples for r in pool.stems[stem]) / sizes.sample_rate / 3600
        print(f"{stem}: {len(pool.stems[stem])} recordings, {hours:.2f} h", file=log)
    print(f"{args.architecture}: {sum(p.numel() for p in net.parameters())} parameters, "
          f"{sizes.macs_per_hop() / 1e6:.2f} MMAC a hop", file=log)
    if device.type == "cpu" and args.architecture == "bandgru":
        print(fused.describe(), file=log)
    samples = int(args.seconds * sizes.sample_rate) // sizes.period * sizes.period
    drawn = STATISTICS if hasattr(net, "feature_mean") else 0
    dataset = Batches(Mixer(pool, samples, net.STEREO, net.PARTIAL, hard=args.hard), args.batch,
                      first + drawn if saved else 0, (args.seed, rank))
    batches = torch.utils.data.DataLoader(
        dataset, batch_size=None, num_workers=args.loaders, prefetch_factor=4)
    batches = ([t if t is None else t.to(device) for t in batch] for batch in batches)
    songs = find_songs(args.validation) if args.validation else {}
    scored = {name: {song: songs[song] for song in chosen if song in songs}
              for name, chosen in (("validation", args.held_back), ("heard", args.heard))}

    if saved:
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
    else:
        if drawn:
            standardise(net, stft, batches, drawn)
        if args.start:
            net.load(read_tensors(args.start))
    if distributed.is_initialized():
        for t in net.state_dict().values():
            distributed.broadcast(t, 0)
    average = copy.deepcopy(net).eval()
    if saved:
        average.load_state_dict(saved["average"])

    recent, began = [], time.time()
    for step in range(first, args.steps):
        rate = args.rate * min(1, (step + 1) / WARM_UP, (args.steps - step) / (args.decay + 1))
        for group in optimiser.param_groups:
            group["lr"] = rate
        value, distortion = objective(stft, *next(batches))
        optimiser.zero_grad()
        value.backward()
        if distributed.is_initialized():
            average_gradients(net)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        keep = min(args.ema, (step + 1) / (step + 10))
        with torch.no_grad():
            for a, p in zip(average.state_dict().values(), net.state_dict().values()):
                a.lerp_(p, 1 - keep) if a.is_floating_point() else a.copy_(p)
        recent.append((value.item(), distortion.item()))
        if not math.isfinite(recent[-1][0]):
            raise SystemExit(f"train.py: the loss is {recent[-1][0]} at step {step + 1}; "
                             f"{checkpoint} keeps an earlier state: go on from it with a lower --rate")

        if (step + 1) % 50 == 0:
            value, distortion = np.mean(recent[-50:], axis=0)
            print(f"step {step + 1} loss {value:.4f} distortion {distortion:.2f} dB "
                  f"{(time.time() - began) / (step + 1 - first):.2f} s/step", file=log)
        last = step + 1 == args.steps
        if rank == 0 and ((step + 1) % SAVE_EVERY == 0 or last):
            torch.save({"step": step + 1, "net": net.state_dict(), "average": average.state_dict(),
                        "optimiser": optimiser.state_dict()}, checkpoint + ".part")
            os.replace(checkpoint + ".part", checkpoint)
        if rank == 0 and ((step + 1) % args.validate_every == 0 or last):
            average.write(model, args.licence, args.trained_on, args.name, half=True)
            scoring = copy.deepcopy(average).cpu()
            for name, songs in scored.items():
                if songs:
                    score(scoring, songs, f"{name} {step + 1}", log)


if __name__ == "__main__":
    main()
