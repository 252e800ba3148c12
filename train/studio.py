"""The studio's treatment of played instruments: amplifiers, rooms, compression, panning.

Mono in is [samples], stereo is [samples, 2]; all float32.
"""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, oaconvolve, sosfilt

RATE = 44100


def loudness(audio):
    """RMS of the louder half of 100 ms blocks: pauses do not count."""
    power = (audio.reshape(len(audio), -1) ** 2).mean(1)
    blocks = power[:len(power) // 4410 * 4410].reshape(-1, 4410).mean(1)
    return float(np.sqrt(np.sort(blocks)[len(blocks) // 2:].mean())) + 1e-9


def filtered(audio, kind, hz, order=2):
    sos = butter(order, hz, kind, fs=RATE, output="sos").astype(np.float32)
    return sosfilt(sos, audio, axis=0).astype(np.float32)


def shape(audio, points):
    """Gain curve through points (Hz, dB), without phase; for short sounds and whole tracks."""
    size = next_fast_len(len(audio) + RATE // 10, real=True)
    hz, db = zip(*points)
    coarse = np.geomspace(15, RATE / 2, 300)
    curve = 10 ** (np.interp(np.log(coarse), np.log(hz), db) / 20)
    gain = np.interp(np.arange(size // 2 + 1) * (RATE / size), coarse, curve).astype(np.float32)
    gain = gain if audio.ndim == 1 else gain[:, None]
    return irfft(rfft(audio, size, axis=0) * gain, size, axis=0)[:len(audio)]


def random_curve(rng, depth):
    return [(hz, rng.normal(0, depth)) for hz in (40, 100, 250, 600, 1500, 3500, 8000, 16000)]


def compress(audio, amount, seconds):
    """Evens out: 0 leaves the level alone, 1 makes it constant above a floor."""
    power = audio ** 2 if audio.ndim == 1 else (audio ** 2).mean(1)
    level = np.sqrt(np.maximum(uniform_filter1d(power, max(1, int(seconds * RATE))), 0))
    usual = loudness(audio)
    gain = ((level + 0.1 * usual) / usual) ** -np.float32(amount)
    return audio * (gain if audio.ndim == 1 else gain[:, None])


def saturate(audio, drive_db):
    drive = 10 ** (drive_db / 20) / loudness(audio)
    return np.tanh(audio * drive) / drive


def cabinet(rng, bright=1.0):
    """A loudspeaker in front of a microphone: a short impulse response."""
    samples = 1024
    impulse = np.zeros(samples, np.float32)
    impulse[0] = 1
    early = rng.standard_normal(samples) * np.exp(-np.arange(samples) / rng.uniform(20, 90))
    impulse += rng.uniform(0.05, 0.25) * early.astype(np.float32)
    impulse = filtered(impulse, "highpass", rng.uniform(60, 110))
    top = bright * rng.uniform(3400, 5500)
    return shape(impulse, [(60, 0), (rng.uniform(90, 140), rng.uniform(1, 5)), (250, 0),
                           (rng.uniform(350, 700), rng.uniform(-6, 0)), (1200, 0),
                           (rng.uniform(2000, 3800), rng.uniform(0, 6)), (top, 0),
                           (top * 1.5, -18), (top * 2.5, -45), (20000, -60)])


def twice(x):
    """Twice the sample rate, roughly: what clipping folds back is then above the speaker."""
    out = np.repeat(x, 2)
    out[1:-1:2] = 0.5 * (x[:-1] + x[1:])
    return out


def amplifier(audio, rng, drive_db, tight=100.0, bright=1.0):
    """A guitar amplifier: what is played together distorts together. `drive_db` over
    the clipping point: below 0 clean, 10 crunch, 25 and more distorted."""
    x = filtered(audio, "highpass", tight)
    x = x + rng.uniform(0.3, 1.0) * filtered(x, "bandpass", (500, 1600), 1)
    x = twice(x / loudness(x))
    bias = rng.uniform(0, 0.3)
    x = np.tanh(10 ** (0.5 * drive_db / 20) * x + bias) - np.tanh(bias)
    x = np.tanh(10 ** (0.5 * drive_db / 20) * 1.5 * x)
    x = 0.5 * x[::2] + 0.25 * (x[1::2] + np.roll(x[1::2], 1))
    return oaconvolve(x, cabinet(rng, bright))[:len(audio)].astype(np.float32)


def room(rng, seconds, dull):
    """A stereo impulse response: early reflections, then a tail that grows duller."""
    n = np.arange(int(seconds * RATE))
    tail = rng.standard_normal((len(n), 2)).astype(np.float32)
    decay = np.exp(-6.9 * n / len(n)).astype(np.float32)[:, None]
    soft = uniform_filter1d(tail, max(1, int(dull)), axis=0)
    age = (n / len(n)).astype(np.float32)[:, None]
    tail = (tail * (1 - age) * 0.5 + soft * (0.5 + age)) * decay
    gap = int(rng.uniform(0.002, 0.02) * RATE)
    tail[:gap] = 0
    for at in rng.integers(gap // 2, gap + RATE // 50, 6):
        tail[min(at, len(n) - 1), rng.integers(2)] += rng.uniform(-8, 8)
    return tail / np.sqrt((tail ** 2).sum())


def reverberate(stereo, rng, seconds, wet, dull=3):
    """`wet` is the tail's level beside the dry sound's."""
    send = filtered(stereo.mean(1), "highpass", 120, 1)
    tail = room(rng, seconds, dull)
    wet_audio = np.stack([oaconvolve(send, tail[:, c])[:len(stereo)] for c in (0, 1)], 1)
    return stereo + wet * wet_audio.astype(np.float32)


def echo(stereo, seconds, feedback, wet):
    """A delay line that plays to the sides in turn."""
    out, shift, level = stereo.copy(), int(seconds * RATE), wet
    repeat = filtered(stereo, "lowpass", 3500)
    for time in range(1, 5):
        if shift * time >= len(stereo):
            break
        out[shift * time:] += level * repeat[:-shift * time, ::-1 if time % 2 else 1]
        level *= feedback
    return out


def chorus(mono, rng):
    """Two copies with wandering delay, one to each side."""
    n = np.arange(len(mono), dtype=np.float32)
    wander = [mono[np.clip(n - RATE * (0.012 + 0.003 * np.sin(
        2 * np.pi * rng.uniform(0.3, 1.2) * n / RATE + rng.uniform(0, 6))), 0, None).astype(int)]
        for _ in "lr"]
    return 0.7 * (mono[:, None] + 0.8 * np.stack(wander, 1)).astype(np.float32)


def pan(mono, position):
    """position from -1 (left) to 1 (right), at constant power."""
    angle = np.pi / 4 * (1 + position)
    return np.stack([mono * np.float32(np.cos(angle) * np.sqrt(2)),
                     mono * np.float32(np.sin(angle) * np.sqrt(2))], 1)


def duck(stereo, times, depth, release):
    """Pumping: the level drops at each time and returns."""
    gain = np.ones(len(stereo), np.float32)
    dip = 1 - depth * (1 - np.linspace(0, 1, int(release * RATE), dtype=np.float32)) ** 1.5
    for time in times:
        at = int(time * RATE)
        if 0 <= at < len(gain):
            part = gain[at:at + len(dip)]
            np.minimum(part, dip[:len(part)], out=part)
    return stereo * uniform_filter1d(gain, 200)[:, None]
