"""What every network has in common: stems, level, separation, its model file."""

from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from scipy.signal import lfilter

from modelfile import read_model, write_model
from stft import Stft

STEMS = ("vocals", "drums", "bass", "other")
LEVEL_FLOOR = 1e-5
# This share of all energy is added as sound from the middle.
CENTRED = 0.05
# The length of the recent past as a part of the memory; the difference that counts as a new
# image; the relative level below which the recent past is ignored.
RECENT, ELSEWHERE, FAINT = 1 / 12, 0.4, 0.01


@dataclass
class Geometry:
    """Transform, features and masks: what the engine needs to know of any network. A
    network's `Sizes` add its own.

    Short hops make the delay short, and would let a network see short steps of time and
    cost much. Hence it may look at every `renew`-th frame only, the frames between taking
    its newest masks; and be `stride` networks of the same weights that take turns, each
    with a past of its own, so that each makes steps of a `period` of samples."""
    sample_rate: int = 44100
    analysis: int = 4096
    synthesis: int = 1024
    hop: int = 512
    renew: int = 1
    stride: int = 1
    lookahead: int = 0
    bins: int = 1488
    feature_power: float = 0.5
    norm_seconds: float = 3.0
    mask_power: float = 1.0

    @property
    def period(self):
        return self.hop * self.renew * self.stride


def running_mean(values, sizes, hop):
    """Of the past few seconds, from values [..., frames] of frames `hop` samples apart; numpy."""
    values = values.double().cpu().numpy()
    r = np.exp(-hop / (sizes.sample_rate * sizes.norm_seconds))
    return lfilter([1 - r], [1, -r], values) / lfilter([1 - r], [1, -r], np.ones_like(values))


def running_level(energy, sizes, hop):
    """Root mean square of the past few seconds, from the mean squares [..., frames]: dividing
    by it takes the level out of the music."""
    level = np.sqrt(running_mean(energy, sizes, hop)) + LEVEL_FLOOR
    return torch.from_numpy(level).float().to(energy.device)


def image(left, right, sizes, hop):
    """Running sums [ll, rr, lr, weights, ..., frames] of the channels' covariance over the past
    few seconds. Where what sounds of late is elsewhere than these say, because a channel came,
    went or was turned over, they are forgotten."""
    frames = torch.stack([(a * b.conj()).real.sum(-1) for a, b in (
        (left, left), (right, right), (left, right))]).double().cpu().numpy()
    frames = np.concatenate([frames, np.ones_like(frames[:1])])
    keep, keep_recent = (np.exp(-hop / (sizes.sample_rate * sizes.norm_seconds * part))
                         for part in (1, RECENT))
    past, recent, found = np.zeros_like(frames[..., 0]), np.zeros_like(frames[..., 0]), []

    def place(sums):
        energy = sums[0] + sums[1] + 1e-30
        return np.stack([sums[0] - sums[1], 2 * sums[2]]) / energy, energy / sums[3]

    for frame in np.moveaxis(frames, -1, 0):
        past = keep * past + (1 - keep) * frame
        recent = keep_recent * recent + (1 - keep_recent) * frame
        (was, energy), (here, energy_here) = place(past), place(recent)
        moved = ((here - was) ** 2).sum(0) > ELSEWHERE ** 2
        past = np.where(moved & (energy_here > FAINT * energy),
                        recent * ((1 - keep) / (1 - keep_recent)), past)
        found.append(past)
    return np.stack(found, -1)


def principal_axes(left, right, sizes, hop):
    """Spectra [..., frames, bins] of both channels, turned so that the first has most of the
    energy of the past few seconds, and the second what is left: the middle and the side of an
    ordinary mix, L + R and R - L, and of a mix that was moved, or that has a channel missing,
    quiet or upside down, what would have been them. No energy at all counts as the middle."""
    ll, rr, lr = image(left, right, sizes, hop)[:3]
    angle = np.arctan2(2 * lr + CENTRED * (ll + rr) + 1e-30, ll - rr) / 2
    c, s = (torch.from_numpy(np.sqrt(2) * f(angle)).float().to(left.device)[..., None]
            for f in (np.cos, np.sin))
    return c * left + s * right, c * right - s * left


def read_tensors(path):
    return {name: torch.from_numpy(t.astype(np.float32))
            for name, t in read_model(path)[0].items()}


class Network(nn.Module):
    """A network of `self.sizes` that has `forward(features)` -> masks, a static
    `features(left, right, sizes, hop)` of spectra that many samples apart, `tensors()` for
    its model file and `load(tensors)`; and in its class `Sizes`, `ARCHITECTURE`, `FEATURE`
    and `STEREO`, whether it tells the channels apart."""

    # Its outputs, and the stems of the four whose sum each output is.
    OUTPUTS = {stem: (stem,) for stem in STEMS}
    LOSS = "heard"   # of losses.py
    # Stems that it learns from when only the sum of the rest is known.
    PARTIAL = ("vocals", "drums")

    def targets(self, stems):
        """[batch, 4, ...] -> what it should give out [batch, outputs, ...]."""
        return torch.stack([sum(stems[:, STEMS.index(s)] for s in parts)
                            for parts in self.OUTPUTS.values()], 1)

    def optimiser(self, rate):
        return torch.optim.AdamW(self.parameters(), lr=rate, weight_decay=0.01)

    def full_masks(self, masks):
        """Bins above the network's range take the mean mask of its top quarter."""
        s = self.sizes
        rest = s.analysis // 2 + 1 - s.bins
        top = masks[..., s.bins * 3 // 4:].mean(-1, keepdim=True)
        return torch.cat([masks, top.expand(*masks.shape[:-1], rest)], -1)

    def in_turn(self, features):
        """[frames, ...] -> masks [outputs, frames, bins], of `stride` networks in turn."""
        frames, stride = len(features), self.sizes.stride
        features = torch.cat([features, features[-1:].expand(-frames % stride, *features.shape[1:])])
        masks = self(features.unflatten(0, (-1, stride)).transpose(0, 1))
        return masks.permute(1, 2, 0, 3).flatten(1, 2)[:, :frames]

    @torch.no_grad()
    def separate(self, mixture, making=lambda spectrum, masks: masks[:, None] * spectrum):
        """[channels, samples] -> stems [stems, channels, samples], delay taken out. `making`
        makes the stems' spectra of the mixture's and the masks."""
        s = self.sizes
        stft = Stft(s.analysis, s.synthesis, s.hop)
        samples = mixture.shape[-1]
        tail = s.synthesis + s.lookahead * s.hop
        spectrum = stft.spectrum(F.pad(mixture, (0, tail + -(samples + tail) % s.hop)))
        seen = spectrum[..., :s.bins]
        seen = seen[:, ::s.renew]
        masks = self.in_turn(self.features(seen[0], seen[-1], s, s.hop * s.renew))
        masks = self.full_masks(masks).repeat_interleave(s.renew, 1)[:, s.lookahead:]
        frames = min(masks.shape[1], spectrum.shape[1])
        masks, spectrum = masks[:, :frames], spectrum[:, :frames]
        return stft.audio(making(spectrum, masks))[..., :samples]

    def write(self, path, licence, trained_on, name=None, half=False, extra=None):
        """`name` is what users know the model by; by default its architecture's."""
        metadata = {"format": "unbraid-model", "format_version": "1",
                    "architecture": self.ARCHITECTURE, "name": name or self.ARCHITECTURE,
                    "version": "1", "stems": ",".join(self.OUTPUTS), "feature": self.FEATURE,
                    "licence": licence, "trained_on": trained_on}
        metadata.update({k: v if isinstance(v, str) else f"{v:g}"
                         for k, v in asdict(self.sizes).items()})
        dtype = np.float16 if half else np.float32
        tensors = {k: t.detach().cpu().numpy().astype(dtype) for k, t in self.tensors().items()}
        write_model(path, {**tensors, **(extra or {})}, metadata)

    @classmethod
    def read(cls, path):
        """As it separates; `train()` makes it learn. Sizes that came after the file have the
        value that changes nothing, which is their default."""
        metadata = read_model(path)[1]
        sizes = {k: metadata[k] if isinstance(v, str) else type(v)(float(metadata[k]))
                 for k, v in asdict(cls.Sizes()).items() if k in metadata}
        net = cls(cls.Sizes(**sizes))
        net.load(read_tensors(path))
        return net.eval()
