"""Plays General MIDI songs into stems: completely with the soundfont, or with recorded
drums, basses and guitars instead."""

import numpy as np

import midi
import render
import studio

DRUM_KITS = (0, 8, 16, 24, 25, 32, 40)
BASSES = (32, 33, 34, 35, 36, 37, 38)


def soundfont_stems(timed, rng, soundfont):
    """{stem: [samples, 2]}, drum kit and bass chosen at random."""
    programs = {"drums": int(rng.choice(DRUM_KITS)), "bass": int(rng.choice(BASSES))}
    stems = {}
    for stem in sorted({midi.stem_of(n.channel, n.program) for n in midi.notes(timed)}):
        alone = midi.only(timed, lambda c, p: midi.stem_of(c, p) == stem)
        changed = render.reprogram(alone, lambda c, p: programs.get(midi.stem_of(c, p), p))
        stems[stem] = render.fluidsynth(changed, soundfont)
    return stems


def recorded_stems(timed, stems, band, rng):
    """The same score on the band's instruments, each as loud as in `stems`."""
    real = {}
    for stem, before in stems.items():
        played = [n for n in midi.notes(timed) if midi.stem_of(n.channel, n.program) == stem]
        if stem == "drums":
            audio = band.kit.play(played, rng)
        elif stem == "bass":
            basses = [player for players in band.basses.values() for player in players]
            audio = studio.pan(basses[rng.integers(len(basses))].play(played, rng), 0.0)
        else:
            audio = with_guitar(timed, played, before, band, rng)
        real[stem] = audio * (before.std() + 1e-6) / (audio.std() + 1e-6)
    return real


def with_guitar(timed, notes, before, band, rng):
    strummed = [n for n in notes if n.program in render.GUITARS]
    if len(strummed) <= 20:
        return before
    player = band.electrics[rng.integers(len(band.electrics))]
    guitar = studio.amplifier(player.play(strummed, rng), rng, rng.uniform(-10, 24))
    rest = render.fluidsynth(midi.only(timed, lambda c, p: midi.stem_of(c, p) == "other"
                                       and p not in render.GUITARS), band.soundfont)
    out = np.zeros((max(len(rest), len(guitar)), 2), np.float32)
    out[:len(rest)] += rest
    out[:len(guitar)] += studio.pan(0.15 * guitar / studio.loudness(guitar), rng.uniform(-0.5, 0.5))
    return out
