"""Scores separated songs: signal-to-distortion ratio over each whole song.

SDR = 10 log10(sum s^2 / sum (s - estimate)^2) per song and stem, averaged over
the songs ("uSDR"). A stem more than 20 dB below its mixture is not scored.
"""

import argparse
import math
import os
import subprocess
import tempfile

import numpy as np
import soundfile
import torch
from scipy.signal import resample_poly

from architectures import read_network
from network import STEMS
from readers import RATE, find_songs, read_audio

QUIET_DB = -20


def read_song(paths):
    """{stem: path} -> stems [4, channels, samples]; a missing stem is silence."""
    audio = {stem: read_audio(path).T for stem, path in paths.items()}
    channels = max(len(a) for a in audio.values())
    samples = max(a.shape[1] for a in audio.values())
    stems = np.zeros((len(STEMS), channels, samples), np.float32)
    for i, stem in enumerate(STEMS):
        if stem in audio:
            stems[i, :, :audio[stem].shape[1]] = audio[stem]
    return stems


def sdr(reference, estimate):
    error = np.sum((reference - estimate) ** 2, dtype=np.float64)
    return 10 * np.log10(np.sum(reference ** 2, dtype=np.float64) / (error + 1e-20))


def score(references, estimates):
    """{name: SDR} of the stems loud enough to be scored."""
    mixture = references["mixture"]
    loud = np.sum(mixture ** 2) * 10 ** (QUIET_DB / 10)
    return {name: sdr(references[name], estimate) for name, estimate in estimates.items()
            if np.sum(references[name] ** 2) > loud}


def references_of(stems):
    mixture = stems.sum(0)
    drums = stems[STEMS.index("drums")]
    return {**dict(zip(STEMS, stems)), "harmonic": mixture - drums, "percussive": drums,
            "mixture": mixture}


def network_separator(net):
    def separate(mixture):
        estimates = net.separate(torch.from_numpy(mixture)).numpy()
        return dict(zip(STEMS, estimates))
    return separate


def program_separator(program, rate=RATE):
    """Runs `program --quiet MIX.wav --out DIR` at a sample rate and reads DIR/MIX.STEM.wav."""
    def separate(mixture):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "mix.wav")
            common = math.gcd(rate, RATE)
            played = resample_poly(mixture, rate // common, RATE // common, axis=1)
            soundfile.write(path, played.T, rate, subtype="FLOAT")
            subprocess.run([program, "--quiet", path, "--out", folder], check=True)
            estimates = {}
            for name in (*STEMS, "harmonic", "percussive"):
                audio = read_audio(os.path.join(folder, f"mix.{name}.wav")).T
                # The program is stereo; a mono mixture is heard on both sides.
                estimates[name] = audio[:len(mixture), :mixture.shape[1]]
            return estimates
    return separate


def evaluate(songs, separate):
    """{song: {stem: path}} -> {song: {name: SDR}}."""
    results = {}
    for song, paths in songs.items():
        references = references_of(read_song(paths))
        results[song] = score(references, separate(references["mixture"]))
    return results


def mean_by_stem(results, names):
    return {n: np.mean([r[n] for r in results.values() if n in r]) for n in names
            if any(n in r for r in results.values())}


def interval(results, rounds=2000):
    """95 % bootstrap interval, over the songs, of the four-stem mean."""
    rng, songs = np.random.default_rng(0), list(results.values())
    table = np.array([[r.get(s, np.nan) for s in STEMS] for r in songs])
    means = [np.nanmean(np.nanmean(table[rng.integers(len(songs), size=len(songs))], 0))
             for _ in range(rounds)]
    return np.percentile(means, (2.5, 97.5))


def report(title, results, names):
    print(f"\n{title}")
    print(f"{'':24}" + "".join(f"{n:>11}" for n in names))
    worst_first = sorted(results, key=lambda s: np.mean(list(results[s].values())))
    for song in worst_first:
        print(f"{song[:23]:24}" + "".join(
            f"{results[song][n]:11.2f}" if n in results[song] else f"{'-':>11}" for n in names))
    means = mean_by_stem(results, names)
    print(f"{'mean over songs':24}" + "".join(f"{means.get(n, np.nan):11.2f}" for n in names))
    low, high = interval(results)
    overall = np.mean([means[s] for s in STEMS if s in means])
    print(f"four-stem mean {overall:.2f} dB, 95 % interval {low:.2f} to {high:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", help="folder of SONG/STEM.* (MUSDB18-HQ: its test folder)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--model", help="model file, run by PyTorch")
    source.add_argument("--unbraid", metavar="PROGRAM", help="the unbraid program, run as it is")
    parser.add_argument("--rate", type=int, default=RATE,
                        help="sample rate at which the program hears the songs (default %(default)s)")
    args = parser.parse_args()

    songs = find_songs(args.songs)
    names = list(STEMS)
    report("mixture as every stem", evaluate(songs, lambda m: {s: m for s in STEMS}), names)
    report("mixture / 4", evaluate(songs, lambda m: {s: m / 4 for s in STEMS}), names)
    if args.model:
        report(args.model, evaluate(songs, network_separator(read_network(args.model))), names)
    if args.unbraid:
        report(args.unbraid, evaluate(songs, program_separator(args.unbraid, args.rate)),
               names + ["harmonic", "percussive"])


if __name__ == "__main__":
    main()
