"""Generates songs with known stems: composed, played and mixed at random.

Drums are takes of real drummers on a recorded kit or a drum machine; basses and
guitars are recorded notes through amplifiers; the rest comes from a soundfont
and a synthesiser. There is no voice: voices are recordings, added when mixing.
"""

import os

import numpy as np

import compose
import drums
import midi
import parts
import readers
import render
import studio
import synthesiser
from compose import pick
from studio import RATE

PROGRAMS = {"piano": (0, 1, 2), "epiano": (4, 5), "organ": (16, 17, 18), "clav": (7,),
            "pad": (88, 89, 90, 92, 94, 95, 50, 51), "strings": (48, 49, 44),
            "arp": (80, 81, 38, 11, 45), "stabs": (81, 62, 63, 90, 5), "brass": (61, 56, 57, 62),
            "winds": (64, 65, 66, 71, 73, 22), "fiddle": (40, 110), "slapped": (36, 37)}
PLAYED = {"piano": "comp", "epiano": "comp", "organ": "held", "clav": "stabs", "pad": "held",
          "strings": "held", "arp": "arp", "stabs": "stabs"}
KEYS = {name[5:]: part for name, part in vars(parts).items() if name.startswith("keys_")}
KEY_CHANNELS, LEAD_CHANNEL = (0, 1, 2), 4


class Band:
    """The recorded instruments, loaded once; without a drum kit the soundfont's are played."""

    def __init__(self, drumkit, bass, guitar, soundfont):
        for folder in (bass, guitar, *filter(None, (drumkit,))):
            readers.require(folder, "samples")
        if not os.path.exists(soundfont):
            raise SystemExit(f"no soundfont {soundfont}: Debian's fluid-soundfont-gm has one")
        self.kit = drums.Kit(drums.recorded(drumkit, render.load_mono)) if drumkit else None

        def notes(folder, name, shift, only=""):
            return render.Notes(os.path.join(folder, name), shift, only)

        self.basses = {"picked": [notes(bass, "growly", -1, "_f_|_ff_")],
                       "fingered": [notes(bass, "meat", 0, "vl[23]"),
                                    notes(bass, "growly", -1, "_p_")],
                       "driven": [notes(bass, "growly", -1, "_ff_"),
                                  notes(bass, "meat", 0, "vl4")],
                       "growl": [notes(bass, "growly", -1, "staccato|_ff_")],
                       "fretless": [notes(bass, "double", 0), notes(bass, "meat", 0, "vl[12]")],
                       "upright": [notes(bass, "double", 0)]}
        self.electrics = [notes(guitar, "electric", -1, "black_ord"),
                          notes(guitar, "electric", -1, "green_ord"),
                          notes(guitar, "shiny", 0, "_electric_.*vl")]
        self.acoustic = notes(guitar, "shiny", 0, "_acoustic_.*vl")
        self.soundfont = soundfont


def fit(audio, size):
    """Cut or padded to `size` samples."""
    audio = audio[:size]
    return np.pad(audio, ((0, size - len(audio)), (0, 0)))


def levelled(audio, db):
    return audio * (10 ** (db / 20) / studio.loudness(audio))


def in_sections(song, rng, odds, kind_of):
    """The notes of a part over all sections it takes part in; thin ones less often."""
    kinds = (kind_of(), kind_of())
    notes = []
    for section in song.sections:
        if rng.random() < odds * (0.5 + 0.5 * section.energy):
            notes += kinds[section.energy > 0.8](song, section, rng)
    return [n for n in notes if n.end > n.start]


def play_drums(song, band, rng):
    if rng.random() < song.style.machine:
        return drums.Kit(drums.machine(rng)).play(song.drums, rng)
    if not band.kit or rng.random() < 0.15:
        kit = int(rng.choice((0, 8, 16, 32, 40)))
        timed = midi.play(song.drums, lambda channel: {7: 110, 91: int(rng.integers(0, 80))})
        audio = render.fluidsynth([(0.0, bytes([0xC9, kit]))] + timed, band.soundfont)
        audio = studio.compress(audio, rng.uniform(0, 0.4), 0.02)
        return studio.saturate(audio, rng.uniform(-12, 3))
    return band.kit.play(song.drums, rng)


def bass_curve(rng, bright):
    """Mixed basses have more fundamental and far less treble than the bare strings."""
    dark = rng.uniform(0.1, 0.6) if bright else rng.uniform(0.3, 1.2)
    weight = rng.uniform(2, 9)
    return [(30, 0), (55, weight), (90, 0.7 * weight), (200, 0), (450, -6 * dark),
            (1000, -14 * dark), (2000, -22 * dark), (4000, -28 * dark), (10000, -34 * dark)]


def play_bass(song, band, rng):
    notes = in_sections(song, rng, 1.25, lambda: parts.BASS[pick(song.style.bass, rng)])
    if not notes:
        return None
    parts.loose(notes, rng, rng.uniform(0.002, 0.009), rng.normal(0, 0.006))
    tone = pick(song.style.tones, rng)
    if tone == "fretless":
        for n in notes:
            if rng.random() < 0.3:
                n.bend = ((0.0, -float(rng.uniform(0.5, 2))), (float(rng.uniform(0.06, 0.2)), 0.0))
            n.vibrato = 0.15 if n.end - n.start > 0.5 else 0.0
    if tone in ("synth", "sub"):
        deep = tone == "sub"
        audio = synthesiser.play(notes, rng, 1 if deep else int(rng.integers(1, 4)),
                                 sub=2.0 if deep else rng.uniform(0, 1),
                                 bright=(rng.uniform(80, 150), 300) if deep else
                                 (rng.uniform(150, 500), rng.uniform(800, 4000)))
        audio = audio.mean(1)
    elif tone == "slapped":
        program = int(rng.choice(PROGRAMS["slapped"]))
        for n in notes:
            n.program = program
        timed = midi.play(notes, lambda channel: {7: 120, 91: 0})
        audio = render.fluidsynth(timed, band.soundfont).mean(1)
    else:
        played = band.basses[tone][rng.integers(len(band.basses[tone]))]
        audio = played.play(notes, rng, hold=tone == "fretless" or rng.random() < 0.3)
    if tone == "driven" or (tone not in ("upright", "fretless", "sub") and rng.random() < 0.2):
        driven = studio.amplifier(audio, rng, rng.uniform(10, 32), 60, rng.uniform(0.5, 1.0))
        audio = levelled(audio, 0) + levelled(driven, rng.uniform(-14, -1))
    audio = studio.shape(audio, bass_curve(rng, bright=tone in ("driven", "slapped", "growl")))
    audio = studio.compress(audio, rng.uniform(0.2, 0.8), rng.uniform(0.02, 0.1))
    if rng.random() < 0.5:
        audio = studio.saturate(audio, rng.uniform(-12, 6))
    wide = studio.chorus(audio, rng) if rng.random() < 0.06 else studio.pan(audio, 0.0)
    return studio.reverberate(wide, rng, 0.3, 0.1) if rng.random() < 0.15 else wide


def rhythm_guitar(song, notes, kind, band, rng):
    """Two takes to the sides, or one somewhere, through amplifiers of the song."""
    acoustic = kind in ("strum", "boom", "pick") and rng.random() < 0.45
    drive = rng.uniform(*song.style.drive)
    if kind in ("pick", "scratch", "stab", "skank", "comp"):
        drive = min(drive, rng.uniform(-12, 6))
    player = band.acoustic if acoustic else band.electrics[rng.integers(3)]
    hold = drive > 20

    def take():
        copy = [midi.Note(**vars(n)) for n in notes]
        parts.loose(copy, rng, rng.uniform(0.003, 0.01))
        audio = player.play(copy, rng, hold)
        if acoustic:
            audio = studio.shape(audio, studio.random_curve(rng, 3))
            audio = studio.filtered(audio, "highpass", 80)
            return studio.compress(audio, rng.uniform(0.1, 0.5), 0.03)
        tight = rng.uniform(60, 100) if drive < 20 else rng.uniform(90, 180)
        return studio.amplifier(audio, rng, drive, tight, rng.uniform(0.8, 1.3))

    if rng.random() < (0.8 if drive > 14 else 0.35):
        width = rng.uniform(0.5, 1.0)
        left, right = take(), take()
        size = max(len(left), len(right))
        out = fit(studio.pan(left / studio.loudness(left), -width), size)
        out += fit(studio.pan(right / studio.loudness(right), width), size)
    else:
        mono = take()
        place = rng.uniform(-0.7, 0.7)
        out = studio.chorus(mono, rng) if rng.random() < 0.3 else studio.pan(mono, place)
    return studio.reverberate(out, rng, rng.uniform(0.15, 1.2), 10 ** (rng.uniform(-30, -9) / 20))


def lead_guitar(song, notes, steel, band, rng):
    player = band.electrics[rng.integers(3)]
    drive = rng.uniform(-6, 6) if steel else rng.uniform(max(5, song.style.drive[0]), 40)
    audio = studio.compress(player.play(notes, rng, hold=True), 0.5, 0.05)
    audio = studio.amplifier(audio, rng, drive, rng.uniform(120, 250), rng.uniform(0.8, 1.2))
    audio = studio.pan(audio, rng.uniform(-0.3, 0.3))
    if rng.random() < 0.4:    # a second voice: thirds, the octave, or the same again
        steps = int(rng.choice((0, 4, 3, -5, 12)))
        copy = [midi.Note(**{**vars(n), "pitch": n.pitch + steps}) for n in notes]
        other = player.play(parts.loose(copy, rng, 0.008), rng, hold=True)
        other = studio.pan(studio.amplifier(other, rng, drive, 150), rng.uniform(-0.8, 0.8))
        size = max(len(audio), len(other))
        audio = fit(audio, size) + rng.uniform(0.4, 0.9) * fit(other, size)
    if rng.random() < 0.6:
        time = song.beat * rng.choice((0.5, 0.75, 1))
        audio = studio.echo(audio, time, 0.4, rng.uniform(0.1, 0.4))
    return studio.reverberate(audio, rng, rng.uniform(0.5, 2.5), 10 ** (rng.uniform(-22, -6) / 20))


def melody(song, rng, lowest, highest):
    """In solos always, elsewhere now and then."""
    notes = []
    for section in song.sections:
        if section.solo or rng.random() < 0.2:
            notes += parts.lead(song, section, rng, lowest, highest)
    return [n for n in notes if n.end - n.start > 0.03]


def play_keys(song, band, rng):
    """All that the soundfont plays, in one go: [samples, 2] or None."""
    notes, controls = [], {}
    for channel in KEY_CHANNELS[:int(rng.integers(1, 4))]:
        sound = pick(song.style.keys, rng)
        if sound == "none":
            continue
        program = int(rng.choice(PROGRAMS[sound]))
        part = parts.loose(in_sections(song, rng, 0.9, lambda: KEYS[PLAYED[sound]]), rng, 0.006)
        for n in part:
            n.channel, n.program = channel, program
        controls[channel] = {7: int(rng.integers(60, 115)), 10: int(rng.integers(24, 104)),
                             91: int(rng.integers(0, 100)), 93: int(rng.integers(0, 80))}
        notes += part
    return render.fluidsynth(midi.play(notes, controls.get), band.soundfont) if notes else None


def play_lead(song, band, rng):
    sound = pick(song.style.lead, rng)
    lowest = int(rng.integers(52, 64))
    notes = [] if sound == "none" else melody(song, rng, lowest, lowest + int(rng.integers(12, 22)))
    if not notes:
        return None
    if sound in ("guitar", "steel"):
        return lead_guitar(song, notes, sound == "steel", band, rng)
    if sound == "synth":
        audio = synthesiser.play(notes, rng, int(rng.integers(1, 6)),
                                 bright=(rng.uniform(600, 3000), rng.uniform(3000, 12000)))
        audio = studio.echo(audio, song.beat * 0.75, 0.4, rng.uniform(0, 0.4))
        return studio.reverberate(audio, rng, rng.uniform(0.5, 2), rng.uniform(0.05, 0.4))
    program = int(rng.choice(PROGRAMS[sound]))
    for n in notes:
        n.channel, n.program = LEAD_CHANNEL, program
    settings = {7: 110, 10: int(rng.integers(44, 84)), 91: int(rng.integers(20, 110))}
    audio = render.fluidsynth(midi.play(notes, lambda c: settings), band.soundfont)
    return studio.saturate(audio, rng.uniform(-6, 8)) if rng.random() < 0.2 else audio


def play_other(song, band, rng):
    tracks = []
    for number in range(int(rng.choice((1, 1, 2, 2, 3)))):
        kind = pick(song.style.guitars, rng)
        if kind == "none":
            continue
        notes = in_sections(song, rng, 1.2 - 0.3 * number, lambda: parts.GUITARS[kind])
        if notes:
            tracks.append((rhythm_guitar(song, notes, kind, band, rng), rng.normal(-2 * number, 2)))
    keys, lead = play_keys(song, band, rng), play_lead(song, band, rng)
    if keys is not None:
        tracks.append((keys, rng.normal(-2, 3)))
    if lead is not None:
        tracks.append((lead, rng.normal(1, 3)))
    if not tracks:
        return None
    size = int(song.seconds * RATE) + RATE
    total = sum(levelled(fit(audio, size), db) for audio, db in tracks)
    tilt = rng.uniform(-7, 1)     # the sum of bright tracks is mixed duller than each alone
    total = studio.shape(total, [(20, 0), (1000, 0), (4000, tilt), (16000, 1.5 * tilt)])
    if rng.random() < 0.3:
        total = studio.compress(total, rng.uniform(0.1, 0.4), 0.05)
    return total


def make(takes, band, seconds, rng):
    """{stem: [samples, 2]} of one song, balanced as its style is."""
    song = compose.compose(takes, seconds, rng)
    size = int(song.seconds * RATE) + RATE
    played = {"drums": play_drums(song, band, rng) if song.drums else None,
              "bass": play_bass(song, band, rng), "other": play_other(song, band, rng)}
    pumped = rng.random() < song.style.pump
    stems = {}
    for (stem, audio), db in zip(played.items(), song.style.balance):
        if audio is None or not np.abs(audio).max() > 1e-6:
            continue
        audio = levelled(fit(audio, size), db + rng.normal(0, 1.5))
        if pumped and stem != "drums":
            audio = studio.duck(audio, song.kicks, rng.uniform(0.3, 0.9), rng.uniform(0.1, 0.35))
        audio[-RATE:] *= np.linspace(1, 0, RATE, dtype=np.float32)[:, None]
        stems[stem] = audio
    return stems
