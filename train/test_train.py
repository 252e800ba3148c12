"""Training continues exactly after a stop; averages; batches by number."""

import contextlib
import io
import os
import tempfile
import unittest
from unittest import mock

import numpy as np
import torch

import train
from mixing import Batches
from network import STEMS
from studio import RATE

TINY = ("--kernels 3x3 --width 4 --growth 3 --depth 2 --levels 1 --steps 4 --batch 2 --seconds 0.7 "
        "--ema 0.5 --device cpu --architecture mdensenet3w").split()


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache, self.runs = (os.path.join(folder.name, name) for name in ("cache", "runs"))
        song = os.path.join(self.cache, "set", "song")
        os.makedirs(song)
        rng = np.random.default_rng(0)
        for stem in STEMS:
            noise = rng.standard_normal((7 * RATE, 1)) * 3000
            np.save(os.path.join(song, stem + ".npy"), noise.astype(np.int16))
        threads = torch.get_num_threads()
        self.addCleanup(lambda: (torch.set_flush_denormal(False), torch.set_num_threads(threads)))

    def train(self, run, *options):
        """The checkpoint that a run leaves."""
        run = os.path.join(self.runs, run)
        argv = ["train.py", self.cache, run, *TINY, *options]
        torch.manual_seed(0)
        with mock.patch("sys.argv", argv), mock.patch("train.SAVE_EVERY", 2), \
                contextlib.redirect_stderr(io.StringIO()):
            train.main()
        return torch.load(os.path.join(run, "checkpoint.pt"))

    def test_a_run_goes_on_as_if_it_had_not_stopped(self):
        whole = self.train("whole")
        with mock.patch("train.math.isfinite", side_effect=[True, True, False]):
            self.assertRaises(SystemExit, self.train, "stopped")
        stopped = torch.load(os.path.join(self.runs, "stopped", "checkpoint.pt"))
        self.assertEqual(stopped["step"], 2)
        resumed = self.train("stopped")
        for weights in ("net", "average"):
            for name, tensor in whole[weights].items():
                torch.testing.assert_close(resumed[weights][name], tensor, rtol=0, atol=0, msg=name)

        # The average follows the batch norms' statistics too.
        name = "join.layers.0.norm.running_var"
        start, mean, now = torch.ones(()), whole["average"][name], whole["net"][name]
        self.assertTrue(((mean - start).abs() < (now - start).abs()).all())
        self.assertGreater(float((mean - start).abs().min()), 0)
        self.assertEqual(int(whole["average"]["join.layers.0.norm.num_batches_tracked"]), 4)


class Numbered(unittest.TestCase):
    def test_a_batch_follows_from_its_number(self):
        class Mixer:
            stereo = False

            def example(self, rng):
                return np.float32([[rng.random()]]), None, 0.0, -1

        def drawn(first, seed=0, workers=0):
            loader = torch.utils.data.DataLoader(Batches(Mixer(), 2, first, (seed, 0)), batch_size=None,
                                                 num_workers=workers)
            return [batch[0].tolist() for batch, _ in zip(loader, range(4))]
        self.assertEqual(drawn(2)[:2], drawn(0)[2:])
        self.assertEqual(drawn(0, workers=2), drawn(0))
        self.assertNotEqual(drawn(0, seed=1), drawn(0))


if __name__ == "__main__":
    unittest.main()
