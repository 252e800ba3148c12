"""An experiment: stems with next to no delay, each a short filter of the mixture.

The newest masks of a network are turned into filters of the mixture in time, which delay it
by no more than `--delay` samples however late the network is. docs/experiments.md has the results.

    zero.py MODEL SONGS [--kind KIND] [--taps N] [--delay N] [--start S] [--seconds S]
"""

import argparse

import numpy as np
import torch
import torch.nn.functional as F
from scipy.linalg import solve_toeplitz
from scipy.ndimage import uniform_filter1d

from architectures import read_network
from metrics import usdr
from network import STEMS
from readers import find_songs
from songs import read_song, references_of
from stft import Stft

ANALYSIS = 4096


def asymmetric(taps, delay):
    """Rises over the delay to one, then falls: the sum of the filters stays a delay."""
    n = np.arange(taps)
    rise = np.sin(np.pi / 2 * (n + 1) / (delay + 1)) ** 2
    fall = np.cos(np.pi / 2 * (n - delay) / (taps - delay)) ** 2
    return np.where(n <= delay, rise, fall)


def truncated(power, masks, taps, delay):
    """The masks' zero-phase filters, delayed and cut off: linear phase where taps = 2 delay."""
    return np.roll(np.fft.irfft(masks), delay, -1)[..., :taps] * asymmetric(taps, delay)


def minimum_phase(power, masks, taps, delay, floor=0.03, smooth=9):
    """Of the masks' magnitudes by the cepstrum; they have no delay to speak of."""
    fold = np.zeros(ANALYSIS)
    fold[[0, ANALYSIS // 2]], fold[1:ANALYSIS // 2] = 1, 2
    cepstrum = np.fft.irfft(np.log(np.maximum(uniform_filter1d(masks, smooth), floor)))
    h = np.fft.irfft(np.exp(np.fft.rfft(cepstrum * fold)))[..., :taps]
    return np.roll(h * asymmetric(taps, 0), delay, -1)


def wiener(power, masks, taps, delay, loading=1e-3):
    """The causal filters that come closest in the mean square to the masks' stems, `delay`
    samples late, where the spectrum stays what it was in the last frame."""
    own = np.fft.irfft(power)
    own[:, 0] = own[:, 0] * (1 + loading) + 1e-9
    wanted = np.roll(np.fft.irfft(power * masks), delay, -1)[..., :taps]
    return np.stack([solve_toeplitz(row[:taps], b.T).T for row, b in zip(own, wanted.swapaxes(0, 1))], 1)


KINDS = {"truncated": truncated, "minimum": minimum_phase, "wiener": wiener}


@torch.no_grad()
def steps(net, mixture):
    """[2, samples] -> the masks [stems, steps, bins] of each step of the network, the newest it has
    then, and the power of that frame [steps, bins]."""
    s = net.sizes
    stft = Stft(s.analysis, s.synthesis, s.hop)
    spectrum = stft.spectrum(F.pad(torch.from_numpy(mixture), (0, -mixture.shape[-1] % s.hop)))[:, ::s.renew]
    seen = spectrum[..., :s.bins]
    masks = net.full_masks(net.in_turn(net.features(seen[0], seen[1], s, s.hop * s.renew)))
    return masks.numpy(), spectrum.abs().square().sum(0).numpy()


def filtered(mixture, filters, sizes):
    """[2, samples], [stems, steps, taps] -> stems [stems, 2, samples]. The filters of a frame are
    heard a hop after its end, the time its worker has; they cross-fade within a hop."""
    hop, every, taps = sizes.hop, sizes.hop * sizes.renew, filters.shape[-1]
    length, count = every + hop, filters.shape[1]
    fade = np.sin(np.pi / 2 * (np.arange(hop) + 0.5) / hop) ** 2
    window = np.concatenate([fade, np.ones(every - hop), fade[::-1]])
    size = 1 << (length + taps - 1).bit_length()
    starts = 2 * hop + every * np.arange(count)
    samples = mixture.shape[-1]
    padded = np.pad(mixture, ((0, 0), (taps, every + 4 * hop + size)))
    segments = np.stack([padded[:, start + 1:start + length + taps] for start in starts if start < samples], 1)
    heard = np.fft.rfft(segments, size)
    out = np.zeros((len(filters), 2, samples + length + size), np.float32)
    for s, h in enumerate(filters[:, :segments.shape[1]]):
        blocks = np.fft.irfft(heard * np.fft.rfft(h, size), size)[..., taps - 1:taps - 1 + length] * window
        for j, start in enumerate(starts[:segments.shape[1]]):
            out[s, :, start:start + length] += blocks[:, j]
    return out[..., :samples]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("songs", help="folder of SONG/STEM.*")
    parser.add_argument("--kind", choices=KINDS, default="wiener")
    parser.add_argument("--taps", type=int, default=128)
    parser.add_argument("--delay", type=int, default=64)
    parser.add_argument("--start", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=25)
    args = parser.parse_args()
    torch.set_num_threads(1)
    net = read_network(args.model)
    found = {}
    for song, paths in find_songs(args.songs).items():
        first = int(args.start * net.sizes.sample_rate)
        stems = read_song(paths)[..., first:first + int(args.seconds * net.sizes.sample_rate)]
        mixture = stems.sum(0)
        masks, power = steps(net, mixture)
        estimates = filtered(mixture, KINDS[args.kind](power, masks, args.taps, args.delay), net.sizes)
        late = np.pad(stems, ((0, 0), (0, 0), (args.delay, 0)))[..., :stems.shape[-1]]
        estimates[-1] = late.sum(0) - estimates[:-1].sum(0)
        found[song] = usdr(references_of(late), dict(zip(STEMS, estimates)))
        print(song, *(f"{stem} {db:.2f}" for stem, db in found[song].items()), flush=True)
    print("mean", *(f"{stem} {np.mean([f[stem] for f in found.values() if stem in f]):.2f}" for stem in STEMS))


if __name__ == "__main__":
    main()
