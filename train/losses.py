"""What training minimises: what is heard of the error, or the squared error of the masked
magnitudes.

A loss takes a network, its transform, stems [batch, 4, samples] of one channel, the
mixture of the other (None for mono), the Hz above which each example is not to be
believed, the stem of each that alone is known apart from a sum (-1: all are), and what
each of the network's outputs weighs (None: the same); it returns the value and, for the
log, the distortion in dB.
"""

import torch
import torch.nn.functional as F

from network import STEMS

BURN_IN_SECONDS = 0.5   # not scored: the network's past is still empty
FLOOR = 0.01            # errors 20 dB below the mixture no longer count
SPECTRAL_WEIGHT = 0.5
MASKED_WEIGHT = 0.5     # of each of the masks


def features(net, stft, stems, right):
    """What the network sees, once a period."""
    s, left = net.sizes, stems.sum(1)
    left, right = (stft.spectrum(audio, s.period)[..., :s.bins]
                   for audio in (left, left if right is None else right))
    return net.features(left, right, s, s.period)


def targets(net, stft, stems):
    """The left channel's spectra within the network's bins, of the frames that the masks
    given out once a period are for: `lookahead` frames back, or of several that share
    them the middle."""
    s = net.sizes
    delay = round((s.lookahead - (s.renew - 1) / 2) * s.hop)
    return stft.spectrum(F.pad(net.targets(stems), (delay, -delay)), s.period)[..., :s.bins]


def sums(alone):
    """Matrices of the sums that are known: each stem, or a stem that stands alone and (as
    "other") all the rest."""
    every, rest = torch.eye(len(STEMS)), torch.zeros(len(STEMS), len(STEMS))
    rest[STEMS.index("other")] = 1
    return torch.stack([every if i < 0 else torch.where(every[i] > 0, every, rest)
                        for i in alone.tolist()]).to(alone.device)


def masked(net, stft, audio, right, limits, alone):
    """Masks, and the spectra of mixture and targets."""
    s = net.sizes
    stems = targets(net, stft, audio)
    mixture = stems.sum(1, keepdim=True)
    with torch.autocast(audio.device.type, torch.bfloat16, enabled=audio.is_cuda):
        masks = net(features(net, stft, audio, right))
    masks = masks.float()
    if masks.shape[1] == len(STEMS):
        masks = torch.bmm(sums(alone), masks.flatten(2)).view_as(masks)
    # Above an example's limit nothing is scored. Real arithmetic: PyTorch copies
    # a real factor of a complex product.
    hz = torch.arange(s.bins, device=limits.device) * (s.sample_rate / s.analysis)
    heard = (hz < limits[:, None]).float()[:, None, None, :, None]
    return masks, torch.view_as_real(mixture) * heard, torch.view_as_real(stems) * heard


def weighted(values, weights):
    """Mean over a batch of [batch, outputs]."""
    return values.mean() if weights is None else (values * (weights / weights.mean())).mean()


def heard_loss(net, stft, audio, right, limits, alone, weights=None):
    masks, mixture, stems = masked(net, stft, audio, right, limits, alone)

    # The output's error as it will be heard, through the synthesis window: the
    # transform is linear, so the error's spectrum is enough.
    skip = int(BURN_IN_SECONDS * net.sizes.sample_rate / net.sizes.period)
    reference, error = (
        stft.heard(torch.view_as_complex(x[:, :, skip:].contiguous())).square().mean((2, 3))
        for x in (mixture, masks[..., None] * mixture - stems))
    distortion = weighted(10 * torch.log10(error / (reference + 1e-9) + FLOOR), weights)

    # Compressed magnitudes: the soft and the high parts, which energy ignores.
    # Every other frame tells as much.
    root = mixture[:, :, ::2].square().sum(-1) ** 0.25
    target = stems[:, :, ::2].square().sum(-1) ** 0.25
    scale = root.mean((2, 3), keepdim=True) + 1e-6
    spectral = weighted(
        (((masks[:, :, ::2] + 1e-6).sqrt() * root - target).abs() / scale).mean((2, 3)), weights)
    return distortion / 10 + SPECTRAL_WEIGHT * spectral, distortion.detach()


def masked_loss(net, stft, audio, right, limits, alone, weights=None):
    """Lordelo et al. 2019: squared distance of the masked magnitude to the target's. Here
    beside the mixture's energy: our examples are of any level, and none should rule."""
    masks, mixture, stems = masked(net, stft, audio, right, limits, alone)
    mixture, stems = (x.square().sum(-1).sqrt() for x in (mixture, stems))
    error = (masks * mixture - stems).square().sum((2, 3)) / (mixture.square().sum((2, 3)) + 1e-9)
    value = MASKED_WEIGHT * error.shape[1] * weighted(error, weights)
    return value, 10 * torch.log10(error + FLOOR).mean().detach()


LOSSES = {"heard": heard_loss, "masked": masked_loss}
