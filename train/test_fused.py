"""The fused blocks give the results of PyTorch's own operations, forward and backward."""

import os
import tempfile
import unittest
from unittest import mock

import torch
import torch.nn as nn

import fused
from bandgru import BandGru
from stft import Stft

KINDS = [kind for kind, (needs, _) in fused.KINDS.items()
         if fused.processor().issuperset(needs.split())]
# Of the norm of what is compared: rounded operands, or sums in another order.
NEAR = {"avx512bf16": 1e-2}
NEAR_FLOAT = 1e-4


def choose(kind):
    return mock.patch.dict(os.environ, UNBRAID_FUSED=kind)


def lively(*modules):
    """Parameters, none of which does nothing; they are bfloat16, see below."""
    parameters = [p for module in modules for p in module.parameters()]
    with torch.no_grad():
        for p in parameters:
            p.add_(0.3 * torch.randn_like(p) / p.shape[-1] ** 0.5).copy_(p.bfloat16())
    return parameters


def rounded(module, inputs, output):
    """Its output as an operand in bfloat16. A relu's gradient jumps: where operands differ, some
    of its inputs near 0 change sides, and gradients differ by more than rounding."""
    return output + (output.bfloat16().float() - output).detach()


def distances(block, plain, x, parameters):
    """Of a block's output and its gradients from PyTorch's, beside their norms."""
    x, dy = x.requires_grad_(), torch.randn_like(x)
    found = []
    for compute in (plain, block):
        y = compute(x)
        found.append([y.detach() - x.detach(), *torch.autograd.grad(y, [x, *parameters], dy)])
    return [float((a - b).norm() / b.norm().clamp(min=1e-6)) for b, a in zip(*found)]


class Blocks(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(5)

    def agree(self, modules, block, plain, *shapes):
        parameters = lively(*modules)
        for kind in KINDS:
            for shape in shapes:
                with self.subTest(kind=kind, shape=shape), choose(kind):
                    self.assertEqual(fused.open_library(kind)[0].kind, kind)
                    hook = modules[0].register_forward_hook(rounded) if kind in NEAR else None
                    off = distances(lambda x: block(x, *modules), lambda x: plain(x, *modules),
                                    torch.randn(shape), parameters)
                    if hook:
                        hook.remove()
                    self.assertLess(max(off), NEAR.get(kind, NEAR_FLOAT), off)

    def test_time(self):
        for n in (16, 64, 96, 128):
            modules = nn.LayerNorm(n), nn.GRU(n, n), nn.Linear(n, n)
            self.agree(modules, fused.time_block, fused.plain_time_block,
                       (2, 1, 1, n), (2, 1, 5, n), (7, 2, 13, n), (3, 3, 64, n), (12, 131, n))

    def test_bands(self):
        for bands, n in ((2, 16), (7, 48), (26, 96), (40, 64), (48, 128)):
            modules = nn.LayerNorm(n), nn.Linear(bands, 2 * bands), nn.Linear(2 * bands, bands)
            self.agree(modules, fused.band_block, fused.plain_band_block,
                       (1, 1, bands, n), (3, 4, bands, n))

    def test_channels(self):
        for n in (16, 64, 96, 128):
            modules = nn.LayerNorm(n), nn.Linear(n, 2 * n), nn.Linear(2 * n, n)
            self.agree(modules, fused.channel_block, fused.plain_channel_block,
                       (1, n), (3, 1, 5, n), (7, 41, n))

    def test_what_is_not_learnt_from_is_exact(self):
        modules, x = (nn.LayerNorm(64), nn.GRU(64, 64), nn.Linear(64, 64)), torch.randn(5, 2, 9, 64)
        for kind in KINDS:
            with choose(kind), torch.no_grad():
                torch.testing.assert_close(fused.time_block(x, *modules),
                                           fused.plain_time_block(x, *modules),
                                           rtol=0, atol=NEAR_FLOAT)


class Ends(unittest.TestCase):
    def net(self, **sizes):
        torch.manual_seed(8)
        net = BandGru(BandGru.Sizes(**{**dict(bands="3x4,2x8,1x68", n=32, blocks=1, bins=96,
                                              mask_power=1.3), **sizes}))
        lively(net)
        net.feature_mean.uniform_(0, 1)
        net.feature_scale.uniform_(0.5, 2)
        return net

    def agree(self, net, ends, x, wanted):
        """An end of the network with all its gradients, in each kind."""
        found = {}
        for kind in ("off", *KINDS):
            with choose(kind):
                y = ends(net, x)
            torch.manual_seed(9)
            found[kind] = [y.detach(), *torch.autograd.grad(y, wanted, torch.randn_like(y))]
        for kind in KINDS:
            for got, right in zip(found[kind], found["off"]):
                self.assertEqual(got.shape, right.shape)
                self.assertLess(float((got - right).norm() / right.norm()),
                                NEAR.get(kind, NEAR_FLOAT), kind)

    def test_encoder(self):
        for frames, taps in ((1, 3), (2, 3), (75, 2)):
            net = self.net(taps=taps)
            self.agree(net, fused.encode, torch.rand(3, frames, 2, 96),
                       [*net.encoder.parameters()])

    def test_decoder(self):
        for frames in (1, 75):
            net = self.net()
            x = torch.randn(frames, 3, 6, 32, requires_grad=True)
            self.agree(net, fused.decode, x, [x, *net.head_norm.parameters(), *net.head.parameters(),
                                              *net.decoder.parameters()])


class Heard(unittest.TestCase):
    def found(self, kind, outputs, analysis, frames, bins, skip):
        """Errors, and the gradient of their weighted sum."""
        torch.manual_seed(7)
        stft = Stft(analysis, analysis // 4, analysis // 8)
        masks = torch.softmax(2 * torch.randn(3, outputs, frames, bins), 1).requires_grad_()
        stems = torch.randn(3, outputs, frames, bins, dtype=torch.complex64)
        sums = torch.eye(outputs).repeat(3, 1, 1)
        sums[1, :-1], sums[1, -1], sums[1, 0] = 0, 1, torch.eye(outputs)[0]
        sums[1, -1, 0] = 0
        with choose(kind):
            errors = fused.heard_errors(stft, masks, stems.sum(1, keepdim=True), stems, sums,
                                        torch.tensor([bins, bins - 5.0, bins // 2]), skip)
            torch.cat([errors[1], errors[3]], 1).mul(torch.rand(3, 2 * outputs)).sum().backward()
        return [*errors, masks.grad]

    def test_spectra(self):
        torch.manual_seed(10)
        for sizes in ((128, 32, 16, 64), (1024, 256, 128, 401), (4096, 1024, 512, 1488)):
            stft, bins = Stft(*sizes[:3]), sizes[3]
            for shape in ((2, 3, 20 * sizes[2] + 5), (1, 3 * sizes[2])):
                audio = torch.randn(shape)
                for hop in (sizes[2], 3 * sizes[2]):
                    for kind in KINDS:
                        with choose(kind):
                            found = fused.spectrum(stft, audio, hop, bins)
                        wanted = stft.spectrum(audio, hop)[..., :bins]
                        self.assertEqual(found.shape, wanted.shape)
                        torch.testing.assert_close(found, wanted, rtol=0,
                                                   atol=1e-6 * sizes[0] ** 0.5 * 10)

    def test_errors_and_their_gradient(self):
        for kind in KINDS:
            for sizes in ((4, 128, 37, 41, 3), (2, 256, 16, 128, 0), (4, 1024, 35, 400, 17)):
                with self.subTest(kind=kind, sizes=sizes):
                    for found, wanted in zip(self.found(kind, *sizes), self.found("off", *sizes)):
                        self.assertEqual(found.shape, wanted.shape)
                        self.assertLess(float((found - wanted).norm() / wanted.norm()), NEAR_FLOAT)


class Fallback(unittest.TestCase):
    def masks(self):
        torch.manual_seed(6)
        net = BandGru(BandGru.Sizes(bands="3x2,2x5,1x21", n=16, blocks=2, analysis=128,
                                    synthesis=64, hop=32, bins=37))
        masks = net(torch.rand(2, 9, 2, 37))
        masks.square().sum().backward()
        return masks, net.blocks[0].gru.weight_hh_l0.grad

    def test_without_a_compiler_pytorch_computes(self):
        self.addCleanup(fused.open_library.cache_clear)
        with choose("off"):
            expected = self.masks()
        for compiler in ("/nowhere/cc", "false"):
            fused.open_library.cache_clear()
            with choose(""), mock.patch.dict(os.environ, CC=compiler), \
                    mock.patch("fused.FOLDERS", [self.folder()]):
                self.assertTrue(fused.describe().startswith("PyTorch's own operations: "))
                for found, wanted in zip(self.masks(), expected):
                    torch.testing.assert_close(found, wanted, rtol=0, atol=0)

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name


if __name__ == "__main__":
    unittest.main()
