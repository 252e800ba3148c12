"""Songs to score: the true stems of a folder, and what follows from them."""

import os
import sys

import numpy as np
import soundfile

from network import STEMS
from prepare import find_songs, read_audio

HOW_TO_GET = """It should hold SONG/{vocals,drums,bass,other}.wav (flac, ogg, mp3), with stems
missing where a song has none: the test folder of MUSDB18-HQ will do
(https://zenodo.org/records/3338373)."""


def songs_in(folder):
    """{song: {stem: path}} of a folder, or the end of the program with a reason."""
    if not os.path.isdir(folder):
        sys.exit(f"No folder {folder}. {HOW_TO_GET}")
    songs = find_songs(folder)
    if not songs:
        sys.exit(f"No songs in {folder}. {HOW_TO_GET}")
    return songs


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


def readable(songs):
    """The songs whose files can all be read; the others are named and counted."""
    kept = {}
    for song, paths in songs.items():
        faults = [f"{path}: {found}" for path in paths.values() if (found := fault(path))]
        if faults:
            print(*faults, sep="\n", file=sys.stderr)
            continue
        kept[song] = paths
        seconds = {stem: soundfile.info(path).duration for stem, path in paths.items()}
        if max(seconds.values()) - min(seconds.values()) > 0.1:
            print(f"{song}: the shorter stems end in silence: "
                  + ", ".join(f"{stem} {s:.1f} s" for stem, s in seconds.items()), file=sys.stderr)
    if len(kept) < len(songs):
        print(f"{len(songs) - len(kept)} of {len(songs)} songs skipped", file=sys.stderr)
    if not kept:
        sys.exit("No song is left to score.")
    return kept


def fault(path):
    """Why an audio file cannot be read; None where it can."""
    try:
        audio = read_audio(path)
    except soundfile.SoundFileError as error:
        return str(error)
    if not len(audio):
        return "no audio in it"
    if not np.isfinite(audio).all():
        return "samples that are no numbers"


def references_of(stems):
    """{name: audio}: the stems, what they add up to, and the sums worth scoring."""
    mixture = stems.sum(0)
    vocals, drums = (stems[STEMS.index(stem)] for stem in ("vocals", "drums"))
    return {**dict(zip(STEMS, stems)), "harmonic": mixture - drums, "percussive": drums,
            "accompaniment": mixture - vocals, "mixture": mixture}
