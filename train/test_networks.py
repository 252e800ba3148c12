"""Convolutional networks: their receptive fields, parameters, costs and model files."""

import copy
import os
import tempfile
import unittest

import numpy as np
import torch
import torch.nn.functional as F

from architectures import ARCHITECTURES, read_network
from bandgru import BandGru
from losses import heard_loss, masked_loss, targets
from mdensenet import Branch, Convolution, MDenseNet
from mixing import Mixer
from network import STEMS, image, read_tensors
from optimisers import muon, orthogonal
from stft import Stft

GEOMETRY = dict(analysis=128, synthesis=64, hop=32, bins=37)
STREAMING = dict(bands="3x2,2x5,1x21", kernels="3x3,5x1,1x5", width=4, growth=3, depth=2, levels=1,
                 **GEOMETRY)
PUBLISHED = ("unet", "unet3w", "mdensenet", "3w-mdensenet")


def streaming(**sizes):
    torch.manual_seed(1)
    return MDenseNet(MDenseNet.Sizes(**{**STREAMING, **sizes}))


def published(name):
    torch.manual_seed(1)
    network = ARCHITECTURES[name]
    return network(network.Sizes(**{**GEOMETRY, "analysis": 64, "bins": 32, "frames": 128},
                                 width=3, growth=4, depth=2, levels=2))


def learnt(net):
    """Batch norms that do something, in use."""
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if "norm." in name and tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5)
    return net.eval()


def counted(net, feature):
    """Multiply-adds of its convolutions, by what comes out of each, for one feature."""
    found = []
    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(
                lambda m, _, out: found.append(m.weight[0].numel() * out.numel()))
        elif isinstance(module, torch.nn.ConvTranspose2d):
            module.register_forward_hook(
                lambda m, x, _: found.append(m.weight[0].numel() * x[0].numel()))
    with torch.no_grad():
        net(feature)
    return sum(found)


class Streaming(unittest.TestCase):
    def test_the_future_changes_nothing(self):
        net = learnt(streaming())
        feature = torch.rand(1, 20, 2, 37)
        other = feature.clone()
        other[:, 12:] += 1
        with torch.no_grad():
            before, after = net(feature), net(other)
        torch.testing.assert_close(after[:, :, :12], before[:, :, :12])
        self.assertGreater(float((after[:, :, 12] - before[:, :, 12]).abs().max()), 1e-4)

    def test_centred_kernels_hear_the_future(self):
        net = learnt(streaming(causal=0))
        feature = torch.rand(1, 20, 2, 37)
        other = feature.clone()
        other[:, 12:] += 1
        with torch.no_grad():
            self.assertGreater(float((net(feature) - net(other))[:, :, 11].abs().max()), 1e-4)

    def test_multiplies_of_a_frame(self):
        for separable in (0, 1):
            net = learnt(streaming(separable=separable))
            ends = sum(w.numel() for w in (*net.encoder.weights, *net.decoder.weights))
            self.assertEqual(net.sizes.macs_per_hop(),
                             ends + counted(net, torch.rand(1, 10, 2, 37)) / 10)

    def test_the_shipped_sizes_keep_their_cost(self):
        self.assertEqual(MDenseNet.Sizes().macs_per_hop(), 19292160)

    def test_a_separable_convolution_is_that_of_its_product(self):
        torch.manual_seed(1)
        sizes = MDenseNet.Sizes(separable=1)
        separable = Convolution(5, 4, (3, 5), sizes).eval()
        whole = Convolution(5, 4, (3, 5), MDenseNet.Sizes()).eval()
        self.assertEqual(sum(p.numel() for p in separable.parameters()), 5 * 15 + 4 * 5 + 2 * 4)
        x = torch.rand(1, 5, 9, 7)
        with torch.no_grad():
            whole.kernel.weight.copy_(separable.depthwise.weight[:, 0] * separable.kernel.weight)
            torch.testing.assert_close(separable(x), whole(x))


class Published(unittest.TestCase):
    def test_all_weigh_about_the_same(self):
        for name in PUBLISHED:
            network = ARCHITECTURES[name]
            net = network(network.Sizes())
            self.assertTrue(550000 <= sum(p.numel() for p in net.parameters()) <= 610000, name)

    def test_multiplies_of_a_patch(self):
        for name in PUBLISHED:
            net = learnt(published(name))
            self.assertEqual(net.sizes.macs_per_hop(), counted(net.train(), torch.rand(1, 128, 32)))
        # Of the paper's size, a frame of a patch that is met once.
        self.assertAlmostEqual(ARCHITECTURES["3w-mdensenet"].Sizes().macs_per_frame() / 1e6, 90.3,
                               places=2)

    def test_patches_are_averaged(self):
        net = learnt(published("3w-mdensenet"))
        net.patches = lambda feature: feature[:, None].repeat(1, 2, 1, 1)
        feature = torch.rand(1, 300, 32)
        torch.testing.assert_close(net(feature), feature[:, None].repeat(1, 2, 1, 1))
        self.assertEqual(net.train()(feature).shape, (1, 2, 256, 32))

    def test_a_patch_does_not_mind_its_level(self):
        net = learnt(published("unet"))
        feature = torch.rand(2, 128, 32)
        with torch.no_grad():
            torch.testing.assert_close(net.patches(0.1 * feature + 0.3), net.patches(feature))
            self.assertTrue(torch.isfinite(net.patches(torch.zeros(1, 128, 32))).all())


class ModelFiles(unittest.TestCase):
    def test_batch_norm_is_folded(self):
        with tempfile.TemporaryDirectory() as folder:
            for net, feature in ((streaming(), torch.rand(1, 12, 2, 37)),
                                 (streaming(separable=1), torch.rand(1, 12, 2, 37)),
                                 *((published(name), torch.rand(1, 130, 32)) for name in PUBLISHED)):
                path = os.path.join(folder, "model.safetensors")
                learnt(net).write(path, "", "")
                again = read_network(path)
                self.assertFalse(any("norm" in name for name in net.tensors()))
                self.assertEqual(again.sizes, net.sizes)
                with torch.no_grad():
                    torch.testing.assert_close(again(feature), net(feature), atol=2e-5, rtol=1e-4)

    def test_a_network_grows_by_blocks_that_change_nothing_yet(self):
        sizes = dict(bands="3x2,2x5,1x21", n=5, **GEOMETRY)
        torch.manual_seed(2)
        small, feature = BandGru(BandGru.Sizes(blocks=2, **sizes)), torch.rand(1, 12, 2, 37)
        large = BandGru(BandGru.Sizes(blocks=4, **sizes))
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            path = os.path.join(folder, "model.safetensors")
            small.write(path, "", "")
            large.load(read_tensors(path))
            torch.testing.assert_close(large(feature), small(feature))
        large(feature)[:, 0].sum().backward()
        self.assertGreater(float(large.blocks[3].time_out.weight.grad.abs().max()), 0)

    def test_separable_networks_say_so(self):
        layer = "branches.0.down.0.layers.0."
        self.assertIn(layer + "weight", streaming().tensors())
        tensors = streaming(separable=1).tensors()
        self.assertNotIn(layer + "weight", tensors)
        self.assertEqual(tensors[layer + "depthwise.weight"].shape, (4, 1, 3, 3))
        self.assertEqual(tensors[layer + "pointwise.weight"].shape, (3, 4, 1, 1))


class Image(unittest.TestCase):
    """What a mix looks like that was moved, or lost a channel, on its way here."""

    def setUp(self):
        torch.manual_seed(4)
        self.sizes = BandGru.Sizes(**GEOMETRY)
        middle, side = torch.randn(2, 1, 200, 37, dtype=torch.complex64) * torch.tensor([1, 0.3])[
            :, None, None, None]
        self.left, self.right = middle + side, middle - side

    def seen(self, left, right):
        return BandGru.features(left, right, self.sizes, 32)

    def test_an_ordinary_mix_shows_its_middle_and_side(self):
        # 200 frames of independent noise stand a little beside the middle.
        found = self.seen(self.left, self.right)[0, 100:].mean((0, 2))
        pair = torch.stack([self.left + self.right, self.left - self.right], -2)[0, 100:].abs()
        torch.testing.assert_close(found[1] / found[0],
                                   pair.sqrt().mean((0, 2))[1] / pair.sqrt().mean((0, 2))[0],
                                   atol=0.02, rtol=0)

    def test_inverted_swapped_and_turned_it_looks_the_same(self):
        expected = self.seen(self.left, self.right)
        for left, right in ((self.right, self.left), (self.left, -self.right)):
            found = self.seen(left, right)
            self.assertLess(float((found - expected)[:, 20:].abs().mean()), 0.02)

    def test_one_side_alone_looks_like_mono(self):
        silence, mono = torch.zeros_like(self.left), self.seen(self.left, self.left)
        for left, right in ((self.left, silence), (silence, self.left), (self.left, -self.left),
                            (self.left, 0.25 * self.left)):
            found = self.seen(left, right)
            torch.testing.assert_close(found[..., 0, :], mono[..., 0, :], atol=0.01, rtol=0.01)
            self.assertLess(float(found[..., 1, :].max()), 0.2 * float(found[..., 0, :].max()))

    def test_the_past_is_forgotten_when_a_channel_goes_or_is_turned_over(self):
        self.sizes.norm_seconds = 0.15   # 207 frames, of which 17 are the late ones
        middle, side = self.left + self.right, self.left - self.right
        for gain in (0, -1, 10 ** (-12 / 20)):
            right = middle - side / 3
            right[:, 100:] *= gain
            first, second = self.seen(middle + side / 3, right)[0].mean(-1).T
            self.assertGreater(float(second[101] / first[101]), 0.7)
            self.assertLess(float((second / first)[170:].mean()), 0.4)

    def test_a_pause_changes_nothing(self):
        self.left[:, 100:150] = 0
        self.right[:, 100:150] *= 0.01
        found = image(self.left, self.right, self.sizes, 32)
        self.assertTrue(np.all(np.diff(found[3], axis=-1) > 0))

    def test_silence_is_finite_and_mono_has_no_side(self):
        silence = torch.zeros_like(self.left)
        self.assertEqual(float(self.seen(silence, silence).abs().max()), 0)
        self.assertLess(float(self.seen(self.left, self.left)[..., 1, :].max()), 1e-3)


class Optimiser(unittest.TestCase):
    def test_a_step_of_muon_moves_all_directions_alike(self):
        torch.manual_seed(5)
        for shape in ((6, 6), (40, 12), (3, 8, 30)):
            values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
            self.assertTrue(bool(((values > 0.5) & (values < 1.3)).all()), values)

    def test_muon_goes_down_and_can_go_on_from_its_state(self):
        torch.manual_seed(5)
        x, y = torch.randn(50, 8), torch.randn(50, 3)

        def learn(net, optimiser, steps):
            for _ in range(steps):
                loss = (net(x) - y).square().mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            return float(loss)

        def fresh():
            torch.manual_seed(6)
            net = torch.nn.Sequential(torch.nn.Linear(8, 20), torch.nn.Tanh(), torch.nn.Linear(20, 3))
            return net, muon(net, 0.02)
        net, optimiser = fresh()
        self.assertLess(learn(net, optimiser, 100), 0.5 * learn(*fresh(), 1))
        again, other = fresh()
        again.load_state_dict(copy.deepcopy(net.state_dict()))
        other.load_state_dict(copy.deepcopy(optimiser.state_dict()))
        self.assertEqual(learn(net, optimiser, 5), learn(again, other, 5))


class Steps(unittest.TestCase):
    """Networks that look less often than frames are heard, or take turns."""

    def tiny(self, **sizes):
        torch.manual_seed(3)
        return BandGru(BandGru.Sizes(bands="3x2,2x5,1x21", n=5, blocks=2,
                                     **{**GEOMETRY, **sizes})).eval()

    def test_networks_in_turn_each_have_a_past_of_their_own(self):
        net, feature = self.tiny(stride=3), torch.rand(20, 2, 37)
        with torch.no_grad():
            masks = net.in_turn(feature)
            for turn in range(3):
                torch.testing.assert_close(masks[:, turn::3], net(feature[None, turn::3])[0])

    def test_frames_between_two_steps_take_the_masks_of_the_older(self):
        net, audio = self.tiny(renew=4, stride=2, lookahead=2), torch.randn(2, 3000) * 0.1
        stft = Stft(128, 64, 32)
        spectrum = stft.spectrum(F.pad(audio, (0, 128 + -(3000 + 128) % 32)))[..., :37]
        with torch.no_grad():
            masks = net.in_turn(net.features(*spectrum[:, ::4], net.sizes, 4 * 32))
        # Frame f is heard when frame f + 2 has come: of that, the newest step's masks.
        expected = torch.stack([masks[:, (f + 2) // 4] for f in range(spectrum.shape[1] - 2)], 1)
        heard = stft.audio(F.pad(expected[:, None] * spectrum[:, :expected.shape[1]], (0, 28)))
        net.full_masks = lambda found: F.pad(found, (0, 28))
        torch.testing.assert_close(net.separate(audio)[..., :2800], heard[..., :2800])

    def test_stems_add_up_whatever_the_steps(self):
        audio = torch.randn(2, 3000) * 0.1
        for sizes in (dict(renew=3), dict(stride=3), dict(renew=4, stride=2, lookahead=1)):
            stems = self.tiny(**sizes).separate(audio)
            torch.testing.assert_close(stems.sum(0), audio, atol=1e-5, rtol=0)

    def test_training_hears_the_frames_that_the_masks_are_for(self):
        """A network whose masks are known at each step: trained as it will be heard, it
        meets what was in the mix `lookahead` frames before, where several share masks in
        the middle of them."""
        stft = Stft(128, 64, 32)
        for sizes, delay in ((dict(), 0), (dict(lookahead=2), 64), (dict(renew=4, lookahead=1), -16),
                             (dict(stride=2, lookahead=1), 32)):
            net = self.tiny(**sizes)
            click = torch.zeros(1, 4, 2048)
            click[:, 0, 1024] = 1
            energy = targets(net, stft, click)[0, 0].abs().square().sum(-1)
            first = (1024 + delay) // net.sizes.period
            self.assertEqual(float(energy[:first].sum()), 0)
            self.assertGreater(float(energy[first:].sum()), 0)


class Losses(unittest.TestCase):
    def setUp(self):
        self.net, self.stft = learnt(streaming(sample_rate=2000)), Stft(128, 64, 32)
        self.stems = torch.randn(2, 4, 3200) * 0.1
        self.rest = (torch.randn(2, 3200) * 0.1, torch.tensor([1000.0, 1000.0]))

    def test_the_sum_of_the_rest_is_enough(self):
        """Drums over music that nobody took apart teach as much as over its stems."""
        sums = torch.zeros_like(self.stems)
        drums = STEMS.index("drums")
        sums[:, drums] = self.stems[:, drums]
        sums[:, STEMS.index("other")] = self.stems.sum(1) - self.stems[:, drums]
        for loss in (heard_loss, masked_loss):
            known = loss(self.net, self.stft, self.stems, *self.rest, torch.tensor([-1, -1]))
            partial = loss(self.net, self.stft, sums, *self.rest, torch.tensor([drums, drums]))
            torch.testing.assert_close(partial, known, atol=1e-4, rtol=1e-4)

    def test_emphasis_weighs_stems_against_each_other(self):
        rest = (*self.rest, torch.tensor([-1, -1]))
        for loss in (heard_loss, masked_loss):
            def value(*weights):
                return loss(self.net, self.stft, self.stems, *rest, torch.tensor(weights))[0]
            plain = loss(self.net, self.stft, self.stems, *rest)[0]
            torch.testing.assert_close(value(3.0, 3.0), plain)
            torch.testing.assert_close((value(2.0, 0.0) + value(0.0, 2.0)) / 2, plain)
            torch.testing.assert_close(value(3.0, 1.0), value(2.0, 0.0) * 0.75 + value(0.0, 1.0) * 0.25)
            self.assertNotAlmostEqual(float(value(2.0, 0.0)), float(value(0.0, 2.0)), 3)

    def test_what_cannot_be_known_is_never_drawn(self):
        """A voice over an accompaniment hides where the drums are."""
        class Pool:
            songs = []
            stems = {name: ["one"] for name in (*STEMS, "accompaniment", "drumless")}
        for net in (MDenseNet, ARCHITECTURES["3w-mdensenet"]):
            partial = Mixer(Pool, 44100, net.STEREO, net.PARTIAL).partial
            self.assertEqual(partial["vocals"], 0)
            self.assertGreater(partial["drums"], 0)

    def test_nothing_is_scored_above_the_limit(self):
        low = (self.rest[0], torch.tensor([240.0, 240.0]), torch.tensor([-1, -1]))
        for loss in (heard_loss, masked_loss):
            self.net.zero_grad()
            loss(self.net, self.stft, self.stems, *low)[0].backward()
            self.assertEqual(float(self.net.decoder.weights[2].grad.abs().max()), 0)
            self.assertGreater(float(self.net.decoder.weights[0].grad.abs().max()), 0)

    def test_the_masked_loss_of_no_masks_is_that_of_the_targets(self):
        self.net.forward = lambda feature: torch.zeros(len(feature), 2, feature.shape[1], 37)
        drums = torch.zeros_like(self.stems)
        drums[:, STEMS.index("drums")] = self.stems[:, 0]
        value, _ = masked_loss(self.net, self.stft, drums, *self.rest, torch.tensor([-1, -1]))
        self.assertAlmostEqual(float(value), 0.5, places=5)


class Branches(unittest.TestCase):
    def test_plain_blocks_see_the_layer_before_alone(self):
        sizes = ARCHITECTURES["unet"].Sizes(width=3, growth=4, levels=1)
        inputs = [layer.kernel.in_channels for layer in Branch(sizes, (3, 3)).down[0].layers]
        self.assertEqual(inputs, [3, 4, 4])
        sizes = ARCHITECTURES["mdensenet"].Sizes(width=3, growth=4, levels=1)
        inputs = [layer.kernel.in_channels for layer in Branch(sizes, (3, 3)).down[0].layers]
        self.assertEqual(inputs, [3, 7, 11])


if __name__ == "__main__":
    unittest.main()
