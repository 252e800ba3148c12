"""Decodes and renders training material once, into a cache of int16 arrays.

The cache holds SET/ITEM/STEM.npy, [samples, channels] at 44.1 kHz, and
SET/ITEM/item.json; the stems of an item belong together and start together.
"""

import argparse
import glob
import json
import os
import shutil
import sys
from zlib import crc32

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

import augment as fx
import compose
import drums
import generator
import midi
import provenance
import readers
import render
import scores
from network import STEMS
from readers import Unreadable, find_songs
from studio import RATE


class Cache:
    """One set of the cache. Its items come from `source` under `licence`, where given;
    else SOURCE_FOLDER/licences.tsv or the project's table tells."""

    def __init__(self, folder, name, source=None, licence=None, origin=""):
        self.folder, self.name = os.path.join(folder, name), name
        self.source, self.licence = source, licence
        self.own_table = os.path.join(origin, "licences.tsv")

    def path(self, item):
        return os.path.join(self.folder, item)

    def describe(self, item, rate):
        source, licence = (provenance.look_up(item, self.own_table)
                           or provenance.look_up(f"{self.name}/{item}") or (self.name, "unstated"))
        return provenance.describe(self.source or source, self.licence or licence, rate)

    def store(self, item, stems, rate=RATE, about=None):
        """Peak-normalises the stems together, so their balance stays. `rate` is the
        source's: nothing above half of it is true. `about`: its item.json, where that is known."""
        if not self.missing([item]):
            return
        part = self.path(item) + ".part"
        shutil.rmtree(part, ignore_errors=True)    # of a run that was interrupted
        os.makedirs(part)
        peak = max(np.abs(a).max() for a in stems.values()) + 1e-9
        for stem, audio in stems.items():
            np.save(os.path.join(part, stem + ".npy"),
                    np.round(audio.reshape(len(audio), -1) / peak * 32000).astype(np.int16))
        with open(os.path.join(part, "item.json"), "w") as f:
            json.dump(about or self.describe(item, rate), f)
        os.rename(part, self.path(item))

    def missing(self, items):
        return [i for i in items if not os.path.exists(self.path(i))]

    def fill(self, items, make):
        """Runs make(item), which stores it, for all that are missing; names and counts
        what cannot be read."""
        skipped = 0
        for item in self.missing(items):
            try:
                make(item)
            except Unreadable as error:
                print(f"skipped {item}: {error}", file=sys.stderr)
                skipped += 1
        if skipped:
            print(f"{self.name}: {skipped} of {len(items)} items skipped", file=sys.stderr)


def seeded(item):
    return np.random.default_rng(crc32(item.encode()))


def prepare_songs(args, cache):
    low_cut = butter(4, 200, "highpass", fs=RATE, output="sos")
    songs = find_songs(args.material, (*STEMS, *readers.SUMS))

    def make(song):
        stems, rate = readers.read_stems(songs[song])
        if song in args.bass_in_other:
            # An undeclared bass would teach that bass is "other".
            stems["other"] = sosfiltfilt(low_cut, stems["other"], axis=0)
        cache.store(song, stems, rate)

    cache.fill(songs, make)


def prepare_solo(args, cache):
    items = readers.find_recordings(args.material, args.stem)
    cache.fill(items, lambda item: cache.store(item, *readers.read_stems(items[item])))


def prepare_shots(args, cache):
    """Strings hits and notes together, a minute or so each time, in loose rhythm."""
    shots = sorted(next(iter(paths.values())) for paths in
                   readers.find_recordings(args.material, args.stem).values())
    order = seeded(cache.name).permutation(len(shots))
    items = {f"shots-{i:04d}": order[i * 100:(i + 1) * 100] for i in range(-(-len(shots) // 100))}

    def make(item):
        rng = seeded(item)
        sounds, rate = readers.read_stems({i: shots[i] for i in items[item]})
        sounds = [audio.mean(1)[:4 * RATE] for audio in sounds.values()]
        step = 60 / rng.uniform(80, 150) / 2
        # Each twice, so that a few samples are long enough to be drawn from.
        times = np.cumsum(step * rng.choice((1, 1, 2, 3), 2 * len(sounds)))
        out = np.zeros(int((times[-1] + 5) * RATE), np.float32)
        for time, audio in zip(times, sounds * 2):
            at = int((time + rng.normal(0, 0.01)) * RATE)
            out[at:at + len(audio)] += audio * rng.uniform(0.4, 1.0) / (np.abs(audio).max() + 1e-6)
        cache.store(item, {args.stem: out}, rate)

    cache.fill(items, make)


def kit_of(args):
    readers.require(args.drumkit, "samples")
    return drums.Kit(drums.recorded(args.drumkit, render.load_mono))


def prepare_grooves(args, cache):
    kit, takes = kit_of(args), readers.find_scores(args.material)

    def make(item):
        notes = midi.notes(readers.read_score(takes[item], args.seconds))
        if notes and notes[-1].start > 8:
            cache.store(item, {"drums": kit.play(notes, seeded(item))})

    cache.fill(takes, make)


def prepare_scores(args, cache):
    """Each score twice: all through the soundfont, then with real instruments."""
    paths = readers.find_scores(args.material)
    band = generator.Band(args.drumkit, args.bass, args.guitar, args.soundfont)

    def make(item):
        item = item.removesuffix("-real")
        timed = readers.read_score(paths[item], args.seconds)
        rng = seeded(item)
        stems = scores.soundfont_stems(timed, rng, args.soundfont)
        if stems:
            cache.store(item, stems)
            cache.store(item + "-real", scores.recorded_stems(timed, stems, band, rng))

    cache.fill([item + "-real" for item in paths], make)


def prepare_generated(args, cache):
    takes = compose.find_takes(args.material)
    band = generator.Band(args.drumkit, args.bass, args.guitar, args.soundfont)

    def make(item):
        rng = seeded(item)
        cache.store(item, generator.make(takes, band, args.seconds * rng.uniform(0.75, 1.1), rng))

    cache.fill([f"gen-{i:04d}" for i in range(args.count)], make)


def prepare_varied(args, cache):
    """Treated copies of a set's items: other speeds and pitches, equalisers, rooms, compressors.
    Rendered once and drawn from often, they cost training nothing."""
    originals = os.path.join(args.cache, args.material)
    readers.require(originals, "cache")
    copies = {provenance.variant(item, i): item for item in sorted(os.listdir(originals))
              if not item.endswith(".part") for i in range(args.count)}

    def make(copy):
        rng, folder = seeded(copy), os.path.join(originals, copies[copy])
        ratio = fx.speed(rng, args.semitones)
        stems = {}
        for path in sorted(glob.glob(os.path.join(folder, "*.npy"))):
            stem, audio = os.path.basename(path)[:-4], np.load(path).T.astype(np.float32) / 32768
            audio = resample_poly(audio, *ratio, axis=-1).astype(np.float32)
            stems[stem] = treated(audio, stem, rng).T
        cache.store(copy, stems, about=provenance.about(folder))

    cache.fill(copies, make)


def treated(audio, stem, rng):
    """[channels, samples] of a stem as another engineer might have it, at the level it had."""
    level, seed = fx.rms(audio), int(rng.integers(2 ** 32))
    if level < 1e-5:
        return audio

    def treat(x):   # the same in both channels
        own = np.random.default_rng(seed)
        if own.random() < 0.35:
            x = fx.compress(x, own)
        if own.random() < (0.4 if stem == "vocals" else 0.2):
            x = fx.saturate(x, own, -9, 9)
        if stem == "vocals" and own.random() < 0.2:
            x = fx.double(x, own)
        reverb = (0.2, 1.5) if stem != "bass" and own.random() < 0.35 else None
        return fx.colour(x, own, depth=2.5, presence=stem == "vocals" and own.random() < 0.4,
                         reverb=reverb)
    audio = np.stack([treat(x) if np.any(x) else x for x in audio])
    return audio * (level / fx.rms(audio))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text, run, material):
        made = commands.add_parser(name, help=text, description=text)
        made.add_argument("material", help=material)
        made.add_argument("cache", help="folder to fill")
        made.add_argument("name", help="name of the set within the cache")
        made.add_argument("--source", help="where the material is from, for the manifest")
        made.add_argument("--licence", help="of all of it")
        made.set_defaults(run=run)
        return made

    songs = command("songs", "songs in stems", prepare_songs,
                    "folder of SONG/STEM.wav or SONG.stem.mp4, at any depth")
    songs.add_argument("--bass-in-other", nargs="*", default=[],
                       help="songs whose other stem hides a bass: it is cut below 200 Hz")
    recordings = (command("solo", "recordings of one stem", prepare_solo, "folder of NAME.wav"),
                  command("shots", "single hits or notes, strung together", prepare_shots,
                          "folder of samples"))
    for made in recordings:
        made.add_argument("--stem", choices=(*STEMS, *readers.SUMS), default="vocals",
                          help="which one (default %(default)s); NAME.STEM.wav says its own")
    grooves = command("grooves", "drum scores on a recorded kit", prepare_grooves,
                      "folder of *.mid")
    midis = command("scores", "General MIDI songs", prepare_scores, "folder of *.mid")
    generate = command("generate", "songs of our own", prepare_generated,
                       "folder of drum takes, named as in Groove MIDI")
    for made, seconds in ((grooves, 90), (midis, 90), (generate, 55)):
        made.add_argument("--seconds", type=float, default=seconds,
                          help="of each (default %(default)s)")
        made.add_argument("--drumkit", required=made is not generate, help="folder of drum hits "
                          "(generate plays drum machines and the soundfont without it)")
    for made in (midis, generate):
        made.add_argument("--bass", required=True, help="folder of folders of bass notes")
        made.add_argument("--guitar", required=True, help="folder of folders of guitar notes")
        made.add_argument("--soundfont", default="/usr/share/sounds/sf2/FluidR3_GM.sf2")
    generate.add_argument("--count", type=int, default=150, help="of songs (default %(default)s)")

    vary = command("vary", "treated copies of a set's items", prepare_varied,
                   "name of the set within the cache")
    vary.add_argument("--count", type=int, default=8, help="of each item (default %(default)s)")
    vary.add_argument("--semitones", type=float, default=3.5,
                      help="how far up and down (default %(default)s)")

    listing = commands.add_parser("manifest", help="lists a cache's sources, licences and minutes")
    listing.add_argument("cache")
    return parser.parse_args()


def main():
    args = parse()
    if args.command == "manifest":
        readers.require(args.cache, "cache")
        provenance.write_manifest(args.cache, (*STEMS, *readers.SUMS))
    else:
        args.run(args, Cache(args.cache, args.name, args.source, args.licence, args.material))


if __name__ == "__main__":
    main()
