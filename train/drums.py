"""Drum kits: recorded or synthesised hits by group, played from drum notes as a
kit is recorded: close microphones, overheads, room, and a compressed bus."""

import os

import numpy as np

import studio
from studio import RATE

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
GROUP_OF = {pitch: group for group, pitches in KIT.items() for pitch in pitches}
HIHATS = ("hihat_chh", "hihat_fhh", "hihat_hohh")
# Where each stands (-1 left … 1 right), and how much of it the overheads and room get.
PLACE = {"kick": 0, "snare-top": 0.05, "sidestick": 0.05, "large-tom": 0.5, "medium-tom": 0.1,
         "small-tom": -0.3, "ride-mid": 0.5, "ride-bell": 0.5, "crash_crash": -0.5,
         **dict.fromkeys(HIHATS, -0.4)}
CYMBALS = (*HIHATS, "ride-mid", "ride-bell", "crash_crash")


def stretch(audio, ratio):
    """Plays `ratio` times as fast: pitch and speed move together."""
    position = np.arange(0, len(audio) - 1, ratio)
    return np.interp(position, np.arange(len(audio)), audio).astype(np.float32)


def recorded(folder, load):
    """{group: hits from soft to loud}; the snare's and toms' second microphones mixed in."""
    files = sorted(os.listdir(folder))
    groups = {}
    for group in KIT:
        hits = []
        for f in files:
            if group in f and "under" not in f and "off" not in f:
                hit = load(os.path.join(folder, f))
                below = f.replace("snare-top", "snare-bottom")
                if below != f and below in files:
                    wires = load(os.path.join(folder, below))
                    size = min(len(hit), len(wires))
                    hit = hit[:size] - 0.6 * wires[:size]
                hits.append(hit)
        groups[group] = sorted(hits, key=lambda h: float(np.abs(h).max()))
    return groups


def machine(rng):
    """{group: hits} of a drum machine with settings of its own."""
    def decay(seconds, curve=6.0):
        n = int(seconds * RATE)
        return np.exp(-curve * np.arange(n) / n).astype(np.float32)

    def noise(seconds, kind, hz):
        body = rng.standard_normal(int(seconds * RATE)).astype(np.float32)
        return studio.filtered(body, kind, hz) * decay(seconds)

    def tone(seconds, low, high, fall, curve=5.0):
        n = np.arange(int(seconds * RATE)) / RATE
        hz = low + (high - low) * np.exp(-n / fall)
        return np.sin(2 * np.pi * np.cumsum(hz) / RATE).astype(np.float32) * decay(seconds, curve)

    def add(a, b):
        out = np.zeros(max(len(a), len(b)), np.float32)
        out[:len(a)] += a
        out[:len(b)] += b
        return out

    base = rng.uniform(40, 62)
    kick = tone(rng.uniform(0.2, 0.9), base, base * rng.uniform(3, 9), rng.uniform(0.01, 0.05))
    kick = np.tanh(kick * rng.uniform(1, 4))
    kick = add(kick, rng.uniform(0, 0.4) * noise(0.02, "highpass", 1500))
    body = rng.uniform(150, 240)
    snare = add(rng.uniform(0.2, 0.8) * tone(0.16, body, body * 1.6, 0.02),
                0.5 * noise(rng.uniform(0.12, 0.35), "highpass", rng.uniform(700, 2500)))
    clap = noise(rng.uniform(0.15, 0.35), "bandpass", (900, 4000))
    for at in (0.012, 0.024):
        clap = add(clap, np.concatenate([np.zeros(int(at * RATE), np.float32), 0.8 * clap[:2000]]))
    edge = rng.uniform(5500, 9000)
    metal = np.sum([np.sign(np.sin(2 * np.pi * f * np.arange(RATE) / RATE + rng.uniform(0, 6)))
                    for f in rng.uniform(300, 900) * np.array((1, 1.34, 1.52, 1.79, 2.1, 2.7))], 0)
    metal = studio.filtered(metal.astype(np.float32), "highpass", edge) * rng.uniform(0, 0.3)

    def hat(seconds):
        wash = 0.5 * noise(seconds, "highpass", edge)
        return wash + metal[:len(wash)] * decay(seconds)[:len(metal)]

    pitch = rng.uniform(80, 110)
    cymbal = hat(0.99)
    return {"kick": [kick], "snare-top": [snare], "sidestick": [clap], "hihat_chh": [hat(0.06)],
            "hihat_fhh": [hat(0.05)], "hihat_hohh": [hat(rng.uniform(0.25, 0.5))],
            "large-tom": [tone(0.4, pitch, pitch * 1.7, 0.05)],
            "medium-tom": [tone(0.35, pitch * 1.3, pitch * 2.1, 0.05)],
            "small-tom": [tone(0.3, pitch * 1.7, pitch * 2.8, 0.05)],
            "ride-mid": [cymbal], "ride-bell": [cymbal], "crash_crash": [cymbal]}


def tune(hits, group, rng):
    """One drum's own tuning, damping and equaliser, for all of its hits."""
    pitch = 2 ** rng.normal(0, 0.12 if group not in CYMBALS else 0.07)
    damping = rng.uniform(0, 9) if group not in CYMBALS and rng.random() < 0.5 else 0
    curve = studio.random_curve(rng, 3)
    if group == "kick":     # a mixed kick has weight and beater, no box
        curve += [(65, rng.uniform(2, 8)), (350, rng.uniform(-10, -3)), (3000, rng.uniform(0, 10))]
    elif group not in CYMBALS:
        curve += [(400, rng.uniform(-7, 0))]
    if group == "snare-top":
        curve += [(200, rng.uniform(0, 6)), (5000, rng.uniform(0, 7))]
    curve = sorted(dict(curve).items())
    loudest = max(float(np.abs(h).max()) for h in hits)

    def tuned(hit):
        hit = studio.shape(stretch(hit / loudest, pitch), curve)
        return hit * np.exp(-damping * np.arange(len(hit)) / RATE).astype(np.float32)
    return tuned


class Kit:
    def __init__(self, groups):
        self.groups = groups

    def play(self, notes, rng):
        """[samples, 2]. One kit per take: each drum with its own sound and loudness."""
        size = int((max(n.start for n in notes) + 3) * RATE)
        gain = {g: 10 ** (rng.normal(4 if g == "kick" else 0, 2.5) / 20) for g in KIT}
        level_curve, mirror = rng.uniform(0.6, 1.4), rng.choice((-1, 1))
        tuned = {g: tune(hits, g, rng) for g, hits in self.groups.items()}
        ready = {}
        close = {g: np.zeros(size, np.float32) for g in KIT}
        ringing = None      # the open hi-hat, until the next touch of it
        for n in sorted(notes, key=lambda n: n.start):
            group = GROUP_OF.get(n.pitch)
            if group is None:
                continue
            hits = self.groups[group]
            loudness = (n.velocity / 127) ** level_curve
            index = int(np.clip(loudness * len(hits) + rng.normal(0, 1), 0, len(hits) - 1))
            if (group, index) not in ready:
                ready[group, index] = tuned[group](hits[index])
            at = int(n.start * RATE)
            if group in HIHATS:
                if ringing is not None:
                    fade = close[ringing][at:at + RATE]
                    fade *= np.exp(-np.arange(len(fade)) / (0.012 * RATE)).astype(np.float32)
                    close[ringing][at + RATE:] = 0
                ringing = group
            hit = ready[group, index][:size - at]
            # Soft hits keep some of the loud hits' level: recorded kits are compressed.
            hard = np.abs(hit).max() + 1e-3 if len(hits) > 1 else 1.0
            close[group][at:at + len(hit)] += gain[group] * loudness ** 0.8 / hard ** 0.7 * hit
        return self.mix(close, mirror, rng)

    def mix(self, close, mirror, rng):
        """Close microphones, overheads and room to a stereo bus."""
        spread, bus = rng.uniform(0.3, 1.0), 0.0
        ambience = np.zeros_like(close["kick"])
        metal, wet = 10 ** (rng.normal(-11, 3.5) / 20), 10 ** (rng.uniform(-22, -3) / 20)
        for group, audio in close.items():
            if not audio.any():
                continue
            place = mirror * PLACE[group] * spread
            audio = audio * metal if group in CYMBALS else audio
            bus = bus + studio.pan(audio, place)
            # The overheads hear each drum a little later on the far side.
            far = int(abs(place) * 0.0012 * RATE) + 1
            late = np.concatenate([np.zeros(far, np.float32), audio[:-far]])
            sides = np.stack([audio, late] if place < 0 else [late, audio], 1)
            bus = bus + rng.uniform(0.1, 0.4) * sides
            ambience += audio * (0.4 if group == "kick" else 1.0)
        send = np.stack([ambience, ambience], 1)
        if rng.random() < 0.5:     # a squashed room: the tail as loud as the hit
            send = studio.compress(send, rng.uniform(0.3, 0.7), 0.02)
        seconds = np.exp(rng.uniform(np.log(0.15), np.log(1.3)))
        bus = bus + wet * (studio.reverberate(send, rng, seconds, 1.0, rng.integers(2, 8)) - send)
        if rng.random() < 0.6:
            bus = studio.compress(bus, rng.uniform(0.1, 0.4), rng.uniform(0.008, 0.06))
        bus = studio.saturate(bus, rng.uniform(-24, 0))
        return studio.shape(bus, studio.random_curve(rng, 1.5)).astype(np.float32)
