"""What studios do to a stem, done at random: one function per effect.

All take and give one channel of float32 samples. The wet sound is the target:
a stem's reverb and distortion belong to it.
"""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

RATE = 44100


def rms(x):
    return float(np.sqrt(np.mean(x * x))) + 1e-9


def envelope(x, seconds):
    return np.sqrt(np.maximum(uniform_filter1d(x * x, int(seconds * RATE)), 0)) + 1e-9


def saturate(x, rng, low, high):
    """Soft clipping, `low` to `high` dB of drive over the RMS level."""
    drive = 10 ** (rng.uniform(low, high) / 20) / rms(x)
    return np.tanh(x * drive) / drive


def compress(x, rng):
    """Evens out the level: loud parts down, soft parts up to a floor."""
    level = envelope(x, rng.uniform(0.005, 0.05))
    floor = rms(x) * 0.05
    return x * ((level + floor) / rms(x)) ** -rng.uniform(0.2, 0.7)


def gate(x, floor_db=-32):
    """Closes over the room and hiss of a solo recording."""
    level = envelope(x, 0.03)
    open_ = np.minimum(1, (level / (level.max() * 10 ** (floor_db / 20))) ** 2)
    return x * uniform_filter1d(open_, RATE // 50)


def double(x, rng):
    """A second take: late by a few ms, its pitch wandering."""
    n = np.arange(len(x))
    delay = rng.uniform(0.01, 0.03) + 0.004 * np.sin(
        2 * np.pi * (rng.uniform(0.2, 1.0) * n / RATE + rng.random()))
    late = np.interp(n - delay * RATE, n, x)
    return x + late * rng.uniform(0.3, 1.0)


def varispeed(x, rng, samples):
    """Other pitch and tempo together; x must hold a tenth more than `samples`."""
    up, down = [(21, 20), (15, 14), (20, 21), (14, 15), (30, 29), (29, 30)][rng.integers(6)]
    return resample_poly(x, up, down)[:samples]


def equaliser(freqs, rng, depth, presence):
    """A smooth random gain curve over `freqs` in dB; `presence` lifts 1 to 4 kHz."""
    octave = np.log2(np.maximum(freqs, 20) / 20)
    knots = np.arange(0, 11, 1.5)
    curve = np.interp(octave, knots, rng.normal(0, depth, len(knots)))
    if presence:
        centre = np.log2(rng.uniform(1200, 4000) / 20)
        curve = curve + rng.uniform(3, 9) * np.exp(-((octave - centre) / 1.2) ** 2)
        # An air shelf: sung in a room, voices lack what a studio gives them.
        curve = curve + rng.uniform(0, 6) / (1 + np.exp(-(octave - 8) * 3))
    return curve


def room(rng, shortest, longest, samples):
    """An exponential tail of noise, duller as it decays, after a short gap."""
    seconds = np.exp(rng.uniform(np.log(shortest), np.log(longest)))
    n = np.arange(min(int(seconds * RATE), samples // 2))
    tail = rng.standard_normal(len(n)).astype(np.float32) * np.exp(-6.9 * n / len(n))
    tail = uniform_filter1d(tail, int(rng.integers(1, 6)))
    tail = np.concatenate([np.zeros(int(rng.uniform(0, 0.03) * RATE), np.float32), tail])
    return tail / np.sqrt((tail ** 2).sum())


def colour(x, rng, depth=3.0, presence=False, reverb=None, wet=0.5):
    """Equaliser and room in one pass; reverb = (shortest, longest) decay in s."""
    tail = room(rng, *reverb, len(x)) if reverb else np.zeros(1, np.float32)
    size = next_fast_len(len(x) + max(len(tail), RATE // 4), real=True)
    # The curve is smooth: a few hundred points are enough.
    coarse = np.geomspace(20, RATE / 2, 200)
    gain = np.interp(np.arange(size // 2 + 1) * (RATE / size), coarse,
                     10 ** (equaliser(coarse, rng, depth, presence) / 20))
    spectrum = rfft(x, size) * gain.astype(np.float32)
    if reverb:
        spectrum *= 1 + rng.uniform(0.1, wet) * rfft(tail, size)
    return irfft(spectrum, size)[:len(x)]
