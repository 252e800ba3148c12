"""Decodes and renders training material once, into a cache of int16 arrays.

The cache holds SET/ITEM/STEM.npy, [samples, channels] at 44.1 kHz; the stems
of an item belong together and start together. A set may be any folder of
songs with stems (MUSDB18-HQ included), solo recordings of one stem, or scores.
"""

import argparse
import glob
import os
from math import gcd
from zlib import crc32

import numpy as np
import soundfile
from scipy.signal import butter, resample_poly, sosfiltfilt

import drums
import generator
import midi
import render
from network import STEMS
from studio import RATE

EXTENSIONS = (".wav", ".flac", ".ogg", ".mp3")


def read_audio(path):
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        common = gcd(RATE, rate)
        audio = resample_poly(audio, RATE // common, rate // common, axis=0).astype(np.float32)
    return audio


def find_songs(folder):
    """{song: {stem: path}} for FOLDER/SONG/STEM.*, at any depth (train/, test/)."""
    songs = {}
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.*"), recursive=True)):
        stem, extension = os.path.splitext(os.path.basename(path))
        if stem in STEMS and extension.lower() in EXTENSIONS:
            songs.setdefault(os.path.dirname(path), {})[stem] = path
    return {os.path.basename(song): stems for song, stems in songs.items()}


class Cache:
    def __init__(self, folder, name):
        self.folder = os.path.join(folder, name)

    def path(self, item):
        return os.path.join(self.folder, item)

    def store(self, item, stems):
        """Peak-normalises the stems together, so their balance stays."""
        peak = max(np.abs(a).max() for a in stems.values()) + 1e-9
        os.makedirs(self.path(item) + ".part", exist_ok=True)
        for stem, audio in stems.items():
            np.save(os.path.join(self.path(item) + ".part", stem + ".npy"),
                    np.round(audio.reshape(len(audio), -1) / peak * 32000).astype(np.int16))
        os.rename(self.path(item) + ".part", self.path(item))

    def missing(self, items):
        return [i for i in items if not os.path.exists(self.path(i))]


def prepare_songs(args, cache):
    low_cut = butter(4, 200, "highpass", fs=RATE, output="sos")
    songs = find_songs(args.source)
    for song in cache.missing(songs):
        stems = {stem: read_audio(path) for stem, path in songs[song].items()}
        if song in args.bass_in_other:
            # An undeclared bass would teach that bass is "other".
            stems["other"] = sosfiltfilt(low_cut, stems["other"], axis=0)
        cache.store(song, stems)


def prepare_solo(args, cache):
    """SOURCE/NAME.ogg, each a recording of one stem; NAME.STEM.ogg says which."""
    files = {os.path.splitext(os.path.basename(p))[0]: p
             for p in glob.glob(os.path.join(args.source, "*.*"))}
    items = {}
    for name, path in sorted(files.items()):
        item, _, stem = name.partition(".")
        items.setdefault(item, {})[stem or args.stem] = path
    for item in cache.missing(items):
        cache.store(item, {stem: read_audio(path) for stem, path in items[item].items()})


def prepare_grooves(args, cache):
    kit = drums.Kit(drums.recorded(args.drumkit, render.load_mono))
    takes = sorted(glob.glob(os.path.join(args.source, "**", "*.mid"), recursive=True))
    for path in takes:
        item = os.path.splitext(os.path.relpath(path, args.source))[0].replace(os.sep, "-")
        if not cache.missing([item]):
            continue
        notes = midi.notes(midi.messages(path, args.seconds))
        if notes and notes[-1].start > 8:
            rng = np.random.default_rng(crc32(item.encode()))
            cache.store(item, {"drums": kit.play(notes, rng)})


def prepare_scores(args, cache):
    """Each score twice: all through the soundfont, then with real instruments."""
    kit = drums.Kit(drums.recorded(args.drumkit, render.load_mono))
    basses = [render.Notes(os.path.join(args.bass, name), shift)
              for name, shift in (("growly", -1), ("meat", 0), ("double", 0))]
    guitars = [render.Notes(os.path.join(args.guitar, name)) for name in ("electric", "shiny")]
    for path in sorted(glob.glob(os.path.join(args.source, "*.mid"))):
        item = os.path.splitext(os.path.basename(path))[0]
        if not cache.missing([item + "-real"]):
            continue
        timed = midi.messages(path, args.seconds)
        notes = midi.notes(timed)
        rng = np.random.default_rng(crc32(item.encode()))
        programs = {s: int(rng.choice(p)) for s, p in
                    (("drums", (0, 8, 16, 24, 25, 32, 40)), ("bass", (32, 33, 34, 35, 36, 37, 38)))}

        def soundfont(wanted, change=lambda channel, program: program):
            return render.fluidsynth(render.reprogram(midi.only(timed, wanted), change),
                                     args.soundfont).mean(1)

        stems, real = {}, {}
        for stem in {midi.stem_of(n.channel, n.program) for n in notes}:
            stems[stem] = soundfont(
                lambda c, p: midi.stem_of(c, p) == stem,
                lambda c, p: programs.get(midi.stem_of(c, p), p))
            played = [n for n in notes if midi.stem_of(n.channel, n.program) == stem]
            if stem == "drums":
                real[stem] = kit.play(played, rng)
            elif stem == "bass":
                real[stem] = basses[rng.integers(3)].play(played, rng)
            else:
                strummed = [n for n in played if n.program in render.GUITARS]
                real[stem] = stems[stem]
                if len(strummed) > 20:
                    guitar = guitars[rng.integers(2)].play(strummed, rng)
                    drive = 10 ** rng.uniform(-0.5, 1.2)
                    guitar = 0.15 * render.amplifier(guitar, drive)
                    rest = soundfont(lambda c, p: midi.stem_of(c, p) == "other"
                                     and p not in render.GUITARS)
                    real[stem] = np.zeros(max(len(rest), len(guitar)), np.float32)
                    real[stem][:len(rest)] += rest
                    real[stem][:len(guitar)] += guitar
        if stems:
            cache.store(item, stems)
            # The recorded instruments come at their own level: balance by RMS.
            for stem in real:
                real[stem] = real[stem] * (stems[stem].std() + 1e-6) / (real[stem].std() + 1e-6)
            cache.store(item + "-real", real)


def prepare_generated(args, cache):
    band = generator.Band(args.drumkit, args.bass, args.guitar, args.soundfont)
    generator.generate(cache, args.count, args.source, band, args.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("songs", "solo", "grooves", "scores", "generate"))
    parser.add_argument("source", help="folder to read")
    parser.add_argument("cache", help="folder to fill")
    parser.add_argument("name", help="name of the set within the cache")
    parser.add_argument("--stem", choices=(*STEMS, "accompaniment"), default="vocals",
                        help="of a solo set")
    parser.add_argument("--bass-in-other", nargs="*", default=[],
                        help="songs whose other stem hides a bass: it is cut below 200 Hz")
    parser.add_argument("--seconds", type=float, default=90, help="of each score or take")
    parser.add_argument("--drumkit", help="folder of drum hits")
    parser.add_argument("--bass", help="folder of bass notes")
    parser.add_argument("--guitar", help="folder of guitar notes")
    parser.add_argument("--count", type=int, default=150, help="of songs to generate")
    parser.add_argument("--soundfont", default="/usr/share/sounds/sf2/FluidR3_GM.sf2")
    args = parser.parse_args()
    cache = Cache(args.cache, args.name)
    os.makedirs(cache.folder, exist_ok=True)
    {"songs": prepare_songs, "solo": prepare_solo,
     "grooves": prepare_grooves, "scores": prepare_scores,
     "generate": prepare_generated}[args.kind](args, cache)


if __name__ == "__main__":
    main()
