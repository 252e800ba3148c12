"""Random studio effects for a stem: one function per effect.

Each takes and returns one channel of float32 samples. The wet sound is the target:
a stem's reverb and distortion belong to the stem.
"""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

from studio import RATE

# A recording is cut this much longer than an example, for the fastest playback.
FASTEST = 1.25


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


def master(stems, rng):
    """What a mastering chain does to a mixture [stems, samples], each stem taking its
    share: slow compression, then a limiter that may clip."""
    mixture = stems.sum(0)
    level = envelope(mixture, rng.uniform(0.01, 0.1))
    gain = ((level + 0.1 * rms(mixture)) / rms(mixture)) ** -rng.uniform(0.1, 0.5)
    drive = 10 ** (rng.uniform(-12, 3) / 20) / rms(mixture)
    driven = np.abs(mixture * gain * drive) + 1e-6
    return stems * (gain * np.tanh(driven) / driven)


def codec(x, rng):
    """The damage of a lossy codec: nothing above a cutoff, and in each band of each
    frame only what stands out of a coarse quantiser."""
    size, hop = 2048, 1024
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size).astype(np.float32)
    padded = np.pad(x, (hop, size + -len(x) % hop))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * window
    spectrum = rfft(frames)
    keep = int(rng.uniform(10000, 17000) * size / RATE)
    spectrum[:, keep:] = 0
    edges = np.unique(np.geomspace(4, keep, 24).astype(int))
    coarseness = rng.uniform(0.2, 1.0)
    for low, high in zip(edges[:-1], edges[1:]):
        band = spectrum[:, low:high]
        step = coarseness * np.sqrt((np.abs(band) ** 2).mean(1, keepdims=True)) + 1e-9
        spectrum[:, low:high] = step * (np.round(band.real / step) + 1j * np.round(band.imag / step))
    frames = irfft(spectrum, size).astype(np.float32) * window
    out = np.zeros((len(frames) + 1, hop), np.float32)
    out[:-1] += frames[:, :hop]
    out[1:] += frames[:, hop:]
    return out.ravel()[hop:hop + len(x)]


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


def speed(rng, semitones):
    """(up, down) of a resampling that moves pitch, formants and tempo together."""
    return max(16, round(20 * 2 ** (-rng.uniform(-semitones, semitones) / 12))), 20


def varispeed(x, ratio, samples):
    """[samples * FASTEST] -> [samples] played at another speed."""
    return resample_poly(x, *ratio, axis=-1)[..., :samples].astype(np.float32)


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
