"""Asymmetric short-time Fourier transform: long analysis, short delay.

Frame n looks at the `analysis` samples that end with sample (n + 1) * hop - 1
and writes only the last `synthesis` of them, so the delay of a frame is
`synthesis` samples however long the analysis is.
"""

import numpy as np
import torch
import torch.nn.functional as F


def analysis_window(analysis, synthesis):
    """Rising half of a sqrt-Hann window, then the falling half of a short one."""
    rise, fall = analysis - synthesis // 2, synthesis // 2
    up = np.sin(np.pi / 2 * (np.arange(rise) + 0.5) / rise)
    down = np.cos(np.pi / 2 * (np.arange(fall) + 0.5) / fall)
    return np.concatenate([up, down])


def synthesis_window(analysis, synthesis, hop):
    """Hann over the analysis window, so that their product overlap-adds to one."""
    hann = np.sin(np.pi * (np.arange(synthesis) + 0.5) / synthesis) ** 2
    overlap = hann.reshape(-1, hop).sum(0)
    return hann / np.tile(overlap, synthesis // hop) / analysis_window(analysis, synthesis)[-synthesis:]


class Stft:
    def __init__(self, analysis, synthesis, hop, device="cpu"):
        self.analysis, self.synthesis, self.hop = analysis, synthesis, hop
        self.window, self.inverse_window = (
            torch.tensor(window, dtype=torch.float32, device=device)
            for window in (analysis_window(analysis, synthesis),
                           synthesis_window(analysis, synthesis, hop)))

    def spectrum(self, audio, hop=None):
        """[..., samples] -> complex [..., frames, analysis / 2 + 1], unnormalised; of frames
        as far apart as they overlap-add, or as `hop` says."""
        hop = hop or self.hop
        padded = F.pad(audio, (self.analysis - hop, 0))
        return torch.fft.rfft(padded.unfold(-1, self.analysis, hop) * self.window)

    def heard(self, spectrum):
        """Complex [..., frames, bins] -> what is heard of each frame [..., frames, synthesis]."""
        return torch.fft.irfft(spectrum, self.analysis)[..., -self.synthesis:] * self.inverse_window

    def audio(self, spectrum):
        """The inverse: complex [..., frames, bins] -> [..., frames * hop].

        The last synthesis - hop samples lack the frames that follow.
        """
        frames = self.heard(spectrum)
        count, parts = frames.shape[-2], self.synthesis // self.hop
        frames = frames.reshape(*frames.shape[:-1], parts, self.hop)
        # Part k of frame n lands on hop n - (parts - 1) + k of the output.
        out = frames[..., parts - 1, :]
        for k in range(parts - 1):
            early = parts - 1 - k
            out = out + F.pad(frames[..., early:, k, :], (0, 0, 0, min(early, count)))
        return out.reshape(*out.shape[:-2], count * self.hop)
