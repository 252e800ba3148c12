"""The plugin's refinement of masks (dsp/refine.c, dsp/spatial.c) in numpy:
sharper masks, gates, and a filter by the stems' positions between the loudspeakers."""

import numpy as np
from scipy.signal import lfilter

MEMORY_SECONDS, TOP_HZ, BANDS = 5.0, 16000.0, 4
WATCH_SECONDS, ELSEWHERE = 0.25, 0.4
DOUBT, DIFFUSE, TINY = 0.1, 0.02, 1e-20
SHARE_SECONDS, OPEN_SECONDS, CLOSE_SECONDS, HYSTERESIS = 1.0, 0.01, 0.15, 2.0
FLOOR_OFF = -80.0


def edges(bins, bin_hz):
    """The first bin of each band, and the end: equally wide in ERB up to TOP_HZ."""
    top = 21.4 * np.log10(1 + 0.00437 * TOP_HZ)
    hz = (10 ** (top * np.arange(1, BANDS) / BANDS / 21.4) - 1) / 0.00437
    return [0, *np.minimum(np.floor(hz / bin_hz + 0.5), bins).astype(int), bins]


def settled(stem, mix):
    """Covariances (LL, RR, LR) [3] of a stem and the mix -> one with a trace of two."""
    everything, own = mix[0] + mix[1], stem[0] + stem[1]
    least = 1e-9 * everything + TINY
    share = own / (everything + TINY)
    belief = share / (share + DOUBT)
    return ((1 - DIFFUSE) * (belief * stem / (own / 2 + least)
                             + (1 - belief) * mix / (everything / 2 + least))
            + DIFFUSE * np.array([1, 1, 0]))


def weigh(mask, power, heard, mix, sharp):
    """Masks [stems, bins] by the likelihood of each bin's direction, and the covariances."""
    place = np.array([settled(h, mix) for h in heard])[:, :, None]
    ll, rr, lr = place.transpose(1, 0, 2)
    misfit = (rr * power[0] + ll * power[1] - 2 * lr * power[2]) / (power[0] + power[1] + TINY) + 1e-6
    likelihood = np.sqrt(ll * rr - lr * lr) / misfit
    weighed = mask * (likelihood if sharp else np.sqrt(likelihood))
    return weighed / (weighed.sum(0) + TINY), ll, rr, lr


class Places:
    """What is learnt of a song: covariances (LL, RR, LR) of the mix and the stems in each band."""

    def __init__(self, stems, step, watch_step):
        self.step, self.watch_step = step, watch_step
        self.mix = np.zeros((BANDS, 3))
        self.first, self.second = np.zeros((2, BANDS, stems, 3))
        self.found, self.expected = np.zeros((2, 3))

    def moved(self, frame):
        """Whether the stems [bands, stems, 3] are heard from elsewhere than they were."""
        before = self.first[..., :2].sum(-1, keepdims=True)
        known = before > TINY
        expected = np.where(known, self.first * frame[..., :2].sum(-1, keepdims=True)
                            / np.where(known, before, 1), frame)
        self.found += self.watch_step * (frame.sum((0, 1)) - self.found)
        self.expected += self.watch_step * (expected.sum((0, 1)) - self.expected)
        off = self.found - self.expected
        return np.hypot(off[0] - off[1], 2 * off[2]) > ELSEWHERE * (self.found[:2].sum() + TINY)

    def learn(self, masks, powers):
        """From a frame's masks [stems, bins] and powers [3, bins] of each band."""
        frame = np.stack([mask ** 2 @ power.T for mask, power in zip(masks, powers)])
        if self.moved(frame):
            self.__init__(len(masks[0]), self.step, self.watch_step)
        self.mix += self.step * (np.stack([power.sum(1) for power in powers]) - self.mix)
        self.first += self.step * (frame - self.first)
        for band, (mask, power) in enumerate(zip(masks, powers)):
            sharp = weigh(mask, power, self.first[band], self.mix[band], True)[0]
            self.second[band] += self.step * (sharp ** 2 @ power.T - self.second[band])


def spatial(spectrum, masks, amount, bin_hz, hop_seconds, renew=1, lookahead=0):
    """Spectra [2, frames, bins], masks [stems, frames, bins] -> stems [stems, 2, frames, bins].
    Of frames that share masks it learns from the first, and from each when it is done."""
    left, right = spectrum.astype(np.complex128)
    masks = masks.astype(np.float64)
    power = np.stack([abs(left) ** 2, abs(right) ** 2, (left * right.conj()).real])
    stems, frames, bins = masks.shape
    out = np.empty((stems, 2, frames, bins), complex)
    places = Places(stems, *(1 - np.exp(-hop_seconds * renew / seconds)
                             for seconds in (MEMORY_SECONDS, WATCH_SECONDS)))
    cuts = edges(bins, bin_hz)[1:-1]
    for t in range(frames):
        powers, parts = np.split(power[:, t], cuts, -1), np.split(masks[:, t], cuts, -1)
        made = []
        for band, (q, mask) in enumerate(zip(powers, parts)):
            weighed, ll, rr, lr = weigh(mask, q, places.second[band], places.mix[band], False)
            a, b, c = ((weighed * p).sum(0) for p in (ll, rr, lr))
            a, b = a + 1e-3, b + 1e-3
            x, y = (np.split(channel[t], cuts)[band] for channel in (left, right))
            u, v = (b * x - c * y) / (a * b - c * c), (a * y - c * x) / (a * b - c * c)
            filtered = np.stack([ll * u + lr * v + 1e-3 * u, lr * u + rr * v + 1e-3 * v], 1)
            made.append(amount * weighed[:, None] * filtered
                        + (1 - amount) * mask[:, None] * np.stack([x, y]))
        out[:, :, t] = np.concatenate(made, -1)
        if (t + lookahead) % renew == 0:
            places.learn(parts, powers)
    return out


def gated(spectrum, masks, floor_db, hop_seconds):
    """Closes stems that are `floor_db` below the mix; the last takes what they had."""
    masks = masks.astype(np.float64)
    power = (abs(spectrum.astype(np.complex128)) ** 2).sum(0)
    keep, opening, closing = (np.exp(-hop_seconds / s)
                              for s in (SHARE_SECONDS, OPEN_SECONDS, CLOSE_SECONDS))
    mix, *energy = (lfilter([1 - keep], [1, -keep], e)
                    for e in (power.sum(-1), *(masks ** 2 * power).sum(-1)))
    floor = 10 ** (floor_db / 10)
    for s in range(len(masks) - 1):
        gain, is_open = 1.0, True
        for t, now in enumerate(energy[s]):
            is_open = now >= mix[t] * floor * (1 if is_open else HYSTERESIS)
            gain = is_open + (opening if is_open else closing) * (gain - is_open)
            taken = (1 - gain) * masks[s, t]
            masks[s, t] -= taken
            masks[-1, t] += taken
    return masks


def refine(spectrum, masks, sharpness, amount, floor_db, bin_hz, hop_seconds, **steps):
    """Spectra [2, frames, bins], masks [stems, frames, bins] -> stems [stems, 2, frames, bins]."""
    if sharpness != 1:
        masks = (masks + 1e-9) ** sharpness
        masks = masks / masks.sum(0)
    if floor_db > FLOOR_OFF:
        masks = gated(spectrum, masks, floor_db, hop_seconds)
    if amount > 0:
        return spatial(spectrum, masks, amount, bin_hz, hop_seconds, **steps)
    return masks[:, None] * spectrum[None]


def main():
    """Writes the input and the result that tests/test_dsp_refine.c compares with."""
    import sys
    from modelfile import write_model
    rng = np.random.default_rng(1)
    stems, frames, bins = 4, 60, 24
    sources = rng.normal(size=(stems, 1, frames, bins, 2)) * 10 ** rng.uniform(-2, 1, (stems, 1, frames, bins, 1))
    angles = np.pi / 2 * np.array([0.5, 0.2, 0.45, 0.8])
    images = sources * np.stack([np.cos(angles), np.sin(angles)], 1)[:, :, None, None, None]
    images[:, :, 30:34] = 0
    images[0, :, 50:] *= 0.01
    images[:, 1, 36:] *= -1
    images = images.astype(np.float32)
    loud = (images ** 2).sum((1, 4)) * rng.uniform(0.3, 3, (stems, frames, bins)) + 1e-6
    masks = (loud / loud.sum(0)).astype(np.float32)
    spectrum = images.sum(0)
    result = refine(spectrum[..., 0] + 1j * spectrum[..., 1], masks, 1.3, 0.7, -20.0, 800.0, 0.0116)
    write_model(sys.argv[1], {
        "spectrum": np.ascontiguousarray(spectrum.transpose(1, 0, 2, 3)),
        "masks": np.ascontiguousarray(masks.transpose(1, 0, 2)),
        "stems": np.ascontiguousarray(np.stack([result.real, result.imag], -1)
                                      .transpose(2, 0, 1, 3, 4).reshape(frames, 2 * stems, bins, 2)).astype(np.float32)},
        {"sharpness": "1.3", "spatial": "0.7", "floor": "-20", "bin_hz": "800", "hop_seconds": "0.0116"})


if __name__ == "__main__":
    main()
