"""Metrics whose answers are known before they are computed."""

import unittest

import numpy as np

import bsseval
from intervals import summary
from metrics import figures, leak, sdr, si_sdr, usdr
from network import STEMS
from songs import references_of

RATE = 44100


def noise(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


class Ratios(unittest.TestCase):
    def test_sdr_is_the_ratio_to_the_error(self):
        s, n = noise(2, 1, 9999)
        self.assertAlmostEqual(sdr(s, s + 0.1 * s), 20, places=4)
        self.assertAlmostEqual(sdr(s, 0 * s), 0, places=4)

    def test_si_sdr_ignores_the_level_only(self):
        s, n = noise(2, 1, 9999)
        n -= s * np.vdot(s, n) / np.vdot(s, s)
        n *= np.sqrt(np.vdot(s, s) / np.vdot(n, n))
        for gain in (1, 0.01, -3):
            self.assertAlmostEqual(si_sdr(s, gain * (s + 0.1 * n)), 20, places=2)

    def test_quiet_stems_are_not_scored(self):
        stems = noise(4, 1, 9999) * np.float32([[[1]], [[1]], [[0.2]], [[0.13]]])
        self.assertEqual(list(usdr(references_of(stems), dict(zip(STEMS, stems)))), list(STEMS[:3]))


class Leaks(unittest.TestCase):
    def setUp(self):
        stems = noise(4, 2, 9999)
        stems[STEMS.index("vocals")] = 0
        self.references = references_of(stems)
        self.estimates = {**{s: self.references[s] for s in STEMS},
                          "vocals": 0.5 * self.references["drums"] - 0.25 * self.references["bass"]}

    def test_gains_of_the_true_stems(self):
        found = leak(self.references, self.estimates)
        self.assertAlmostEqual(found["drums in vocals"], 0.5, places=5)
        self.assertAlmostEqual(found["bass in vocals"], -0.25, places=5)
        self.assertAlmostEqual(found["bass in bass"], 1, places=5)
        self.assertNotIn("vocals in bass", found)

    def test_two_stems_that_are_the_same(self):
        self.references["other"] = self.references["bass"]
        found = leak(self.references, self.estimates)
        self.assertAlmostEqual(found["bass in bass"] + found["other in bass"], 1, places=5)

    def test_a_stem_that_is_not_there(self):
        self.estimates["vocals"] = 0.1 * self.references["mixture"]
        found = figures(self.references, self.estimates)
        self.assertAlmostEqual(found["absent"]["vocals"], -20, places=4)
        for metric in ("usdr", "sdr", "sir", "level"):
            self.assertNotIn("vocals", found[metric])
        self.assertNotIn("accompaniment", found["usdr"])

    def test_accompaniment_is_what_the_vocals_leave(self):
        self.references = references_of(noise(4, 1, 9999))
        estimates = {s: self.references[s] for s in STEMS}
        estimates["vocals"] = estimates["vocals"] - 0.1 * self.references["accompaniment"]
        found = figures(self.references, estimates)["usdr"]["accompaniment"]
        self.assertAlmostEqual(found, 20, places=4)


class BssEval(unittest.TestCase):
    def setUp(self):
        self.stems = noise(2, 2, 3 * RATE)

    def test_a_filtered_stem_is_target_and_no_interference(self):
        self.stems[1] += 0.5 * np.roll(self.stems[0], 7, axis=-1)
        late = np.roll(self.stems, 300, axis=-1)
        late[..., :300] = 0
        sdr_frames, sir_frames = bsseval.bsseval(self.stems, late, RATE)
        self.assertTrue(np.all(sir_frames > 40))
        self.assertTrue(np.all(np.abs(sdr_frames + 3.01) < 0.1))

    def test_interference_at_minus_20_db(self):
        estimates = self.stems + 0.1 * self.stems[::-1]
        sdr_frames, sir_frames = bsseval.bsseval(self.stems, estimates, RATE)
        self.assertEqual(sdr_frames.shape, (2, 3))
        self.assertTrue(np.all(np.abs(sdr_frames - 20) < 0.2))
        self.assertTrue(np.all(np.abs(sir_frames - 20) < 0.2))

    def test_noise_is_no_interference(self):
        estimates = self.stems + 0.1 * np.random.default_rng(1).standard_normal(self.stems.shape)
        sdr_frames, sir_frames = bsseval.bsseval(self.stems, estimates, RATE)
        self.assertTrue(np.all(np.abs(sdr_frames - 20) < 0.2))
        self.assertTrue(np.all(sir_frames > 30))

    def test_a_silent_frame_counts_for_the_others(self):
        self.stems[0, :, RATE:2 * RATE] = 0
        sdr_frames, _ = bsseval.bsseval(self.stems, 0.9 * self.stems, RATE)
        self.assertTrue(np.isnan(sdr_frames[0, 1]))
        self.assertTrue(np.all(np.abs(np.delete(sdr_frames, 1)) - 20 < 1e-3))

    def test_the_same_on_both_sides(self):
        twin = self.stems[:, :1].repeat(2, 1)
        _, sir_frames = bsseval.bsseval(twin, twin + 0.1 * twin[::-1], RATE)
        self.assertTrue(np.all(np.abs(sir_frames - 20) < 0.2))

    def test_correlations(self):
        a, b = noise(2, 1, 20000).astype(np.float64)
        found = bsseval.correlations(a, b)[0, 0]
        full = np.correlate(b[0], a[0], "full")[len(a[0]) - bsseval.TAPS:][:2 * bsseval.TAPS - 1]
        np.testing.assert_allclose(found, full, atol=1e-8)


class Intervals(unittest.TestCase):
    def test_a_difference_that_all_songs_share_is_certain(self):
        found = summary(np.full((8, 4), 0.5), 4)
        for key in ("mean", "median", "low", "high"):
            np.testing.assert_allclose(found[key], np.full(5, 0.5))

    def test_width_follows_the_spread_over_songs(self):
        found = summary(np.random.default_rng(0).standard_normal((400, 4)), 4)
        np.testing.assert_allclose(found["high"][:4] - found["low"][:4], 2 * 1.96 / 20, rtol=0.15)

    def test_songs_without_a_stem(self):
        values = np.array([[1, 2, 3, np.nan], [3, 2, 1, np.nan]])
        found = summary(values, 4)
        np.testing.assert_allclose(found["mean"], [2, 2, 2, np.nan, 2])


if __name__ == "__main__":
    unittest.main()
