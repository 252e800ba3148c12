"""Finds and reads songs in stems, solo recordings and scores.

A song is a folder of one file per stem, or one file of Native Instruments' stem
format (MUSDB18); it may have two stems, a voice and all the rest.
"""

import glob
import os
import shutil
import struct
import subprocess
import tempfile
from math import gcd

import numpy as np
import soundfile
from scipy.signal import resample_poly

import midi
from network import STEMS
from studio import RATE

EXTENSIONS = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".m4a", ".opus")
STEM_FILE = ".stem.mp4"
STREAMS = ("mixture", "drums", "bass", "other", "vocals")   # of a stem file
# Sums without separate stems: all but the vocals, all but the drums.
SUMS = ("accompaniment", "drumless")
NAMES = {**{stem: stem for stem in (*STEMS, *SUMS)}, "voice": "vocals", "vocal": "vocals",
         "instrumental": "accompaniment", "no_vocals": "accompaniment",
         "no_drums": "drumless"}
HOW = {
    "songs": "SONG/{vocals,drums,bass,other}.wav or SONG.stem.mp4 are looked for at any depth; "
             "MUSDB18-HQ is zenodo.org record 3338373, MUSDB18 record 1117372",
    "recordings": "NAME.wav (flac, ogg, mp3) are looked for at any depth, or NAME.STEM.wav",
    "scores": "*.mid are looked for at any depth; drum takes: the Groove MIDI Dataset of "
              "magenta.tensorflow.org",
    "cache": "the other commands of prepare.py fill one",
    "samples": "one file per hit or note; train/README.md says where ours come from",
}


class Unreadable(Exception):
    """A file that cannot be used, and why."""


def require(folder, kind):
    if not os.path.isdir(folder):
        raise SystemExit(f"no folder {folder}: {HOW[kind]}")


def nothing_in(folder, kind):
    raise SystemExit(f"nothing to read in {folder}: {HOW[kind]}")


def files_in(folder, kind, extensions):
    require(folder, kind)
    return [path for path in sorted(glob.glob(os.path.join(folder, "**", "*.*"), recursive=True))
            if path.lower().endswith(extensions)]


def find_songs(folder, wanted=STEMS):
    """{song: {stem: path}}, of the stems wanted. In a stem file, path:N is stream N."""
    songs = {}
    for path in files_in(folder, "songs", (*EXTENSIONS, STEM_FILE)):
        if path.endswith(STEM_FILE):
            songs[path[:-len(STEM_FILE)]] = {stem: f"{path}:{i}" for i, stem in enumerate(STREAMS)
                                             if stem in wanted}
        else:
            stem = NAMES.get(os.path.splitext(os.path.basename(path))[0].lower())
            if stem in wanted:
                songs.setdefault(os.path.dirname(path), {})[stem] = path
    if not songs:
        nothing_in(folder, "songs")
    named = {}
    for song, stems in songs.items():
        if len(stems) > len(STEMS):     # the sums of what is there in parts teach no more
            stems = {s: p for s, p in stems.items() if s in STEMS}
        name = os.path.basename(song)
        if name in named:
            name = os.path.basename(os.path.dirname(song)) + "-" + name
        named[name] = stems
    return named


def item_name(path, folder):
    return os.path.splitext(os.path.relpath(path, folder))[0].replace(os.sep, "-")


def find_recordings(folder, stem):
    """{name: {stem: path}}: NAME.STEM.wav says its stem, the others are `stem`."""
    items = {}
    for path in files_in(folder, "recordings", EXTENSIONS):
        name, _, own = item_name(path, folder).rpartition(".")
        if name and own in NAMES:
            items.setdefault(name, {})[NAMES[own]] = path
        else:
            items.setdefault(item_name(path, folder), {})[stem] = path
    return items or nothing_in(folder, "recordings")


def find_scores(folder):
    """{name: path}"""
    paths = files_in(folder, "scores", (".mid", ".midi"))
    return {item_name(path, folder): path for path in paths} or nothing_in(folder, "scores")


def decode(path, stream):
    """By ffmpeg, what libsndfile does not know."""
    if not shutil.which("ffmpeg"):
        raise Unreadable(f"{path}: this format needs ffmpeg (Debian: apt install ffmpeg)")
    with tempfile.TemporaryDirectory() as folder:
        wav = os.path.join(folder, "stem.wav")
        done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map",
                               f"0:a:{stream}", "-c:a", "pcm_f32le", wav],
                              capture_output=True, text=True)
        if done.returncode:
            raise Unreadable(f"{path}: {(done.stderr.strip() or 'no audio').splitlines()[-1]}")
        return soundfile.read(wav, dtype="float32", always_2d=True)


def read(path):
    """Audio [samples, channels] at its own rate, and that rate."""
    base, _, stream = path.rpartition(":")
    if base.endswith(STEM_FILE):
        audio, rate = decode(base, stream)
    elif path.lower().endswith((".m4a", ".opus")):
        audio, rate = decode(path, 0)
    else:
        try:
            audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except (RuntimeError, OSError) as error:
            raise Unreadable(f"{path}: {error}") from None
    if not len(audio) or not np.isfinite(audio).all():
        raise Unreadable(f"{path}: no samples, or not numbers")
    return audio[:, :2], rate


def resampled(audio, rate):
    if rate == RATE:
        return audio
    common = gcd(RATE, rate)
    return resample_poly(audio, RATE // common, rate // common, axis=0).astype(np.float32)


def read_audio(path):
    """Audio [samples, channels] at RATE."""
    return resampled(*read(path))


def read_stems(paths):
    """{stem: path} -> {stem: audio at RATE}, and the lowest rate among the files."""
    found = {stem: read(path) for stem, path in paths.items()}
    return ({stem: resampled(audio, rate) for stem, (audio, rate) in found.items()},
            min(rate for _, rate in found.values()))


def read_score(path, seconds):
    try:
        return midi.messages(path, seconds)
    except (struct.error, IndexError, KeyError, OSError) as error:
        raise Unreadable(f"{path}: no readable MIDI file ({error})") from None
