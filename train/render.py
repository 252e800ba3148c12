"""Plays pitched notes: recorded ones of real instruments, and General MIDI
through FluidSynth."""

import os
import re
import shutil
import subprocess
import tempfile

import numpy as np
import soundfile
from scipy.ndimage import uniform_filter1d

import midi
from drums import stretch
from studio import RATE

NOTE_NAMES = {"c": 0, "db": 1, "d": 2, "eb": 3, "e": 4, "f": 5, "gb": 6, "g": 7,
              "ab": 8, "a": 9, "bb": 10, "b": 11}
GUITARS = range(24, 32)


def load_mono(path):
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == RATE, path
    return audio.mean(1)


def sustained(audio):
    """A plucked note that does not die away: its middle goes on, level kept up."""
    level = np.sqrt(uniform_filter1d(audio ** 2, RATE // 10)) + 1e-4
    audio = audio * np.minimum(level[RATE // 10] / level, 8)
    first, last = int(0.6 * RATE), min(len(audio) - RATE // 20, int(2.6 * RATE))
    fade = RATE // 5
    if last - first < 3 * fade:
        return audio
    out, rise = audio[:last], np.linspace(0, 1, fade, dtype=np.float32)
    for _ in range(2):
        # The loop starts where the wave matches its end.
        probe = audio[last - 2048:last]
        lag = int(np.argmax(np.correlate(audio[first:first + 4096], probe, "valid"))) + 2048
        again = audio[first + lag - fade:last].copy() if first + lag >= fade else audio[first:last]
        out = np.concatenate([out[:-fade], out[-fade:] * (1 - rise) + again[:fade] * rise,
                              again[fade:]])
    return out.astype(np.float32)


class Notes:
    """Recorded single notes of a pitched instrument, named by pitch."""

    def __init__(self, folder, octave_shift=0, only="", skip="release|perc|hammer|btb"):
        self.by_pitch = {}
        for f in sorted(os.listdir(folder)):
            named = re.findall(r"_([a-g]b?)(\d)_", f)
            if named and re.search(only, f) and not re.search(skip, f):
                name, octave = named[0]
                pitch = NOTE_NAMES[name] + 12 * (int(octave) + 1 + octave_shift)
                self.by_pitch.setdefault(pitch, []).append(os.path.join(folder, f))
        self.pitches = np.array(sorted(self.by_pitch))
        self.cache = {}

    def sample(self, near, take, hold):
        """A recorded note from its start on, its peak 1."""
        path = self.by_pitch[near][take % len(self.by_pitch[near])]
        if (path, hold) not in self.cache:
            audio = load_mono(path)[:5 * RATE]
            start = int(np.argmax(np.abs(audio) > 0.1 * np.abs(audio).max()))
            audio = audio[max(0, start - 200):]
            audio = sustained(audio) if hold else audio
            self.cache[path, hold] = (audio / (np.abs(audio).max() + 1e-6)).astype(np.float16)
        return self.cache[path, hold].astype(np.float32)

    def play(self, notes, rng, hold=False):
        """Mono audio; `hold` keeps long notes from dying away."""
        out = np.zeros(int((max(n.end for n in notes) + 1) * RATE), np.float32)
        ready = {}
        for n in notes:
            near = int(self.pitches[np.abs(self.pitches - n.pitch).argmin()])
            pitch = n.pitch - 12 * round((n.pitch - near) / 12)  # folds far octaves in
            take = int(rng.integers(4))
            at = int(n.start * RATE)
            fade = np.linspace(1, 0, RATE // (60 if n.muted else 20), dtype=np.float32)
            size = min(int((n.end - n.start) * RATE) + len(fade), len(out) - at)
            if n.bend or n.vibrato:
                speed = 2 ** ((pitch - near + n.pitch_curve(np.arange(size) / RATE)) / 12)
                audio = self.sample(near, take, hold)
                position = np.cumsum(speed)
                audio = np.interp(position[position < len(audio)], np.arange(len(audio)), audio)
            else:
                if (pitch, take) not in ready:
                    ready[pitch, take] = stretch(self.sample(near, take, hold),
                                                 2 ** ((pitch - near) / 12))
                audio = ready[pitch, take]
            note = audio[:size].astype(np.float32) * (n.velocity / 127)
            if n.muted:
                note *= np.exp(-np.arange(len(note)) / (0.06 * RATE)).astype(np.float32)
                note = uniform_filter1d(note, 12)
            if len(note) == size:
                note[-len(fade):] *= fade[-len(note):]
            out[at:at + len(note)] += note
        return out


def fluidsynth(timed, soundfont):
    """Channel messages -> stereo audio."""
    with tempfile.TemporaryDirectory() as folder:
        score, wav = os.path.join(folder, "score.mid"), os.path.join(folder, "out.wav")
        midi.write(score, timed)
        if not shutil.which("fluidsynth"):
            raise SystemExit("no program fluidsynth (Debian: apt install fluidsynth)")
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.4", "-r", str(RATE), "-F", wav,
                        soundfont, score], check=True, timeout=120, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return soundfile.read(wav, dtype="float32", always_2d=True)[0]


def reprogram(timed, change):
    """Replaces each channel's program: change(channel, program) -> program."""
    return [(t, bytes([m[0], change(m[0] & 15, m[1])]) if m[0] & 0xF0 == 0xC0 else m)
            for t, m in timed]
