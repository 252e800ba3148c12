"""The parts of the instruments: bass lines, guitars, keyboards, melodies.

A part is a function (song, section, rng) -> notes; its rhythm is drawn once per
section and varied a little from bar to bar.
"""

import numpy as np

from midi import Note

OPEN_STRINGS = (40, 45, 50, 55, 59, 64)
ROCK = [(0, 1.5), (1.5, 0.5), (2, 1), (3, 1)], [(0, 2), (2, 1.5), (3.5, 0.5)], \
       [(0, 0.75), (0.75, 0.75), (1.5, 1), (2.5, 0.5), (3, 1)], [(0, 4)], \
       [(0, 0.5), (0.5, 1), (1.5, 1), (2.5, 0.5), (3, 0.5), (3.5, 0.5)], \
       [(0, 1), (1, 1), (2, 1), (3, 1)]
STRUMS = [(0, 1), (1, 0.5), (1.5, 1), (2.5, 0.5), (3, 0.5), (3.5, 0.5)], \
         [(0, 0.5), (0.5, 0.5), (1, 0.5), (1.5, 0.5), (2, 0.5), (2.5, 0.5), (3, 0.5), (3.5, 0.5)], \
         [(0, 1), (1, 1), (2, 0.5), (2.5, 0.5), (3, 1)], \
         [(0, 0.75), (0.75, 0.25), (1, 0.5), (1.5, 0.25), (1.75, 0.75), (2.5, 0.5), (3, 0.25),
          (3.25, 0.25), (3.5, 0.5)], [(0, 1.5), (1.5, 1), (2.5, 1.5)]
SCRATCHES = [(0, 0.25), (0.75, 0.25), (1, 0.25), (1.5, 0.25), (1.75, 0.25), (2.25, 0.25),
             (2.75, 0.25), (3, 0.25), (3.5, 0.25)], \
            [(0.5, 0.25), (1, 0.25), (1.25, 0.25), (1.75, 0.5), (2.5, 0.25), (3, 0.25),
             (3.75, 0.25)]


def rhythm(choices, song, rng):
    pattern = choices[rng.integers(len(choices))]
    # A bar of five beats repeats the first; one of three stops early.
    pattern = list(pattern) + [(b + 4, l) for b, l in pattern if b + 4 < song.beats]
    return [(b, min(l, song.beats - b)) for b, l in pattern if b < song.beats]


def grid(step, song):
    return [(i * step, step) for i in range(int(song.beats / step))]


def bars(song, section, pattern):
    """Yields (start, end, beat, chord) of a pattern in every bar of a section."""
    place, chord = 0, section.chords[0][2]
    for bar in range(section.first, section.first + section.bars):
        for beat, length in pattern:
            while place < len(section.chords) and section.chords[place][:2] <= (bar, beat + 0.01):
                chord = section.chords[place][2]
                place += 1
            yield song.time(bar, beat), song.time(bar, beat + length), beat, chord


def loose(notes, rng, spread, late=0.0):
    """A player's timing and touch."""
    drift = 0.0
    for n in sorted(notes, key=lambda n: n.start):
        drift = 0.9 * drift + rng.normal(0, 0.4 * spread)
        shift = drift + rng.normal(0, spread) + late
        n.start, n.end = max(0.0, n.start + shift), max(0.03, n.end + shift)
        n.velocity = int(np.clip(n.velocity * rng.normal(1, 0.07), 1, 127))
    return notes


def nearest(pitch_class, around):
    return around + (pitch_class - around + 6) % 12 - 6


# ---- bass

def low(chord, lowest=28):
    return lowest + (chord.root - lowest) % 12


def in_scale(pitch, chord):
    return min((p for p in range(26, 50) if p % 12 in chord.scale), key=lambda p: abs(p - pitch))


def bass_kick(song, section, rng):
    """Where the bass drum plays, and on the chord changes."""
    kicks = np.array(song.kicks) if song.kicks else np.zeros(1)
    step = song.beat / 4
    hits = [t for t in kicks if song.time(section.first, 0) - 0.03 <= t
            < song.time(section.first + section.bars, 0) - 0.05]
    changes = [(song.time(bar, beat), chord) for bar, beat, chord in section.chords]
    times = sorted(set(round(t / step) for t in hits) | {round(t / step) for t, _ in changes})
    notes, length = [], rng.uniform(0.6, 1.0)
    end = song.time(section.first + section.bars, 0)
    for i, at in enumerate(times):
        # With the drummer, not with the clock.
        start = min(hits, key=lambda t: abs(t - at * step), default=at * step)
        start = start if abs(start - at * step) < step / 2 else at * step
        chord = [c for t, c in changes if t <= start + step / 2] or [changes[0][1]]
        following = times[i + 1] * step if i + 1 < len(times) else end
        step_up = rng.choice((0, 7, 12, -5), p=(0.8, 0.08, 0.08, 0.04))
        notes.append(Note(start, start + max(0.08, length * (following - start)),
                          low(chord[-1]) + int(step_up), int(rng.integers(80, 110))))
    return notes


def bass_eighths(song, section, rng, step=0.5):
    length = rng.uniform(0.7, 1.0)
    return [Note(t, t + length * (e - t), low(c), 105 if beat == int(beat) else 88)
            for t, e, beat, c in bars(song, section, grid(step, song))]


def bass_double(song, section, rng):
    return bass_eighths(song, section, rng, 0.25 if song.beat > 0.45 else 0.5)


def bass_long(song, section, rng):
    halves = [(0, 2.5), (2.5, 1.5)], [(0, 2), (2, 2)]
    pattern = [(0, song.beats)] if rng.random() < 0.4 else rhythm(halves, song, rng)
    return [Note(t, e - 0.03, low(c) + (0 if beat == 0 or rng.random() < 0.6 else 7), 92)
            for t, e, beat, c in bars(song, section, pattern)]


def bass_riff(song, section, rng):
    """A motif over the chord's root, repeated."""
    step = 0.25 if rng.random() < 0.4 else 0.5
    cells = [(b, l) for b, l in grid(step, song) if b == 0 or rng.random() < 0.55]
    steps = {b: int(rng.choice((0, 0, 0, 3, 5, 7, 10, 12, -2))) for b, _ in cells}
    steps[0] = 0
    notes = []
    for t, e, beat, c in bars(song, section, cells):
        pitch = low(c) if beat == 0 else in_scale(low(c) + steps[beat], c)
        notes.append(Note(t, t + rng.uniform(0.8, 1.6) * (e - t), pitch, 98))
    return notes


def bass_walk(song, section, rng):
    notes, pitch = [], None
    played = list(bars(song, section, grid(1, song)))
    for i, (t, e, beat, c) in enumerate(played):
        if pitch is None or c is not played[i - 1][3]:
            pitch = low(c)
        elif i + 1 < len(played) and played[i + 1][3] is not c:
            pitch = low(played[i + 1][3]) + int(rng.choice((-1, 1, 2, -2)))
        else:
            step = rng.choice((-4, -3, -2, 2, 3, 4, 5))
            pitch = in_scale(int(np.clip(pitch + step, 28, 48)), c)
        notes.append(Note(t, t + 0.9 * (e - t), pitch, int(rng.integers(85, 110))))
    return notes


def bass_two(song, section, rng):
    """Root and fifth in turn."""
    step = 2 if song.beats % 2 == 0 else 1
    return [Note(t, t + 0.75 * (e - t), low(c) + (0 if beat % (2 * step) == 0 else
                                                  -5 if low(c) > 33 else 7), 98)
            for t, e, beat, c in bars(song, section, grid(step, song))]


def bass_funk(song, section, rng):
    """Sixteenths around the one: octaves, sevenths, ghost notes."""
    cells = [(b, l) for b, l in grid(0.25, song)
             if b == 0 or rng.random() < (0.5 if b % 0.5 else 0.35)]
    steps = {b: int(rng.choice((0, 0, 12, 10, 7, 3, 5))) for b, _ in cells}
    notes = []
    for t, e, beat, c in bars(song, section, cells):
        ghost = beat and rng.random() < 0.2
        pitch = low(c) + (0 if beat == 0 else steps[beat])
        notes.append(Note(t, t + (0.05 if ghost else rng.uniform(0.6, 1.3) * (e - t)), pitch,
                          45 if ghost else int(rng.integers(85, 120)), muted=ghost))
    return notes


def bass_octaves(song, section, rng):
    return [Note(t, t + 0.8 * (e - t), low(c) + (12 if beat % 1 else 0), 100)
            for t, e, beat, c in bars(song, section, grid(0.5, song))]


def bass_offbeat(song, section, rng):
    return [Note(t, t + 0.9 * (e - t), low(c), 105)
            for t, e, beat, c in bars(song, section, grid(0.5, song)) if beat % 1]


BASS = {name[5:]: part for name, part in list(globals().items()) if name.startswith("bass_")}


# ---- rhythm guitars

def power(chord, lowest):
    root = lowest + (chord.root - lowest) % 12
    return (root, root + 7, root + 12)


def voicing(chord, position):
    """On each string the first chord tone from `position` up, from the root's string."""
    tones = {(chord.root + t) % 12 for t in chord.tones}
    strings = []
    for string in OPEN_STRINGS:
        pitch = next(p for p in range(string + position, string + position + 12) if p % 12 in tones)
        if strings or pitch % 12 == chord.root or string >= 50:
            if not strings or pitch > strings[-1]:
                strings.append(pitch)
    return strings


def strummed(t, e, pitches, velocity, up, rng, muted=False):
    order = pitches[::-1][:4] if up else pitches
    gap = rng.uniform(0.003, 0.012)
    return [Note(t + i * gap, e, p, int(velocity * rng.uniform(0.85, 1.0)), muted=muted)
            for i, p in enumerate(order)]


def guitar_power(song, section, rng):
    """Struck and held."""
    lowest = int(rng.integers(38, 42))
    return [n for t, e, beat, c in bars(song, section, rhythm(ROCK, song, rng))
            for n in strummed(t, e - 0.02, power(c, lowest), 105, False, rng)]


def guitar_eighth(song, section, rng):
    """Down-strokes in eighths, the off-beats damped now and then."""
    damped = rng.random() < 0.4 and section.energy < 0.8
    return [n for t, e, beat, c in bars(song, section, grid(0.5, song))
            for n in strummed(t, e, power(c, 40), 112 if beat % 2 == 0 else 95, False, rng,
                              muted=damped and beat != 0)]


def guitar_chug(song, section, rng):
    """Palm-muted gallops on the low string, with open chords as accents."""
    step = 0.25 if song.beat > 0.3 else 0.5
    cells = [(b, l) for b, l in grid(step, song) if rng.random() < 0.8 or b == 0]
    accents = {b for b, _ in cells if rng.random() < 0.22} | {0}
    notes = []
    for t, e, beat, c in bars(song, section, cells):
        if beat in accents:
            notes += strummed(t, e + song.beat * 0.4, power(c, 38), 115, False, rng)
        else:
            notes.append(Note(t, e, power(c, 38)[0], 95, muted=True))
    return notes


def guitar_riff(song, section, rng):
    """A line in power chords or single notes, the same in every other bar."""
    double = rng.random() < 0.7
    cells = [(b, l) for b, l in grid(0.5, song) if b == 0 or rng.random() < 0.7]
    steps = {b: int(rng.choice((0, 0, 0, 3, 5, 6, 7, 10, 12))) for b, _ in cells}
    notes = []
    for i, (t, e, beat, c) in enumerate(bars(song, section, cells)):
        following = cells[(i + 1) % len(cells)][0] or song.beats
        end = t + (following - beat) * song.beat * rng.uniform(0.7, 1.0)
        root = power(c, 40)[0] + (steps[beat] if beat else 0)
        muted = rng.random() < 0.15
        notes += strummed(t, end, (root, root + 7) if double else (root,), 105, False, rng, muted)
    return notes


def guitar_strum(song, section, rng, choices=STRUMS):
    position = int(rng.choice((0, 0, 2, 4, 7)))
    return [n for t, e, beat, c in bars(song, section, rhythm(choices, song, rng))
            if rng.random() < 0.94
            for n in strummed(t, e, voicing(c, position), 100 if beat % 1 == 0 else 80,
                              beat % 1 != 0, rng)]


def guitar_open(song, section, rng):
    """Full chords left to ring."""
    return guitar_strum(song, section, rng, ROCK)


def guitar_pick(song, section, rng):
    """Broken chords, each note ringing over the next."""
    order = [int(i) for i in rng.integers(1, 5, 8)]
    position, notes = int(rng.choice((0, 0, 2, 5))), []
    for i, (t, e, beat, c) in enumerate(bars(song, section, grid(0.5, song))):
        strings = voicing(c, position)
        pitch = strings[0] if beat == 0 else strings[min(order[i % 8], len(strings) - 1)]
        notes.append(Note(t, t + 3 * (e - t), pitch, 90 if beat == 0 else 75))
    return notes


def guitar_boom(song, section, rng):
    """Country: bass note, strum, fifth, strum."""
    notes = []
    for t, e, beat, c in bars(song, section, grid(0.5, song)):
        strings = voicing(c, 0)
        if beat % 1 == 0 and beat % 2 == 0:
            notes.append(Note(t, e + song.beat / 2, strings[0 if beat == 0 else 1], 100))
        elif beat % 2 == 1 or rng.random() < 0.5:
            notes += strummed(t, e, strings[2:], 85, beat % 1 != 0, rng)
    return notes


def guitar_scratch(song, section, rng):
    """Funk: short chords high up, damped strokes between."""
    chords = dict(rhythm(SCRATCHES, song, rng))
    notes = []
    for t, e, beat, c in bars(song, section, grid(0.25, song)):
        if beat in chords:
            notes += strummed(t, e, voicing(c, 5)[-4:], 105, beat % 0.5 != 0, rng)
        elif rng.random() < 0.6:
            notes += strummed(t, t + 0.04, voicing(c, 5)[-3:], 60, beat % 0.5 != 0, rng, True)
    return notes


def guitar_stab(song, section, rng):
    """On the back-beats."""
    return [n for t, e, beat, c in bars(song, section, grid(0.5, song))
            if beat % 2 == 1 or rng.random() < 0.08
            for n in strummed(t, t + 0.18, voicing(c, 5)[-4:], 100, True, rng)]


def guitar_skank(song, section, rng):
    return [n for t, e, beat, c in bars(song, section, grid(0.5, song)) if beat % 1
            for n in strummed(t, t + 0.12, voicing(c, 4)[-4:], 100, True, rng)]


def guitar_comp(song, section, rng):
    """Jazz: few short chords where they surprise."""
    cells = [(b, l) for b, l in grid(0.5, song) if rng.random() < 0.3]
    return [n for t, e, beat, c in bars(song, section, cells or [(0, 1)]) if rng.random() < 0.8
            for n in strummed(t, t + rng.uniform(0.1, 0.6), voicing(c, 4)[-4:], 80, False, rng)]


GUITARS = {name[7:]: part for name, part in list(globals().items()) if name.startswith("guitar_")}


# ---- keyboards, strings, brass

def close(chord, around):
    """The chord's tones near one another."""
    return sorted(nearest((chord.root + t) % 12, around) for t in chord.tones)


def keys_held(song, section, rng):
    around = int(rng.integers(56, 66))
    chords = section.chords + [(section.first + section.bars, 0, None)]
    return [Note(song.time(*chords[i][:2]), song.time(*chords[i + 1][:2]) - 0.02, p, 80)
            for i in range(len(section.chords)) for p in close(chords[i][2], around)]


def keys_comp(song, section, rng):
    around, choices = int(rng.integers(56, 66)), ROCK + STRUMS[:3]
    return [Note(t, e - 0.03, p, int(rng.integers(70, 105)))
            for t, e, beat, c in bars(song, section, rhythm(choices, song, rng))
            for p in [48 + c.root % 12] * (beat == 0) + close(c, around)]


def keys_arp(song, section, rng):
    around, step = int(rng.integers(58, 72)), rng.choice((0.25, 0.25, 0.5))
    order = rng.integers(0, 4, 8)
    return [Note(t, e, (close(c, around) * 2)[order[i % 8]] + 12 * (i % 8 == 3),
                 int(rng.integers(75, 105)))
            for i, (t, e, beat, c) in enumerate(bars(song, section, grid(step, song)))]


def keys_stabs(song, section, rng):
    around = int(rng.integers(58, 70))
    return [Note(t, t + 0.16, p, 105)
            for t, e, beat, c in bars(song, section, rhythm(SCRATCHES + STRUMS[3:], song, rng))
            for p in close(c, around)]


# ---- melodies

def lead(song, section, rng, lowest, highest):
    """Phrases that wander over the scale, rest on chord tones, and are played as
    strings and wind are: bent into, slid into, with vibrato on what is held."""
    motif = [float(v) for v in rng.choice((0.25, 0.5, 0.5, 1, 1, 1.5, 2, 3), rng.integers(3, 7))]
    chords = list(bars(song, section, grid(1, song)))
    expression = rng.uniform(0.3, 1.0)
    fast = rng.random() < 0.3
    beat, last = 0.0, song.beats * section.bars
    pitch = (lowest + highest) // 2 + int(rng.integers(-4, 5))
    notes = []
    while beat < last:
        if rng.random() < 0.25:
            beat += float(rng.choice((1, 2)))      # breath
            continue
        for i, length in enumerate(motif):
            length = length / 2 if fast and rng.random() < 0.7 else length
            if beat >= last:
                break
            chord = chords[min(int(beat), len(chords) - 1)][3]
            long = length * song.beat > 0.5 or i == len(motif) - 1
            allowed = {(chord.root + t) % 12 for t in chord.tones} if long else set(chord.scale)
            target = int(np.clip(pitch + rng.choice((-5, -3, -2, -1, 1, 2, 3, 5)), lowest, highest))
            target = min((p for p in range(lowest - 3, highest + 4) if p % 12 in allowed),
                         key=lambda p: (abs(p - target), p))
            start = song.time(section.first, beat)
            end = min(song.time(section.first, beat + length), song.time(section.first, last))
            bend, how = (), rng.random() / expression
            if how < 0.18 and end - start > 0.2:
                rise = float(rng.uniform(0.06, 0.22))
                bend = ((0.03, -float(rng.choice((1, 2)))), (0.03 + rise, 0.0))
            elif how < 0.32 and abs(target - pitch) <= 5 and notes:
                slide = float(rng.uniform(0.05, 0.12))
                bend = ((0.0, float(np.clip(pitch - target, -2, 2))), (slide, 0.0))
            elif how < 0.36 and end - start > 0.5:
                bend = ((end - start - 0.2, 0.0), (end - start, -2.0))
            notes.append(Note(start, end - 0.01, target, int(rng.integers(85, 120)), bend=bend,
                              vibrato=float(rng.uniform(0.1, 0.45)) * expression if long else 0.0))
            pitch, beat = target, beat + length
    return notes
