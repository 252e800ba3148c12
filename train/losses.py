"""The losses: the audible error, or the squared error of the masked magnitudes.

A loss takes a network, its transform, stems [batch, 4, samples] of one channel, the
mixture of the other (None for mono), the Hz above which each example is not
reliable, the only known stem of each example beside a sum (-1: all are known), and the
weight of each output of the network (None: equal). It returns the value and, for the
log, the distortion in dB.
"""

import torch
import torch.nn.functional as F

import fused
from network import STEMS

BURN_IN_SECONDS = 0.5   # not scored: the network's past is still empty
FLOOR = 0.01            # errors 20 dB below the mixture no longer count
SPECTRAL_WEIGHT = 0.5
MASKED_WEIGHT = 0.5     # of each of the masks


def features(net, stft, stems, right):
    """What the network sees, once a period."""
    s, left = net.sizes, stems.sum(1)
    left, right = (fused.spectrum(stft, audio, s.period, s.bins)
                   for audio in (left, left if right is None else right))
    return net.features(left, right, s, s.period)


def targets(net, stft, stems):
    """The left channel's spectra within the network's bins, of the frames that the masks
    given out once a period are for: `lookahead` frames back, or of several that share
    them the middle."""
    s = net.sizes
    delay = round((s.lookahead - (s.renew - 1) / 2) * s.hop)
    return fused.spectrum(stft, F.pad(net.targets(stems), (delay, -delay)), s.period, s.bins)


def sums(alone, outputs):
    """Matrices of the sums of masks that are known: each stem, or a stem that stands alone and
    (as "other") all the rest. Of other outputs than the stems each."""
    if outputs != len(STEMS):
        return torch.eye(outputs, device=alone.device).expand(len(alone), -1, -1)
    every, rest = torch.eye(len(STEMS)), torch.zeros(len(STEMS), len(STEMS))
    rest[STEMS.index("other")] = 1
    return torch.stack([every if i < 0 else torch.where(every[i] > 0, every, rest)
                        for i in alone.tolist()]).to(alone.device)


def masked(net, stft, audio, right, limits):
    """Masks, the spectra of mixture and targets, and how many bins are below the limits."""
    s = net.sizes
    stems = targets(net, stft, audio)
    with torch.autocast(audio.device.type, torch.bfloat16, enabled=audio.is_cuda):
        masks = net(features(net, stft, audio, right))
    # Above an example's limit nothing is scored.
    hz = torch.arange(s.bins, device=limits.device) * (s.sample_rate / s.analysis)
    return masks.float(), stems.sum(1, keepdim=True), stems, (hz < limits[:, None]).float().sum(1)


def weighted(values, weights):
    """Mean over a batch of [batch, outputs]."""
    return values.mean() if weights is None else (values * (weights / weights.mean())).mean()


def heard_loss(net, stft, audio, right, limits, alone, weights=None):
    masks, mixture, stems, bins = masked(net, stft, audio, right, limits)
    skip = int(BURN_IN_SECONDS * net.sizes.sample_rate / net.sizes.period)
    # Compressed magnitudes include the soft and the high parts, which energy ignores.
    reference, error, root, distance = fused.heard_errors(
        stft, masks, mixture, stems, sums(alone, masks.shape[1]), bins, skip)
    distortion = weighted(10 * torch.log10(error / (reference + 1e-9) + FLOOR), weights)
    spectral = weighted(distance / (root + 1e-6), weights)
    return distortion / 10 + SPECTRAL_WEIGHT * spectral, distortion.detach()


def masked_loss(net, stft, audio, right, limits, alone, weights=None):
    """Lordelo et al. 2019: squared distance of the masked magnitude to the target's. Here
    beside the mixture's energy: our examples are of any level, and none should rule."""
    masks, mixture, stems, bins = masked(net, stft, audio, right, limits)
    masks = torch.bmm(sums(alone, masks.shape[1]), masks.flatten(2)).view_as(masks)
    heard = (torch.arange(masks.shape[-1], device=bins.device) < bins[:, None]).float()[:, None, None]
    mixture, stems = mixture.abs() * heard, stems.abs() * heard
    error = (masks * mixture - stems).square().sum((2, 3)) / (mixture.square().sum((2, 3)) + 1e-9)
    value = MASKED_WEIGHT * error.shape[1] * weighted(error, weights)
    return value, 10 * torch.log10(error + FLOOR).mean().detach()


LOSSES = {"heard": heard_loss, "masked": masked_loss}
