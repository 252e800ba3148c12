"""Composes songs: style, form, chords, and a drum take that sets tempo and meter.

parts.py has the instruments' parts, generator.py their sound.
"""

import os
import re
import sys
from dataclasses import dataclass, field

import numpy as np

import midi
import readers

MODES = {"major": (0, 2, 4, 5, 7, 9, 11), "mixolydian": (0, 2, 4, 5, 7, 9, 10),
         "minor": (0, 2, 3, 5, 7, 8, 10), "dorian": (0, 2, 3, 5, 7, 9, 10)}
# Weights of each degree's successors (I = 0).
FOLLOWS = {0: {3: 4, 4: 3, 5: 3, 1: 1, 2: 1, 6: 1}, 1: {4: 4, 3: 1, 0: 1, 5: 1},
           2: {5: 3, 3: 3, 1: 1}, 3: {0: 3, 4: 4, 5: 2, 1: 1, 6: 1},
           4: {0: 4, 5: 3, 3: 3}, 5: {3: 4, 4: 2, 1: 2, 2: 1, 6: 1, 0: 1},
           6: {0: 4, 3: 3, 5: 1}}


@dataclass
class Style:
    """Odds and levels of one kind of music."""

    grooves: str                 # drum takes whose name matches
    modes: tuple
    guitars: dict                # rhythm guitar parts and how likely each is
    bass: dict                   # bass lines likewise
    tones: dict                  # bass sounds
    keys: dict                   # keyboard parts
    lead: dict                   # what plays the melody
    drive: tuple = (0, 10)       # of the rhythm guitars' amplifier, dB
    tempo: tuple = (70, 180)
    sevenths: float = 0.1
    machine: float = 0.0         # odds of a drum machine's sounds
    pump: float = 0.05           # odds that the kick ducks the rest
    balance: tuple = (0, -1, 0)  # drums, bass, other
    weight: float = 1.0          # how often a song is of this style


ELECTRIC = {"picked": 3, "fingered": 2, "driven": 2}
STYLES = {
    "rock": Style(
        "rock", ("major", "mixolydian", "minor"), weight=2,
        guitars={"power": 3, "open": 3, "riff": 2}, drive=(8, 28),
        bass={"kick": 3, "eighths": 4, "riff": 2}, tones=ELECTRIC,
        keys={"organ": 1, "piano": 1, "none": 3}, lead={"guitar": 6, "synth": 1, "none": 1},
        balance=(0, -2, 2)),
    "hard": Style(
        "rock|punk", ("minor", "mixolydian", "dorian"), weight=2,
        guitars={"power": 2, "riff": 4, "chug": 1}, drive=(20, 36),
        bass={"kick": 2, "eighths": 3, "double": 3}, tones={"picked": 2, "driven": 4},
        keys={"organ": 1, "none": 5}, lead={"guitar": 8, "none": 1}, balance=(0, -2, 3)),
    "metal": Style(
        "rock|punk", ("minor", "dorian"), tempo=(95, 220),
        guitars={"chug": 5, "riff": 3, "power": 1}, drive=(30, 44),
        bass={"double": 5, "eighths": 2}, tones={"picked": 1, "driven": 4},
        keys={"strings": 1, "none": 5}, lead={"guitar": 8, "none": 1}, balance=(0, -2, 2)),
    "punk": Style(
        "punk|rock", ("major", "mixolydian"), tempo=(120, 220),
        guitars={"eighth": 5, "power": 2}, drive=(16, 32),
        bass={"eighths": 6, "double": 1}, tones={"picked": 3, "driven": 2},
        keys={"none": 6, "organ": 1}, lead={"guitar": 4, "none": 2}, balance=(0, -1, 2)),
    "pop": Style(
        "pop|rock|soul|dance", ("major", "minor"), weight=2, sevenths=0.2, machine=0.35, pump=0.2,
        guitars={"strum": 3, "pick": 2, "open": 2, "none": 2}, drive=(-8, 12),
        bass={"kick": 4, "eighths": 3, "long": 2, "riff": 1},
        tones={"picked": 2, "fingered": 3, "synth": 2}, keys={"piano": 3, "epiano": 2, "pad": 3},
        lead={"guitar": 3, "synth": 3, "strings": 1, "winds": 1, "none": 1}),
    "ballad": Style(
        "slow|ballad|6-8|soft|soul|rock", ("major", "minor"), tempo=(50, 95), sevenths=0.25,
        guitars={"pick": 4, "strum": 2, "open": 1}, drive=(-10, 8),
        bass={"long": 4, "kick": 3}, tones={"fingered": 3, "fretless": 3, "picked": 1},
        keys={"piano": 3, "epiano": 1, "pad": 3, "strings": 3},
        lead={"guitar": 5, "winds": 2, "strings": 2, "none": 1}),
    "country": Style(
        "country|highlife|rock-shuffle|rock_|pop", ("major", "mixolydian"),
        guitars={"strum": 5, "boom": 3, "riff": 2}, drive=(-8, 8),
        bass={"two": 5, "walk": 2, "kick": 1}, tones={"fingered": 4, "upright": 3, "picked": 1},
        keys={"piano": 3, "organ": 1, "none": 2},
        lead={"steel": 4, "guitar": 2, "fiddle": 3, "none": 1}),
    "funk": Style(
        "funk|neworleans|afrobeat|hiphop", ("dorian", "mixolydian", "minor"), sevenths=0.7,
        guitars={"scratch": 6, "stab": 2}, drive=(-10, 4),
        bass={"funk": 6, "kick": 2, "riff": 2}, tones={"fingered": 4, "slapped": 3, "growl": 1},
        keys={"clav": 3, "epiano": 2, "organ": 2},
        lead={"brass": 4, "winds": 2, "guitar": 2, "synth": 1}),
    "soul": Style(
        "soul|gospel|blues|funk-purdie|motown", ("major", "dorian", "mixolydian"), sevenths=0.6,
        guitars={"stab": 3, "pick": 1, "scratch": 1}, drive=(-8, 6),
        bass={"kick": 3, "walk": 2, "riff": 3}, tones={"fingered": 4, "upright": 1, "fretless": 1},
        keys={"organ": 3, "epiano": 3, "piano": 2},
        lead={"brass": 3, "winds": 3, "guitar": 2, "strings": 1}),
    "reggae": Style(
        "reggae|afrocuban|latin", ("minor", "major"), weight=0.5,
        guitars={"skank": 6}, drive=(-10, 2),
        bass={"riff": 5, "kick": 2}, tones={"fingered": 4, "synth": 1},
        keys={"organ": 4, "piano": 1, "clav": 1},
        lead={"brass": 2, "guitar": 2, "winds": 2, "none": 1}, balance=(0, 1, -1)),
    "hiphop": Style(
        "hiphop|funk", ("minor", "dorian"), weight=0.7, sevenths=0.5, machine=0.7, pump=0.3,
        guitars={"none": 4, "pick": 1},
        bass={"kick": 5, "long": 3}, tones={"sub": 4, "synth": 2, "fingered": 1},
        keys={"epiano": 3, "pad": 3, "strings": 2, "piano": 2},
        lead={"synth": 2, "winds": 1, "none": 2}, balance=(1, 0, -2)),
    "electronic": Style(
        "dance|pop|hiphop", ("minor", "dorian"), tempo=(85, 175), machine=0.9, pump=0.6,
        guitars={"none": 5, "scratch": 1},
        bass={"octaves": 4, "offbeat": 3, "double": 2, "riff": 2}, tones={"synth": 5, "sub": 2},
        keys={"pad": 4, "arp": 4, "stabs": 3}, lead={"synth": 6, "none": 1}, balance=(1, 0, 0)),
    "jazz": Style(
        "jazz|latin|afrocuban", ("dorian", "major"), weight=0.5, tempo=(70, 240), sevenths=0.9,
        guitars={"comp": 3, "none": 3}, drive=(-12, -2),
        bass={"walk": 5, "riff": 1}, tones={"upright": 5, "fretless": 2, "fingered": 1},
        keys={"piano": 4, "epiano": 2, "organ": 1},
        lead={"winds": 5, "brass": 3, "guitar": 2}, balance=(-1, 0, 1)),
}


@dataclass
class Section:
    first: int               # bar
    bars: int
    energy: float            # 0 thin … 1 everybody plays
    chords: list             # (bar, beat, Chord), in order
    solo: bool = False


@dataclass
class Chord:
    root: int                # pitch class
    tones: tuple             # intervals over the root
    scale: tuple             # pitch classes of the key


@dataclass
class Song:
    style: Style
    name: str                # of the style
    beat: float              # seconds
    beats: int               # of a bar
    swing: float             # where an off-beat eighth falls within its beat
    sections: list = field(default_factory=list)
    drums: list = field(default_factory=list)
    kicks: list = field(default_factory=list)   # seconds

    @property
    def bars(self):
        return self.sections[-1].first + self.sections[-1].bars

    @property
    def seconds(self):
        return self.time(self.bars, 0)

    def time(self, bar, beat):
        """Seconds; off-beats swing."""
        whole, part = divmod(beat, 1)
        if self.swing != 0.5:
            part = part * 2 * self.swing if part < 0.5 else (
                self.swing + (part - 0.5) * 2 * (1 - self.swing))
        return (bar * self.beats + whole + part) * self.beat


def pick(odds, rng):
    names = list(odds)
    weights = np.array([odds[n] for n in names], float)
    return names[rng.choice(len(names), p=weights / weights.sum())]


def chord(degree, mode, key, sevenths):
    steps = MODES[mode]

    def at(d):
        return steps[d % 7] + 12 * (d // 7)

    tones = [at(degree + d) - at(degree) for d in ((0, 2, 4, 6) if sevenths else (0, 2, 4))]
    if tones[2] == 6:      # a diminished triad is rare in songs: a plain fifth instead
        tones[2] = 7
    return Chord((key + at(degree)) % 12, tuple(tones), tuple((key + s) % 12 for s in steps))


def progression(rng, start):
    """Four degrees that lead back to where they began."""
    degrees = [start]
    while len(degrees) < 4:
        degrees.append(pick(FOLLOWS[degrees[-1]], rng))
    return degrees


def form(song, mode, key, seconds, rng):
    """Fills song.sections: a few kinds of section, each with its chords, in turn."""
    sevenths = rng.random() < song.style.sevenths
    pace = rng.choice((0.5, 1, 1, 1, 2))   # chords a bar
    kinds = {}
    for kind, energy in (("verse", 0.55), ("chorus", 1.0), ("bridge", 0.75)):
        start = 0 if rng.random() < 0.7 else int(rng.choice((5, 3)))
        kinds[kind] = progression(rng, start), energy + rng.uniform(-0.15, 0)
    plan = [("verse", "chorus"), ("chorus", "verse", "chorus"), ("verse", "bridge", "chorus"),
            ("bridge", "chorus", "verse")][rng.integers(4)]
    bar, turn = 0, 0
    while song.beat * song.beats * bar < seconds:
        kind = plan[turn % len(plan)]
        degrees, energy = kinds[kind]
        bars = int(rng.choice((4, 8, 8)))
        if song.beat * song.beats > 2.6:
            bars = 4
        chords = []
        for i in range(max(1, int(bars * pace))):
            place = i / pace
            chords.append((bar + int(place), (place % 1) * song.beats,
                           chord(degrees[i % 4], mode, key, sevenths)))
        song.sections.append(Section(bar, bars, energy, chords, solo=rng.random() < 0.45))
        bar, turn = bar + bars, turn + 1


def find_takes(folder):
    """(path, tempo, beats a bar, seconds) of the takes that are beats, not fills: named
    NUMBER_STYLE_TEMPO_beat_METER.mid."""
    takes = []
    for name, path in readers.find_scores(folder).items():
        named = re.search(r"_(\d+)_beat_(\d+)-(\d+)$", name)
        if not named:
            continue
        tempo, upper, lower = map(int, named.groups())
        beats = upper * 4 / lower
        try:
            played = midi.notes(readers.read_score(path, 1e9))
        except readers.Unreadable as error:
            print(f"skipped {error}", file=sys.stderr)
            continue
        if beats == int(beats) and played and played[-1].start > 12:
            takes.append((path, tempo, int(beats), played[-1].start))
    return takes or readers.nothing_in(folder, "scores")


def swing_of(played, beat):
    """Where the drummer's off-beats fall: 0.5 straight, 0.67 shuffled."""
    phase = np.array([n.start / beat % 1 for n in played])
    straight = ((phase > 0.45) & (phase < 0.55)).sum()
    late = ((phase > 0.6) & (phase < 0.71)).sum()
    return 0.5 if straight >= late else float(np.median(phase[(phase > 0.6) & (phase < 0.71)]))


def take_drums(song, played, bar_seconds, rng):
    """The take from one of its bars on, again from its start where it ends."""
    last = int(played[-1].start / bar_seconds)
    offset = int(rng.integers(max(1, last - song.bars))) if last > song.bars else 0
    length = max(1, last - offset) * bar_seconds
    bar, stretch = song.beats * song.beat, song.beats * song.beat / bar_seconds
    at = 0.0
    taken = [n for n in played if n.start >= offset * bar_seconds - 0.05]
    while at < song.seconds:
        for n in taken:
            start = n.start - offset * bar_seconds
            if start < length - 0.05 and (at + start * stretch) < song.seconds - 0.02:
                time = max(0.0, at + start * stretch)
                song.drums.append(midi.Note(time, time + 0.1, n.pitch, n.velocity, 9, 0))
        at += round(length * stretch / bar) * bar


def four_on_the_floor(song, rng):
    """A programmed pattern: kick on the beats, claps, running hats."""
    hats = [(0.5,), (0, 0.5), (0, 0.25, 0.5, 0.75), (0.25, 0.5, 0.75)][rng.integers(4)]
    clap = 39 if rng.random() < 0.5 else 38
    ghosts = [(int(b), float(s)) for b, s in zip(rng.integers(0, song.beats, 2),
                                                  rng.choice((0.25, 0.75), 2))]
    hits = []
    for section in song.sections:
        for bar in range(section.first, section.first + section.bars):
            for beat in range(song.beats):
                hits.append((bar, beat, 36, 115))
                if beat % 2:
                    hits.append((bar, beat, clap, 105))
                hits += [(bar, beat + h, 46 if h == 0.5 and len(hats) < 3 else 42,
                          70 + 25 * (h == 0.5)) for h in hats]
            hits += [(bar, b + s, 36 if rng.random() < 0.3 else 70, 60) for b, s in ghosts]
    for bar, beat, pitch, velocity in hits:
        time = song.time(bar, beat)
        song.drums.append(midi.Note(time, time + 0.1, pitch,
                                    int(np.clip(velocity + rng.normal(0, 5), 1, 127)), 9, 0))


def arrange_drums(song, rng):
    """Breaks and crashes where sections meet."""
    kept = []
    for i, section in enumerate(song.sections):
        start, end = song.time(section.first, 0), song.time(section.first + section.bars, 0)
        part = [n for n in song.drums if start - 0.03 <= n.start < end - 0.03]
        silent = rng.random()
        if silent < 0.07 and section.bars == 4:
            part = []
        elif silent < 0.12:
            part = [n for n in part if n.pitch not in (35, 36)]
        elif section.energy > 0.8 and i and not any(
                n.pitch in (49, 52, 55, 57) and n.start < start + 0.1 for n in part):
            part.insert(0, midi.Note(start, start + 0.1, 49, int(rng.integers(90, 120)), 9, 0))
        kept += part
    song.drums = kept
    song.kicks = [n.start for n in kept if n.pitch in (35, 36)]


def compose(takes, seconds, rng):
    """A song of about `seconds`: everything but the pitched parts."""
    name = pick({name: style.weight for name, style in STYLES.items()}, rng)
    style = STYLES[name]
    fitting = [t for t in takes if re.search(style.grooves, os.path.basename(t[0]))
               and style.tempo[0] <= t[1] <= style.tempo[1]]
    fitting = fitting or takes
    odds = np.array([t[3] ** 0.5 for t in fitting])
    path, tempo, beats, _ = fitting[rng.choice(len(fitting), p=odds / odds.sum())]
    played = midi.notes(midi.messages(path))
    beat = 60 / tempo
    song = Song(style, name, beat / rng.uniform(0.92, 1.08), beats, swing_of(played, beat))
    mode = str(rng.choice(style.modes))
    form(song, mode, int(rng.integers(12)), seconds, rng)
    if name == "electronic" and rng.random() < 0.7:
        song.swing = 0.5
        four_on_the_floor(song, rng)
    else:
        take_drums(song, played, beats * beat, rng)
    arrange_drums(song, rng)
    return song
