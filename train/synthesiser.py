"""A synthesiser of one voice: oscillators, a filter that closes, glides between notes."""

import numpy as np
from scipy.ndimage import uniform_filter1d

import studio
from studio import RATE


def saw(phase, step):
    """A band-limited ramp: polynomial corners (PolyBLEP)."""
    phase = phase % 1
    out = 2 * phase - 1
    early, late = phase < step, phase > 1 - step
    t = phase[early] / step[early]
    out[early] -= 2 * t - t * t - 1
    t = (phase[late] - 1) / step[late]
    out[late] -= t * t + 2 * t + 1
    return out


def play(notes, rng, voices=1, sub=0.0, bright=(300, 3000)):
    """[samples, 2]: `voices` detuned saws or pulses, a sine `sub` below them."""
    size = int((max(n.end for n in notes) + 0.5) * RATE)
    pitch, level, opening = (np.zeros(size, np.float32) for _ in range(3))
    attack = rng.uniform(0.002, 0.02)
    closing, release = rng.uniform(0.05, 0.6), rng.uniform(0.01, 0.08)
    for n in sorted(notes, key=lambda n: n.start):
        at, end = int(n.start * RATE), min(size, int((n.end + 4 * release) * RATE))
        t = np.arange(end - at) / RATE
        pitch[at:] = n.pitch
        pitch[at:end] = n.pitch + n.pitch_curve(t)
        level[at:end] = n.velocity / 127 * np.minimum(1, t / attack) * np.exp(
            -np.maximum(0, t - (n.end - n.start)) / release)
        opening[at:end] = np.exp(-t / closing)
    level, pitch = uniform_filter1d(level, 60), uniform_filter1d(pitch, int(rng.uniform(60, 1200)))
    hz = (440 * 2 ** ((pitch.astype(np.float64) - 69) / 12))
    left, right = np.zeros(size), np.zeros(size)
    pulse = rng.uniform(0.2, 0.5) if rng.random() < 0.4 else 0
    for v in range(voices):
        detuned = hz / RATE * 2 ** ((v - (voices - 1) / 2) * rng.uniform(0.05, 0.2) / 12)
        phase = np.cumsum(detuned) + rng.random()
        wave = saw(phase, detuned)
        if pulse:
            wave -= saw(phase + pulse, detuned)
        side = 2 * v / (voices - 1) - 1 if voices > 1 else 0
        left += wave * (1 - 0.7 * side)
        right += wave * (1 + 0.7 * side)
    stereo = np.stack([left, right], 1).astype(np.float32) / voices ** 0.5
    dull = studio.filtered(stereo, "lowpass", bright[0])
    stereo = dull + opening[:, None] * (studio.filtered(stereo, "lowpass", bright[1]) - dull)
    stereo += sub * np.sin(2 * np.pi * np.cumsum(hz) / RATE)[:, None]
    return (stereo * level[:, None]).astype(np.float32)
