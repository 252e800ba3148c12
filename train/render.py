"""Plays scores into stems: General MIDI through FluidSynth, and recorded hits
and notes of real instruments."""

import os
import re
import subprocess
import tempfile

import numpy as np
import soundfile

import midi

RATE = 44100
NOTE_NAMES = {"c": 0, "db": 1, "d": 2, "eb": 3, "e": 4, "f": 5, "gb": 6, "g": 7,
              "ab": 8, "a": 9, "bb": 10, "b": 11}
GUITARS = range(24, 32)

# General MIDI drum note -> sample groups of the kit, any of which may play it.
KIT = {
    "kick": (35, 36),
    "snare-top": (38, 40),
    "sidestick": (37, 39),
    "hihat_chh": (42, 22, 54, 69, 70, 82),
    "hihat_fhh": (44,),
    "hihat_hohh": (46, 26),
    "large-tom": (41, 43, 58, 64),
    "medium-tom": (45, 47, 63),
    "small-tom": (48, 50, 60, 61, 62),
    "ride-mid": (51, 59),
    "ride-bell": (53, 56, 80, 81),
    "crash_crash": (49, 52, 55, 57),
}


def load_mono(path):
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == RATE, path
    return audio.mean(1)


def stretch(audio, ratio):
    """Plays `ratio` times as fast: pitch and speed move together."""
    position = np.arange(0, len(audio) - 1, ratio)
    return np.interp(position, np.arange(len(audio)), audio).astype(np.float32)


class Kit:
    """One-shot drum hits by group, sorted from soft to loud."""

    def __init__(self, folder):
        self.groups = {}
        files = sorted(os.listdir(folder))
        for group in KIT:
            hits = [load_mono(os.path.join(folder, f)) for f in files if group in f]
            self.groups[group] = sorted(hits, key=lambda h: float(np.abs(h).max()))
        self.group_of = {pitch: g for g, pitches in KIT.items() for pitch in pitches}

    def play(self, notes, rng):
        out = np.zeros(int((max(n.start for n in notes) + 3) * RATE), np.float32)
        # One kit per take: each drum has its own tuning, loudness and spread.
        tuning = {g: 2 ** rng.normal(0, 0.12) for g in KIT}
        gain = {g: 10 ** (rng.normal(0, 3) / 20) for g in KIT}
        curve = rng.uniform(0.6, 1.4)
        tuned = {}
        for n in notes:
            group = self.group_of.get(n.pitch)
            if group is None:
                continue
            hits = self.groups[group]
            loudness = (n.velocity / 127) ** curve
            index = int(np.clip(loudness * len(hits) + rng.normal(0, 1), 0, len(hits) - 1))
            if (group, index) not in tuned:
                tuned[group, index] = stretch(hits[index], tuning[group])
            hit = tuned[group, index]
            # Soft hits keep some of the loud hits' level: recorded kits are compressed.
            level = gain[group] * loudness ** 0.3
            at = int(n.start * RATE)
            hit = hit[:len(out) - at]
            out[at:at + len(hit)] += level * hit
        return out


class Notes:
    """Recorded single notes of a pitched instrument, named by pitch."""

    def __init__(self, folder, octave_shift=0, skip=("release", "perc", "hammer", "btb")):
        self.by_pitch = {}
        for f in sorted(os.listdir(folder)):
            named = re.findall(r"_([a-g]b?)(\d)_", f)
            if named and not any(word in f for word in skip):
                name, octave = named[0]
                pitch = NOTE_NAMES[name] + 12 * (int(octave) + 1 + octave_shift)
                self.by_pitch.setdefault(pitch, []).append(os.path.join(folder, f))
        self.cache = {}

    def play(self, notes, rng):
        out = np.zeros(int((max(n.end for n in notes) + 1) * RATE), np.float32)
        fade = np.linspace(1, 0, RATE // 20, dtype=np.float32)
        pitches = np.array(sorted(self.by_pitch))
        for n in notes:
            near = pitches[np.abs(pitches - n.pitch).argmin()]
            pitch = n.pitch - 12 * round((n.pitch - near) / 12)  # folds far octaves in
            key = (pitch, rng.integers(4))
            if key not in self.cache:
                audio = load_mono(str(rng.choice(self.by_pitch[near])))[:5 * RATE]
                start = int(np.argmax(np.abs(audio) > 0.1 * np.abs(audio).max()))
                audio = stretch(audio[max(0, start - 200):], 2 ** ((pitch - near) / 12))
                self.cache[key] = audio / (np.abs(audio).max() + 1e-6)
            at, size = int(n.start * RATE), int((n.end - n.start) * RATE) + len(fade)
            note = self.cache[key][:min(size, len(out) - at)].copy()
            if len(note) == size:
                note[-len(fade):] *= fade
            out[at:at + len(note)] += note * (n.velocity / 127)
        return out


def amplifier(audio, drive):
    """A guitar amplifier: the chords clip together, the speaker dulls them."""
    level = np.sqrt((audio ** 2).mean()) + 1e-6
    clipped = np.tanh(audio / level * drive)
    kernel = np.hanning(15).astype(np.float32)
    return np.convolve(clipped, kernel / kernel.sum(), "same") / drive ** 0.3


def fluidsynth(timed, soundfont):
    """Channel messages -> stereo audio."""
    with tempfile.TemporaryDirectory() as folder:
        score, wav = os.path.join(folder, "score.mid"), os.path.join(folder, "out.wav")
        midi.write(score, timed)
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.4", "-r", str(RATE), "-F", wav,
                        soundfont, score], check=True, timeout=120, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return soundfile.read(wav, dtype="float32", always_2d=True)[0]


def reprogram(timed, change):
    """Replaces each channel's program: change(channel, program) -> program."""
    return [(t, bytes([m[0], change(m[0] & 15, m[1])]) if m[0] & 0xF0 == 0xC0 else m)
            for t, m in timed]
