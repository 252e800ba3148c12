"""Songs to score: the true stems of a folder, and the mixtures computed from them."""

import sys

import numpy as np

from network import STEMS
from readers import RATE, Unreadable, read_audio


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
        try:
            seconds = {stem: len(read_audio(path)) / RATE for stem, path in paths.items()}
        except Unreadable as reason:
            print(reason, file=sys.stderr)
            continue
        kept[song] = paths
        if max(seconds.values()) - min(seconds.values()) > 0.1:
            print(f"{song}: the shorter stems end in silence: "
                  + ", ".join(f"{stem} {s:.1f} s" for stem, s in seconds.items()), file=sys.stderr)
    if len(kept) < len(songs):
        print(f"{len(songs) - len(kept)} of {len(songs)} songs skipped", file=sys.stderr)
    if not kept:
        sys.exit("No song is left to score.")
    return kept


def references_of(stems):
    """{name: audio}: the stems, what they add up to, and the sums worth scoring."""
    mixture = stems.sum(0)
    vocals, drums = (stems[STEMS.index(stem)] for stem in ("vocals", "drums"))
    return {**dict(zip(STEMS, stems)), "harmonic": mixture - drums, "percussive": drums,
            "accompaniment": mixture - vocals, "mixture": mixture}
