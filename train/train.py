"""Trains a network on a cache of stems and writes a model file.

A checkpoint is saved as it goes; the same command continues from it.
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

from architectures import ARCHITECTURES
from evaluate import evaluate, mean_by_stem, network_separator
from mixing import Batches, Mixer, Pool
from network import STEMS, read_tensors
from readers import find_songs
from stft import Stft

BURN_IN_SECONDS = 0.5   # not scored: the network's past is still empty
FLOOR = 0.01            # errors 20 dB below the mixture no longer count
SPECTRAL_WEIGHT = 0.5
SAVE_EVERY = 100        # steps


def spectra(net, stft, stems, right):
    """Stems and mixture of the left channel within the network's bins, and its features."""
    stems = stft.spectrum(stems)[..., :net.sizes.bins]
    mixture = stems.sum(1)
    right = mixture if right is None else stft.spectrum(right)[..., :net.sizes.bins]
    return stems, mixture, net.features(mixture, right, net.sizes)


def sums(alone):
    """Matrices of the sums that are known: each stem, or a stem that stands alone and (as
    "other") all the rest."""
    every, rest = torch.eye(len(STEMS)), torch.zeros(len(STEMS), len(STEMS))
    rest[STEMS.index("other")] = 1
    return torch.stack([every if i < 0 else torch.where(every[i] > 0, every, rest)
                        for i in alone.tolist()]).to(alone.device)


def loss(net, stft, audio, right, limits, alone):
    s = net.sizes
    audio = net.targets(audio)
    stems, mixture, feature = spectra(net, stft, audio, right)
    with torch.autocast(audio.device.type, torch.bfloat16, enabled=audio.is_cuda):
        masks = net(feature)
    masks = masks.float()[:, :, s.lookahead:]
    frames = masks.shape[2]
    stems, mixture = stems[:, :, :frames], mixture[:, None, :frames]
    if masks.shape[1] == len(STEMS):
        masks = torch.bmm(sums(alone), masks.flatten(2)).view_as(masks)
    # Above an example's limit nothing is scored. Real arithmetic: PyTorch copies
    # a real factor of a complex product.
    hz = torch.arange(s.bins, device=limits.device) * (s.sample_rate / s.analysis)
    heard = (hz < limits[:, None]).float()[:, None, None, :, None]
    stems = torch.view_as_real(stems) * heard
    mixture = torch.view_as_real(mixture) * heard

    # The output's error as it will be heard, through the synthesis window: the
    # transform is linear, so the error's spectrum is enough.
    error = stft.audio(torch.view_as_complex(masks[..., None] * mixture - stems))
    skip = int(BURN_IN_SECONDS * s.sample_rate)
    reference = audio.sum(1, keepdim=True)[..., skip:].square().mean(-1) + 1e-9
    error = error[..., skip:].square().mean(-1)
    distortion = 10 * torch.log10(error / reference + FLOOR).mean()

    # Compressed magnitudes: the soft and the high parts, which energy ignores.
    # Every other frame tells as much.
    root = mixture[:, :, ::2].square().sum(-1) ** 0.25
    target = stems[:, :, ::2].square().sum(-1) ** 0.25
    scale = root.mean((2, 3), keepdim=True) + 1e-6
    spectral = (((masks[:, :, ::2] + 1e-6).sqrt() * root - target).abs() / scale).mean()
    return distortion / 10 + SPECTRAL_WEIGHT * spectral, distortion.detach()


@torch.no_grad()
def standardise(net, stft, batches, count=12):
    """Sets the network's per-bin feature statistics from a few batches."""
    found = torch.cat([spectra(net, stft, *next(batches)[:2])[2].flatten(0, 1)
                       for _ in range(count)])
    net.feature_mean.copy_(found.mean(0))
    net.feature_scale.copy_(1 / (found.std(0) + 1e-3 * found.std()))


def average_gradients(net):
    """Over the processes of a data-parallel run."""
    flat = torch.cat([p.grad.flatten() for p in net.parameters()])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    for p, part in zip(net.parameters(), flat.split([p.numel() for p in net.parameters()])):
        p.grad.copy_(part.view_as(p))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", help="folder filled by prepare.py")
    parser.add_argument("run", help="folder for checkpoint and log")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default="chandna")
    parser.add_argument("--model", help="model file to write (default: RUN/ARCHITECTURE.safetensors)")
    parser.add_argument("--start", metavar="MODEL",
                        help="model file of these sizes whose weights to begin with")
    parser.add_argument("--validation", help="folder of songs to score now and then")
    parser.add_argument("--held-back", nargs="*", default=[],
                        help="songs to validate on and never train on")
    parser.add_argument("--weight", nargs="*", default=[], metavar="SET=W",
                        help="how often to draw from a set of the cache (default 1)")
    parser.add_argument("--only-free", action="store_true",
                        help="use only what is CC0, CC BY, MIT or BSD, or rendered from such")
    parser.add_argument("--share", type=float, default=1.0,
                        help="of the items to use: what would less material teach?")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4, help="of an example")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--ema", type=float, default=0.995)
    parser.add_argument("--validate-every", type=int, default=300)
    parser.add_argument("--loaders", type=int, default=1, help="processes that mix examples")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu",
                        help="cpu, or cuda: the network then computes in bfloat16 (default %(default)s)")
    parser.add_argument("--name", help="of the model, for users (default: the architecture's)")
    parser.add_argument("--licence", default="unstated")
    parser.add_argument("--trained-on", default="unstated", help="for the model's metadata")
    # Networks share names of sizes, not what they are unless told.
    for size in sorted({size for net in ARCHITECTURES.values() for size in net.OPTIONS}):
        defaults = ", ".join(f"{net.ARCHITECTURE} {getattr(net.Sizes, size)}"
                             for net in ARCHITECTURES.values() if size in net.OPTIONS)
        parser.add_argument("--" + size, type=int, help=f"of the network ({defaults})")
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
    # The first process speaks, scores and saves for all.
    log = open(os.devnull if rank else os.path.join(args.run, "log.txt"), "a", buffering=1)

    device = torch.device(args.device)
    architecture = ARCHITECTURES[args.architecture]
    sizes = architecture.Sizes(**{size: getattr(args, size) for size in architecture.OPTIONS
                                  if getattr(args, size) is not None})
    stft = Stft(sizes.analysis, sizes.synthesis, sizes.hop, device)
    net = architecture(sizes).to(device)
    objective = getattr(net, "loss", functools.partial(loss, net))
    optimiser = net.optimiser(args.rate)
    first = 0
    saved = torch.load(checkpoint, map_location=device) if os.path.exists(checkpoint) else None
    if saved:
        first = saved["step"]

    weights = {name: float(w) for name, w in (pair.split("=") for pair in args.weight)}
    pool = Pool(args.cache, args.held_back, weights, args.only_free, args.share)
    for stem in STEMS:
        hours = sum(r.samples for r in pool.stems[stem]) / sizes.sample_rate / 3600
        print(f"{stem}: {len(pool.stems[stem])} recordings, {hours:.2f} h", file=log)
    samples = int(args.seconds * sizes.sample_rate) // sizes.hop * sizes.hop
    dataset = Batches(Mixer(pool, samples, net.STEREO, net.PARTIAL), args.batch, seed=(first, rank))
    batches = torch.utils.data.DataLoader(
        dataset, batch_size=None, num_workers=args.loaders, prefetch_factor=4)
    batches = ([t if t is None else t.to(device) for t in batch] for batch in batches)
    songs = find_songs(args.validation) if args.validation else {}
    songs = {song: songs[song] for song in args.held_back if song in songs}

    if saved:
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
    else:
        standardise(net, stft, batches)
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
        rate = args.rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (
            1 + math.cos(math.pi * step / args.steps)))
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
            if songs:
                results = evaluate(songs, network_separator(copy.deepcopy(average).cpu()))
                for song, scores in results.items():
                    print(f"  {song} " + " ".join(f"{k} {v:.2f}" for k, v in scores.items()), file=log)
                means = mean_by_stem(results, net.OUTPUTS)
                print(f"validation {step + 1}: mean {np.mean(list(means.values())):.3f} "
                      + " ".join(f"{k} {v:.2f}" for k, v in means.items()), file=log)


if __name__ == "__main__":
    main()
