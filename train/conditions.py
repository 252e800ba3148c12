"""The same songs under other conditions: softer, louder, as mono, panned, with a missing,
quiet or inverted channel, at other sample rates.

The references change in the same way, so that a separator which is independent of the
condition keeps its figure.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np
from scipy.signal import resample_poly

from studio import RATE


# Positions of the four mono stems, panned at constant power: 0 is left, pi / 2 right.
ANGLES = np.pi / 2 * np.array([0.55, 0.35, 0.45, 0.75])


@dataclass
class Heard:
    gain_db: float = 0
    mono: bool = False
    panned: bool = False
    right: float = 1      # gain of that channel
    swapped: bool = False
    rate: int = RATE

    def __call__(self, stems):
        """[..., channels, samples] -> the same, as they are heard."""
        stems = stems * np.float32(10 ** (self.gain_db / 20))
        if self.mono:
            stems = stems.mean(-2, keepdims=True).repeat(2, -2)
        if self.panned:
            gains = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1).astype(np.float32)
            stems = stems.mean(-2, keepdims=True) * gains[:, :, None] * np.float32(2 ** 0.5)
        if self.right != 1:
            stems = np.broadcast_to(stems, (*stems.shape[:-2], 2, stems.shape[-1]))
            stems = stems * np.array([[1], [self.right]], np.float32)
        if self.swapped:
            stems = stems[..., ::-1, :]
        if self.rate != RATE:
            common = gcd(self.rate, RATE)
            stems = resample_poly(stems, self.rate // common, RATE // common, axis=-1)
        return stems


AS_IT_IS = Heard()
CONDITIONS = {
    **{f"{db:+d} dB": Heard(gain_db=db) for db in (-24, -12, 6)},
    "panned": Heard(panned=True),
    "mono as stereo": Heard(mono=True),
    # A mono strip with only its left port connected; the left half of a stereo mix.
    "mono on the left": Heard(mono=True, right=0),
    "no right": Heard(right=0),
    "right -12 dB": Heard(right=10 ** (-12 / 20)),
    "right inverted": Heard(right=-1),
    "swapped": Heard(swapped=True),
    **{f"{rate / 1000:g} kHz": Heard(rate=rate) for rate in (22050, 48000, 96000, 192000)},
}
