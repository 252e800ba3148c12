"""Endless training examples: stems of any songs, augmented and mixed at random.

Most have four stems. Some are one stem over produced music without separate stems:
there only the sum of the rest is known. Gentle examples combine
stems as they were produced; hard examples get every kind of studio effect.
"""

import glob
import os
from dataclasses import dataclass
from itertools import count
from zlib import crc32

import numpy as np
import torch

import augment as fx
import provenance
from network import STEMS
from readers import SUMS

RATE = fx.RATE
# Shorter recordings are not drawn from, seconds.
SHORTEST = 5
# The level of each stem in a random mix, dB, and how often it is silent.
LEVEL = {"vocals": 0.0, "drums": 0.0, "bass": -1.0, "other": 0.0}
LEVEL_SPREAD = 4.5
ACCOMPANIMENT, DRUMLESS = SUMS
# The recordings of all the rest that a stem may be mixed with.
REST = {"vocals": ACCOMPANIMENT, "drums": DRUMLESS}
# A voice without sound above this many Hz is limited by its recording, not by the singer.
NARROW = 12000
# The largest panning of each stem (1 = fully left or right), and its largest width.
PAN = {"vocals": 0.08, "drums": 0.1, "bass": 0.08, "other": 0.4}
WIDTH = {"vocals": 0.25, "drums": 0.4, "bass": 0.1, "other": 0.8}
# How far gentle examples move a stem from where its mix had it, dB: within its own song, and
# beside stems of other songs.
MOVED_WITHIN, MOVED_AMONG = 2.0, 4.0
GENTLY_SILENT = 0.05
# How often the stereo image is displaced: rotated, unbalanced, inverted or mono.
ELSEWHERE = 0.15
# How far a stem may be played faster or slower.
SEMITONES = {"vocals": 3.7, "other": 3, "bass": 3}
SILENT = {"vocals": 0.1, "drums": 0.10, "bass": 0.10, "other": 0.06}


@dataclass
class Recording:
    path: str
    item: str
    samples: int
    level: float      # RMS of its louder half, full scale = 1
    band: float       # Hz: nothing above it is to be believed
    solo: bool        # recorded alone, with whatever noise the room had
    channels: int
    balance: float = None   # dB beside the mean of its song's stems; None if there is no mix


def survey(path, solo, rate=RATE):
    """Level and bandwidth of a recording, from blocks spread over it; `rate` is the
    source's, above half of which nothing is true."""
    audio = np.load(path, mmap_mode="r")
    starts = np.linspace(0, max(0, len(audio) - 4096), 100).astype(int)
    blocks = np.stack([audio[s:s + 4096].mean(1) for s in starts if s + 4096 <= len(audio)])
    blocks = blocks.astype(np.float32) / 32768
    power = (blocks ** 2).mean(1)
    level = float(np.sqrt(np.sort(power)[len(power) // 2:].mean())) + 1e-5
    spectrum = (np.abs(np.fft.rfft(blocks * np.hanning(4096))) ** 2).sum(0)
    above = np.cumsum(spectrum[::-1])[::-1] / (spectrum.sum() + 1e-20)
    band = float((above > 1e-7).sum()) * RATE / 4096
    return Recording(path, os.path.dirname(path), len(audio), level, min(band, rate / 2), solo,
                     audio.shape[1])


class Pool:
    """All recordings of a cache, or only those under free licences, or a share of the
    items, by stem, with the odds to draw each."""

    def __init__(self, cache, held_back, set_weights, only_free=False, share=1.0):
        self.stems = {stem: [] for stem in (*STEMS, *SUMS)}
        self.odds = {stem: [] for stem in self.stems}
        self.items = {}
        for path in sorted(glob.glob(os.path.join(cache, "*", "*", "*.npy"))):
            folder, stem = os.path.dirname(path), os.path.basename(path)[:-4]
            name, set_name = os.path.basename(folder), os.path.basename(os.path.dirname(folder))
            if (stem not in self.stems or provenance.original(name) in held_back
                    or name.endswith(".part")):
                continue
            if crc32(name.encode()) >= share * 2 ** 32:   # a smaller share is part of a larger
                continue
            item = provenance.about(folder)
            if only_free and not item["free"]:
                continue
            alone = len(glob.glob(os.path.join(glob.escape(folder), "*.npy"))) == 1
            recording = survey(path, alone, item["rate"])
            if recording.level < 1e-3 or recording.samples < SHORTEST * RATE:
                continue
            weight = set_weights.get(set_name, 1.0)
            self.stems[stem].append(recording)
            self.odds[stem].append(weight * recording.samples ** 0.5)
            self.items.setdefault(folder, {})[stem] = (recording, weight)
        for stem in STEMS:
            if not self.stems[stem]:
                kind = " under a free licence" if only_free else ""
                raise SystemExit(f"no {stem} in {cache}{kind}: prepare.py fills it, "
                                 "and prepare.py manifest lists what is there")
        for stem, odds in self.odds.items():
            self.odds[stem] = np.cumsum(odds) / np.sum(odds)
        for item in self.items.values():
            levels = {s: 20 * np.log10(item[s][0].level) for s in STEMS if s in item}
            for stem in levels if len(levels) > 2 else ():
                item[stem][0].balance = levels[stem] - np.mean(list(levels.values()))
        # Only items with several stems show how the stems of one song fit together.
        songs = [{s: item[s] for s in STEMS if s in item} for item in self.items.values()]
        songs = [song for song in songs if len(song) > 1]
        self.songs = [{stem: r for stem, (r, _) in item.items()} for item in songs]
        odds = [max(w for _, w in item.values()) for item in songs]
        self.song_odds = np.cumsum(odds) / np.sum(odds)

    def draw(self, stem, rng):
        return self.stems[stem][int(np.searchsorted(self.odds[stem], rng.random()))]

    def draw_song(self, rng):
        return self.songs[int(np.searchsorted(self.song_odds, rng.random()))]


def cut(recording, start, samples):
    """Middle and side [2, samples], RMS level of the middle 1."""
    audio = np.load(recording.path, mmap_mode="r")[start:start + samples]
    audio = audio.T.astype(np.float32) / (32768 * recording.level)
    pair = np.zeros((2, samples), np.float32)
    pair[0, :audio.shape[1]] = audio.mean(0)
    if len(audio) > 1:
        pair[1, :audio.shape[1]] = (audio[0] - audio[1]) / 2
    return pair


def believed(stem, band, limit):
    """The Hz above which an example with this stem is not to be believed, `limit` without it: a
    voice recorded narrow tells nothing of what others lack up there."""
    return 0.85 * band if stem == "vocals" and band < NARROW else limit


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


def spread(stems, sides, rng):
    """Sets stems [4, samples] out between left and right: stems [4, samples] of the
    left, mixture [samples] of the right. A stem is panned, and as wide as it was
    recorded or made wide by a delayed copy: the channels get it with opposite signs."""
    kind = rng.random()
    if kind < 0.2:
        return stems, stems.sum(0)
    pan = PAN
    if kind < 0.3:   # as early stereo had it: any stem anywhere
        pan = dict.fromkeys(STEMS, 1.0)
    left, right = np.empty_like(stems), np.zeros_like(stems[0])
    for i, stem in enumerate(STEMS):
        angle = np.pi / 4 * (1 + np.clip(pan[stem] * rng.normal(), -1, 1))
        if sides[i].any() and rng.random() < 0.75:
            wide = sides[i] * rng.choice((-1, 1)) * rng.uniform(0.3, 1.3)
        else:
            delay = int(rng.uniform(0.003, 0.025) * RATE)
            wide = np.zeros_like(stems[i])
            wide[delay:] = stems[i, :-delay] * WIDTH[stem] * rng.uniform(-1, 1)
        left[i] = stems[i] * (np.cos(angle) * np.sqrt(2)) + wide
        right += stems[i] * (np.sin(angle) * np.sqrt(2)) - wide
    return left, right.astype(np.float32)


def displaced(left, right, rng):
    """Stems [4, samples] of both channels as they come where a cable, a pan pot or a channel
    strip is not as it should be: turned, quieter on one side, upside down, as mono."""
    kind = rng.integers(4)
    if kind == 0:
        angle = rng.uniform(-np.pi / 4, np.pi / 4)
        return (np.cos(angle) * left - np.sin(angle) * right,
                np.sin(angle) * left + np.cos(angle) * right)
    if kind == 1:
        return left, right * (10 ** (rng.uniform(-30, -3) / 20) if rng.random() < 0.7 else 0)
    if kind == 2:
        return left, -right
    middle = (left + right) / 2
    return middle, middle


class Mixer:
    """Makes examples of `samples` samples; `taught`: the stems that may lie over a mere sum;
    `hard`: the share of examples that are treated."""

    def __init__(self, pool, samples, stereo, taught=tuple(REST), together=0.4, partial=0.3,
                 hard=1.0):
        self.pool, self.samples, self.stereo, self.hard = pool, samples, stereo, hard
        self.longest = int(samples * fx.FASTEST) + 1
        self.together = together if pool.songs else 0
        self.partial = {stem: partial if stem in taught and pool.stems[rest] else 0
                        for stem, rest in REST.items()}

    def place(self, recording, stem, rng):
        """Where in a recording to begin, and how fast to play it."""
        start = int(rng.integers(max(1, recording.samples - self.longest)))
        return start, fx.speed(rng, SEMITONES.get(stem, 2)) if rng.random() < 0.6 else None

    def play(self, recording, start, ratio):
        """Middle and side [2, samples]."""
        pair = cut(recording, start, self.longest)
        if recording.solo and recording.path.endswith("vocals.npy"):
            pair[0] = fx.gate(pair[0])
        if ratio:
            pair = fx.varispeed(pair, ratio, self.samples)
        return pair[:, :self.samples]

    def solo(self, stem, rng):
        """A stem from anywhere: middle and side, and its band."""
        recording = self.pool.draw(stem, rng)
        return self.play(recording, *self.place(recording, stem, rng)), recording.band

    def example(self, rng):
        """Stems [4, samples] of one channel, the mixture of the other (None unless
        stereo), the Hz above which they are not to be believed, and the stem of which
        the rest is only known as a sum ("other" stands for it; -1 if all are known)."""
        if rng.random() >= self.hard:
            return self.gentle(rng)
        alone, chance = -1, rng.random()
        for stem, share in self.partial.items():
            if 0 <= chance < share:
                alone = STEMS.index(stem)
            chance -= share
        make = self.four if alone < 0 else lambda r: self.against_rest(STEMS[alone], r)
        stems, sides, limit = make(rng)
        if rng.random() < 0.4:
            before = stems
            stems = fx.master(stems, rng)
            sides = sides * (fx.rms(stems) / fx.rms(before))
        level = 0.05 * 10 ** (rng.uniform(-15, 15) / 20) / fx.rms(stems.sum(0))
        stems, sides = (a.astype(np.float32) * np.float32(min(level, 10)) for a in (stems, sides))
        stems, right = spread(stems, sides, rng) if self.stereo else (stems, None)
        return stems, right, limit, alone

    def gentle(self, rng):
        """Half of the time a song, else stems of any; as produced, but for their levels, which
        side is left, and at times where all of it stands."""
        left = np.zeros((len(STEMS), self.samples), np.float32)
        right = np.zeros_like(left)
        song, limit = {}, RATE / 2
        if rng.random() < 0.5:
            song = self.pool.draw_song(rng)
            start = int(rng.integers(max(1, min(r.samples for r in song.values()) - self.samples)))
        for i, stem in enumerate(STEMS):
            if rng.random() < GENTLY_SILENT:
                continue
            if stem in song:
                recording, at, moved = song[stem], start, MOVED_WITHIN
            else:
                recording = self.pool.draw(stem, rng)
                at = int(rng.integers(max(1, recording.samples - self.samples)))
                moved = MOVED_AMONG
            middle, side = cut(recording, at, self.samples)
            if recording.solo and stem == "vocals":
                middle = fx.gate(middle)
            limit = believed(stem, recording.band, limit)
            balance = LEVEL[stem] if recording.balance is None else recording.balance
            gain = np.float32(10 ** ((balance + rng.uniform(-moved, moved)) / 20))
            left[i], right[i] = gain * (middle + side), gain * (middle - side)
        if not self.stereo:
            left = right = (left + right) / 2
        if rng.random() < 0.5:
            left, right = right, left
        if self.stereo and rng.random() < ELSEWHERE:
            left, right = displaced(left, right, rng)
        level = 0.05 * 10 ** (rng.uniform(-6, 6) / 20) / fx.rms((left + right).sum(0))
        gain = np.float32(min(level, 10))
        return gain * left, gain * right.sum(0) if self.stereo else None, limit, -1

    def against_rest(self, stem, rng):
        """A stem over music of which nobody took the rest apart."""
        stems = np.zeros((len(STEMS), self.samples), np.float32)
        sides = np.zeros_like(stems)
        other = STEMS.index("other")
        recording = self.pool.draw(REST[stem], rng)
        where = self.place(recording, stem, rng)
        rest, side = self.play(recording, *where)
        stems[other], sides[other], limit = fx.colour(rest, rng), side, RATE / 2
        if rng.random() > 0.12:
            own = self.pool.items[recording.item].get(stem)
            if own and rng.random() < 0.6:   # as sung over this very music
                (x, side), band = self.play(own[0], *where), own[0].band
            else:
                (x, side), band = self.solo(stem, rng)
            limit = believed(stem, band, limit)
            level = fx.rms(x)
            if level > 1e-3:
                gain = 10 ** (rng.normal(-4, 4) / 20) * rng.choice((-1, 1))
                stems[STEMS.index(stem)] = TREAT[stem](x, rng) * (gain / level)
                sides[STEMS.index(stem)] = side * (gain / level)
        return stems, sides, limit

    def four(self, rng):
        stems = np.zeros((len(STEMS), self.samples), np.float32)
        sides = np.zeros_like(stems)
        song, limit = {}, RATE / 2
        if rng.random() < self.together:
            song = self.pool.draw_song(rng)
            shortest = min(r.samples for r in song.values())
            start = int(rng.integers(max(1, shortest - self.longest)))
            balance = np.mean([20 * np.log10(r.level) for r in song.values()])
            ratio = fx.speed(rng, 3) if rng.random() < 0.5 else None
        unaccompanied = rng.random() < 0.02
        for i, stem in enumerate(STEMS):
            if rng.random() < SILENT[stem] or (unaccompanied and stem != "vocals"):
                continue
            if stem in song:
                (x, side), band = self.play(song[stem], start, ratio), song[stem].band
                db = 0.7 * (20 * np.log10(song[stem].level) - balance) + rng.normal(0, 2.5)
                treated = rng.random() < 0.5
            else:
                (x, side), band = self.solo(stem, rng)
                if stem in ("vocals", "other") and rng.random() < 0.3:
                    second, other_band = self.solo(stem, rng)
                    gain, band = rng.uniform(0.3, 1.0), min(band, other_band)
                    x, side = x + second[0] * gain, side + second[1] * gain
                db = LEVEL[stem] + rng.normal(0, LEVEL_SPREAD)
                treated = rng.random() < 0.85
            level = fx.rms(x)
            if treated and level > 1e-3:
                x = TREAT[stem](x, rng)
                if rng.random() < 0.07:
                    x = fx.codec(x, rng)
                x = x * (level / fx.rms(x))
            limit = believed(stem, band, limit)
            gain = 10 ** (db / 20) * rng.choice((-1, 1))
            stems[i], sides[i] = x * gain, side * gain
        return stems, sides, limit


class Batches(torch.utils.data.IterableDataset):
    """Endless (stems [batch, 4, samples], other channel [batch, samples] or None,
    limits [batch], stems that stand alone [batch]), from batch `first` on: each follows
    from its number and the seeds, whoever makes it."""

    def __init__(self, mixer, batch, first, seeds):
        self.mixer, self.batch, self.first, self.seeds = mixer, batch, first, seeds

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        own, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        for number in count(self.first + own, workers):
            rng = np.random.default_rng((number, *self.seeds))
            examples = [self.mixer.example(rng) for _ in range(self.batch)]
            stems, right, limits, alone = zip(*examples)
            right = torch.from_numpy(np.stack(right)) if self.mixer.stereo else None
            yield (torch.from_numpy(np.stack(stems)), right, torch.tensor(limits),
                   torch.tensor(alone))
