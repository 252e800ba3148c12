"""Endless training examples: stems of any songs, treated and mixed at random.

Most are four stems. Some are a voice over a produced accompaniment whose drums,
bass and other nobody took apart: there the sum of the three is known, no more.
"""

import glob
import os
from dataclasses import dataclass

import numpy as np
import torch

import augment as fx
from network import STEMS

RATE = fx.RATE
# How loud each stem stands in a random mix, dB, and how often it is silent.
LEVEL = {"vocals": 0.0, "drums": 0.0, "bass": -1.0, "other": 0.0}
LEVEL_SPREAD = 4.5
ACCOMPANIMENT = "accompaniment"
# A voice that ends below this many Hz was recorded so, not sung so.
NARROW = 12000
# How far to the sides each stem may stand (1 = all the way), and how wide it may be.
PAN = {"vocals": 0.08, "drums": 0.1, "bass": 0.08, "other": 0.4}
WIDTH = {"vocals": 0.25, "drums": 0.4, "bass": 0.1, "other": 0.8}
SILENT = {"vocals": 0.15, "drums": 0.10, "bass": 0.10, "other": 0.06}


@dataclass
class Recording:
    path: str
    item: str
    samples: int
    level: float      # RMS of its louder half, full scale = 1
    band: float       # Hz: nothing above it is to be believed
    solo: bool        # recorded alone, with whatever noise the room had


def survey(path, solo):
    """Level and bandwidth of a recording, from blocks spread over it."""
    audio = np.load(path, mmap_mode="r")
    starts = np.linspace(0, max(0, len(audio) - 4096), 100).astype(int)
    blocks = np.stack([audio[s:s + 4096, 0] for s in starts if s + 4096 <= len(audio)])
    blocks = blocks.astype(np.float32) / 32768
    power = (blocks ** 2).mean(1)
    level = float(np.sqrt(np.sort(power)[len(power) // 2:].mean())) + 1e-5
    spectrum = (np.abs(np.fft.rfft(blocks * np.hanning(4096))) ** 2).sum(0)
    above = np.cumsum(spectrum[::-1])[::-1] / (spectrum.sum() + 1e-20)
    band = float((above > 1e-7).sum()) * RATE / 4096
    return Recording(path, os.path.dirname(path), len(audio), level, band, solo)


class Pool:
    """All recordings of a cache, by stem, with the odds to draw each."""

    def __init__(self, cache, held_back, set_weights):
        self.stems = {stem: [] for stem in (*STEMS, ACCOMPANIMENT)}
        self.odds = {stem: [] for stem in self.stems}
        items = {}
        for path in sorted(glob.glob(os.path.join(cache, "*", "*", "*.npy"))):
            folder, stem = os.path.dirname(path), os.path.basename(path)[:-4]
            name, set_name = os.path.basename(folder), os.path.basename(os.path.dirname(folder))
            if stem not in self.stems or name in held_back or name.endswith(".part"):
                continue
            recording = survey(path, solo=len(os.listdir(folder)) == 1)
            if recording.level < 1e-3 or recording.samples < 6 * RATE:
                continue
            weight = set_weights.get(set_name, 1.0)
            self.stems[stem].append(recording)
            self.odds[stem].append(weight * recording.samples ** 0.5)
            if stem != ACCOMPANIMENT:
                items.setdefault(folder, {})[stem] = (recording, weight)
        for stem, odds in self.odds.items():
            self.odds[stem] = np.cumsum(odds) / np.sum(odds)
        # Only items of several stems teach how the stems of one song fit together.
        songs = [item for item in items.values() if len(item) > 1]
        self.songs = [{stem: r for stem, (r, _) in item.items()} for item in songs]
        odds = [max(w for _, w in item.values()) for item in songs]
        self.song_odds = np.cumsum(odds) / np.sum(odds)

    def draw(self, stem, rng):
        return self.stems[stem][int(np.searchsorted(self.odds[stem], rng.random()))]

    def draw_song(self, rng):
        return self.songs[int(np.searchsorted(self.song_odds, rng.random()))]


def cut(recording, start, samples, channel):
    """One channel (0 left, 1 right, 2 their middle), RMS level 1."""
    audio = np.load(recording.path, mmap_mode="r")[start:start + samples]
    audio = audio[:, min(channel, audio.shape[1] - 1)] if channel < 2 else audio.mean(1)
    audio = audio.astype(np.float32) / (32768 * recording.level)
    return np.pad(audio, (0, samples - len(audio)))


def treat_vocals(x, rng):
    if rng.random() < 0.5:
        x = fx.compress(x, rng)
    if rng.random() < 0.5:
        x = fx.saturate(x, rng, -6, 14)
    if rng.random() < 0.35:
        x = fx.double(x, rng)
    reverb = (0.3, 2.0) if rng.random() < 0.6 else None
    return fx.colour(x, rng, presence=rng.random() < 0.6, reverb=reverb)


def treat_drums(x, rng):
    if rng.random() < 0.4:
        x = fx.compress(x, rng)
    if rng.random() < 0.3:
        x = fx.saturate(x, rng, -12, 6)
    reverb = (0.1, 1.2) if rng.random() < 0.6 else None
    return fx.colour(x, rng, reverb=reverb, wet=0.8)


def treat_bass(x, rng):
    if rng.random() < 0.4:
        x = fx.compress(x, rng)
    if rng.random() < 0.4:
        x = fx.saturate(x, rng, -6, 15)
    reverb = (0.1, 0.4) if rng.random() < 0.15 else None
    return fx.colour(x, rng, reverb=reverb, wet=0.3)


def treat_other(x, rng):
    if rng.random() < 0.3:
        x = fx.compress(x, rng)
    if rng.random() < 0.35:
        x = fx.saturate(x, rng, 0, 20)
    reverb = (0.2, 1.5) if rng.random() < 0.5 else None
    return fx.colour(x, rng, reverb=reverb)


TREAT = {"vocals": treat_vocals, "drums": treat_drums, "bass": treat_bass, "other": treat_other}


def spread(stems, rng):
    """Sets stems [4, samples] out between left and right: stems [4, samples] of the
    left, mixture [samples] of the right. A stem is panned, and made wide by a delayed
    copy that the channels get with opposite signs."""
    kind = rng.random()
    if kind < 0.2:
        return stems, stems.sum(0)
    pan, width = PAN, WIDTH
    if kind < 0.3:   # as early stereo had it: any stem anywhere
        pan = dict.fromkeys(STEMS, 1.0)
    left, right = np.empty_like(stems), np.zeros_like(stems[0])
    for i, stem in enumerate(STEMS):
        angle = np.pi / 4 * (1 + np.clip(pan[stem] * rng.normal(), -1, 1))
        delay = int(rng.uniform(0.003, 0.025) * RATE)
        wide = np.zeros_like(stems[i])
        wide[delay:] = stems[i, :-delay] * width[stem] * rng.uniform(-1, 1)
        left[i] = stems[i] * (np.cos(angle) * np.sqrt(2)) + wide
        right += stems[i] * (np.sin(angle) * np.sqrt(2)) - wide
    return left, right.astype(np.float32)


class Mixer:
    """Makes examples of `samples` samples."""

    def __init__(self, pool, samples, stereo, together=0.35, partial=0.15):
        self.pool, self.samples, self.stereo = pool, samples, stereo
        self.together = together if pool.songs else 0
        self.partial = partial if pool.stems[ACCOMPANIMENT] else 0

    def solo(self, stem, rng):
        """A stem from anywhere, free to change pitch and tempo."""
        recording = self.pool.draw(stem, rng)
        samples = self.samples * 12 // 10
        start = int(rng.integers(max(1, recording.samples - samples)))
        x = cut(recording, start, samples, rng.integers(3))
        if recording.solo and stem == "vocals":
            x = fx.gate(x)
        x = fx.varispeed(x, rng, self.samples) if rng.random() < 0.5 else x[:self.samples]
        return x, recording.band

    def example(self, rng):
        """Stems [4, samples] of one channel, the mixture of the other (None unless
        stereo), the Hz above which they are not to be believed, and whether "other"
        stands for everything but the vocals."""
        partial = rng.random() < self.partial
        stems, limit = self.accompanied(rng) if partial else self.four(rng)
        gain = 0.05 * 10 ** (rng.uniform(-12, 12) / 20)
        stems, right = spread(stems * gain, rng) if self.stereo else (stems * gain, None)
        return stems, right, limit, partial

    def accompanied(self, rng):
        stems = np.zeros((len(STEMS), self.samples), np.float32)
        voice, limit = self.solo("vocals", rng)
        rest, _ = self.solo(ACCOMPANIMENT, rng)
        if fx.rms(voice) > 1e-3:
            voice = treat_vocals(voice, rng) / fx.rms(voice)
        stems[STEMS.index("vocals")] = voice * 10 ** (rng.normal(-4, 4) / 20)
        stems[STEMS.index("other")] = fx.colour(rest, rng)
        return stems, 0.85 * limit if limit < NARROW else RATE / 2

    def four(self, rng):
        stems = np.zeros((len(STEMS), self.samples), np.float32)
        song, limit = {}, RATE / 2
        if rng.random() < self.together:
            song = self.pool.draw_song(rng)
            shortest = min(r.samples for r in song.values())
            start, channel = int(rng.integers(max(1, shortest - self.samples))), rng.integers(3)
            balance = np.mean([20 * np.log10(r.level) for r in song.values()])
        for i, stem in enumerate(STEMS):
            if rng.random() < SILENT[stem]:
                continue
            if stem in song:
                x, band = cut(song[stem], start, self.samples, channel), song[stem].band
                db = 0.7 * (20 * np.log10(song[stem].level) - balance) + rng.normal(0, 2.5)
                treated = rng.random() < 0.5
            else:
                x, band = self.solo(stem, rng)
                if stem in ("vocals", "other") and rng.random() < 0.3:
                    second, other_band = self.solo(stem, rng)
                    x, band = x + second * rng.uniform(0.3, 1.0), min(band, other_band)
                db = LEVEL[stem] + rng.normal(0, LEVEL_SPREAD)
                treated = rng.random() < 0.85
            level = fx.rms(x)
            if treated and level > 1e-3:
                x = TREAT[stem](x, rng)
                x *= level / fx.rms(x)
            if stem == "vocals" and band < NARROW:
                limit = 0.85 * band
            stems[i] = x * (10 ** (db / 20) * rng.choice((-1, 1)))
        return stems, limit


class Batches(torch.utils.data.IterableDataset):
    """Endless (stems [batch, 4, samples], other channel [batch, samples] or None,
    limits [batch], partial [batch])."""

    def __init__(self, mixer, batch, seed):
        self.mixer, self.batch, self.seed = mixer, batch, seed

    def __iter__(self):
        rng = np.random.default_rng(self.seed)
        while True:
            examples = [self.mixer.example(rng) for _ in range(self.batch)]
            stems, right, limits, partial = zip(*examples)
            right = torch.from_numpy(np.stack(right)) if self.mixer.stereo else None
            yield (torch.from_numpy(np.stack(stems)), right, torch.tensor(limits),
                   torch.tensor(partial))
