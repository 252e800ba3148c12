"""BSSEval version 4, as museval computes it: medians over one-second frames.

An estimate is projected on the true stems delayed by 0 to 511 samples, once for
the whole song: on its own stem alone (target), and on all of them (the difference
is interference). SDR is the plain ratio to the error, SIR target to interference.
A frame in which a stem is silent does not count for this stem. (museval also drops the
frame for the other stems, and a song whose whole estimate is silent.)
"""

import numpy as np
import scipy.fft
from scipy.linalg import cho_factor, cho_solve

TAPS = 512
BLOCK = 16 * TAPS
# Stems that are the same on both sides would leave the filters undetermined.
RIDGE = 1e-10


def correlations(a, b):
    """c[i, j, TAPS - 1 + lag] = sum over t of a[i, t] * b[j, t + lag], for |lag| < TAPS."""
    hop, total = BLOCK - 2 * (TAPS - 1), 0
    b = np.pad(b, ((0, 0), (TAPS - 1, TAPS - 1)))
    for start in range(0, a.shape[1], hop):
        part = scipy.fft.rfft(a[:, start:start + hop], BLOCK).conj()
        total = total + part[:, None] * scipy.fft.rfft(b[:, start:start + BLOCK], BLOCK)
    return scipy.fft.irfft(total)[..., :2 * TAPS - 1]


def filters(among, towards):
    """Least squares: correlations of signals [n, n, lags], and of those with targets
    [n, m, lags] -> filters [n, m, TAPS]."""
    n, m = towards.shape[:2]
    delay = np.arange(TAPS)
    gram = among[:, :, TAPS - 1 + delay[:, None] - delay].transpose(0, 2, 1, 3)
    gram = gram.reshape(n * TAPS, n * TAPS)
    gram[np.diag_indices(n * TAPS)] += RIDGE * np.trace(gram) / (n * TAPS)
    wanted = towards[:, :, TAPS - 1:].transpose(0, 2, 1).reshape(n * TAPS, m)
    solved = cho_solve(cho_factor(gram, overwrite_a=True), wanted)
    return solved.reshape(n, TAPS, m).transpose(0, 2, 1)


def projections(signals, estimates, channels):
    """Filters [n, m, TAPS] from each stem's own channels, and from those of all stems."""
    found = correlations(signals, np.concatenate([signals, estimates]))
    among, towards = np.split(found, [len(signals)], axis=1)
    everything = filters(among, towards)
    own = np.zeros_like(everything)
    for first in range(0, len(signals), channels):
        stem = slice(first, first + channels)
        own[stem, stem] = filters(among[stem, stem], towards[stem, stem])
    return own, everything


def bsseval(references, estimates, window):
    """[stems, channels, samples] twice, no reference silent -> SDR and SIR, [stems, frames]."""
    stems, channels, samples = references.shape
    signals = references.reshape(-1, samples).astype(np.float64)
    estimates = estimates.reshape(-1, samples).astype(np.float64)
    own, everything = projections(signals, estimates, channels)

    window = min(window, samples)
    size = scipy.fft.next_fast_len(window + TAPS - 1, real=True)
    own, others = (scipy.fft.rfft(f, size) for f in (own, everything - own))
    # Parseval: what a half spectrum leaves out mirrors the rest.
    mirrored = np.full(size // 2 + 1, 2.0)
    mirrored[0] = 1
    mirrored[size // 2:] = 2 - (size % 2 == 0)

    def energy(values, weights=1.0):
        return (np.abs(values) ** 2 * weights).reshape(stems, -1).sum(1)

    sdr, sir = [], []
    for start in range(0, samples - window + 1, window):
        frame = slice(start, start + window)
        spectra = scipy.fft.rfft(signals[:, frame], size)
        target, interference = (energy(np.einsum("nf,nmf->mf", spectra, f), mirrored)
                                for f in (own, others))
        true = energy(signals[:, frame])
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = 10 * np.log10([true / energy(signals[:, frame] - estimates[:, frame]),
                                    target / interference])
        sdr_frame, sir_frame = np.where(true > 0, scores, np.nan)
        sdr.append(sdr_frame)
        sir.append(sir_frame)
    return np.array(sdr).T, np.array(sir).T
