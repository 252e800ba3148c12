"""The modules around the metrics: songs, conditions, baselines, separators."""

import contextlib
import importlib.util
import io
import json
import os
import tempfile
import unittest

import numpy as np
import soundfile
import torch

from baselines import baselines, ideal_mask, median_filters, median_masks, share
from chandna import Chandna, Sizes
from conditions import CONDITIONS, Heard
from evaluate import evaluate, figures
from metrics import sdr
from network import STEMS
from readers import find_songs
from report import (METRICS, by_name, comparison, differences, robustness, song_by_song,
                    under_conditions, worst_first, write_json)
from separators import network_separator, open_network, warmed
from songs import readable, references_of, read_song

RATE = 44100


def noise(*shape):
    return 0.1 * np.random.default_rng(0).standard_normal(shape).astype(np.float32)


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, song, stem, audio, rate=RATE):
        os.makedirs(os.path.join(self.folder, song), exist_ok=True)
        soundfile.write(os.path.join(self.folder, song, stem + ".wav"), audio.T, rate)

    def said(self, call):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            result = call()
        return result, said.getvalue()

    def test_a_missing_or_empty_folder_says_how_to_get_one(self):
        for folder in (self.folder, os.path.join(self.folder, "nowhere")):
            with self.assertRaises(SystemExit) as end:
                find_songs(folder)
            self.assertIn(folder, str(end.exception))
            self.assertIn("MUSDB18-HQ", str(end.exception))

    def test_broken_audio_is_named_and_skipped_with_a_count(self):
        self.write("good", "vocals", noise(1, 4000))
        self.write("bad", "vocals", noise(1, 4000))
        broken = os.path.join(self.folder, "bad", "drums.wav")
        with open(broken, "wb") as f:
            f.write(b"RIFF")
        songs, said = self.said(lambda: readable(find_songs(self.folder)))
        self.assertEqual(list(songs), ["good"])
        self.assertIn(broken, said)
        self.assertIn("1 of 2 songs skipped", said)

    def test_stems_of_other_rates_lengths_and_channels(self):
        self.write("song", "vocals", noise(2, RATE))
        self.write("song", "bass", noise(1, 24000), rate=48000)
        songs, said = self.said(lambda: readable(find_songs(self.folder)))
        self.assertIn("bass 0.5 s", said)
        stems = read_song(songs["song"])
        self.assertEqual(stems.shape, (4, 2, RATE))
        self.assertFalse(stems[STEMS.index("bass"), :, RATE // 2 + 10:].any())
        np.testing.assert_array_equal(stems[STEMS.index("bass"), 0], stems[STEMS.index("bass"), 1])

    def test_every_figure_reaches_the_file(self):
        for stem, audio in zip(STEMS, noise(4, 1, RATE)):
            self.write("song", stem, audio)
        results = evaluate(find_songs(self.folder), share(0.25, STEMS), figures)
        self.assertEqual(list(results["song"]), list(METRICS))
        path = os.path.join(self.folder, "figures.json")
        write_json(path, {"songs": results, "nothing": float("nan")})
        with open(path) as f:
            found = json.load(f)
        self.assertIsNone(found["nothing"])
        for stem in STEMS:
            self.assertAlmostEqual(found["songs"]["song"]["usdr"][stem], 10 * np.log10(16 / 12),
                                   delta=0.1)

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "no matplotlib")
    def test_the_page_shows_every_song(self):
        from page import write_page
        for stem in STEMS[:3]:
            self.write("<song>", stem, noise(1, RATE // 2))
        songs, page = find_songs(self.folder), os.path.join(self.folder, "page")
        results = {"a quarter": evaluate(songs, share(0.25, STEMS), figures)}
        self.said(lambda: write_page(page, songs, "a quarter", share(0.25, STEMS), results))
        self.assertEqual(sorted(os.listdir(page)), ["0.png", "index.html"])
        with open(os.path.join(page, "index.html")) as f:
            self.assertIn("<h2>&lt;song&gt;</h2>", f.read())

    def test_harmonic_and_percussive_alone(self):
        for stem, audio in zip(STEMS, noise(4, 1, RATE)):
            self.write("song", stem, audio)
        songs = find_songs(self.folder)
        results = {name: evaluate(songs, baselines()[name], figures)
                   for name in ("mixture", "mixture / 2", "median filters")}
        alone = results["median filters"]
        tables = "\n".join(comparison("usdr", results)).split("\n\n")
        self.assertNotIn("median filters", tables[0])
        for name in results:
            self.assertIn(name, tables[1])
        said = "\n".join((*song_by_song("it", alone), *robustness("it", alone, {}),
                          *differences("usdr", results, ["mixture / 2", "median filters"])))
        self.assertNotIn("vocals", said)
        self.assertIn("percussive", said)
        found = by_name(results["mixture / 2"], "usdr")
        self.assertEqual(list(found), ["harmonic", "percussive", "both"])
        self.assertAlmostEqual(found["percussive"]["mean"], 0, delta=0.1)
        self.assertAlmostEqual(found["harmonic"]["mean"], 10 * np.log10(3), delta=0.1)
        self.assertEqual(list(by_name(alone, "leak")), [])
        if importlib.util.find_spec("matplotlib"):
            from page import write_page
            page = os.path.join(self.folder, "page")
            self.said(lambda: write_page(page, songs, "median filters", median_filters, results))
            self.assertEqual(sorted(os.listdir(page)), ["0.png", "index.html"])

    def test_a_checkpoint_has_the_sizes_of_the_model_beside_it(self):
        net = Chandna(Sizes(n1=4, n2=3, taps=2, context=3, nn=5))
        net.write(os.path.join(self.folder, "chandna.safetensors"), "", "")
        with torch.no_grad():
            net.inverse_bias[0] += 7
        path = os.path.join(self.folder, "checkpoint.pt")
        torch.save({"average": net.state_dict()}, path)
        references = references_of(noise(4, 1, 9000))
        expected = network_separator(net)(references)
        for stem, audio in open_network(path)(references).items():
            np.testing.assert_allclose(audio, expected[stem], atol=1e-6)


class Baselines(unittest.TestCase):
    def setUp(self):
        self.references = references_of(noise(4, 2, 30001))

    def test_masks_share_the_mixture_out(self):
        for separate, split in ((ideal_mask, STEMS), (median_filters, ("harmonic", "percussive"))):
            estimates = separate(self.references)
            total = sum(estimates[n] for n in split)
            np.testing.assert_allclose(total, self.references["mixture"], atol=1e-5)

    def test_an_ideal_mask_beats_the_mixture(self):
        estimates, mixture = ideal_mask(self.references), share(1, STEMS)(self.references)
        for stem in STEMS:
            self.assertGreater(sdr(self.references[stem], estimates[stem]),
                               sdr(self.references[stem], mixture[stem]) + 3)

    def test_median_filters_hear_the_past_only(self):
        lasting, broad = np.zeros((60, 99), np.float32), np.zeros((60, 99), np.float32)
        lasting[20:, 50] = 1
        broad[30] = 1
        harmonic, percussive = median_masks(lasting + broad)
        self.assertGreater(harmonic[50, 50], 0.9)
        # Lasts when it has filled half of the memory, not before.
        self.assertLess(harmonic[31, 50], 0.1)
        self.assertGreater(harmonic[32, 50], 0.9)
        self.assertGreater(percussive[30, 10], 0.9)
        self.assertLess(harmonic[30, 10], 0.1)

    def test_centred_median_filters_hear_what_follows(self):
        magnitude = np.zeros((60, 9), np.float32)
        magnitude[30:, 5] = 1
        self.assertGreater(median_masks(magnitude, centred=True)[0][30, 5], 0.9)
        self.assertLess(median_masks(magnitude)[0][30, 5], 0.1)

    def test_seven_baselines(self):
        self.assertEqual(len(baselines()), 7)


class Conditions(unittest.TestCase):
    def test_what_is_heard(self):
        stems = noise(4, 2, RATE)
        self.assertAlmostEqual(Heard(gain_db=6)(stems).std() / stems.std(), 1.9953, places=3)
        mono = Heard(mono=True)(stems)
        np.testing.assert_allclose(mono[:, 0], stems.mean(1), atol=1e-7)
        np.testing.assert_array_equal(mono[:, 0], mono[:, 1])
        self.assertEqual(Heard(rate=96000)(stems).shape, (4, 2, 96000))
        np.testing.assert_allclose(Heard(right=-0.5)(stems), stems * [[1], [-0.5]], atol=1e-7)
        np.testing.assert_array_equal(Heard(swapped=True)(stems)[:, 0], stems[:, 1])
        one = Heard(right=0)(stems[:, :1])
        np.testing.assert_array_equal(one[:, 0], stems[:, 0])
        self.assertEqual(one.shape, stems.shape)
        self.assertEqual(np.abs(one[:, 1]).max(), 0)

    def test_a_short_clip_is_scored_when_it_is_heard_again(self):
        def counting(mixture, rate):
            return {"vocals": np.cumsum(np.ones_like(mixture), -1)}
        for seconds, begins in ((14, 14 * 100 + 1), (16, 1)):
            found = warmed(counting)({"mixture": np.zeros((2, seconds * 100))}, 100)["vocals"]
            self.assertEqual(found.shape, (2, seconds * 100))
            self.assertEqual(found[0, 0], begins)

    def test_a_network_keeps_its_length_at_every_rate(self):
        net = network_separator(Chandna(Sizes(n1=4, n2=3, taps=2, context=3, nn=5)))
        for name, heard in CONDITIONS.items():
            references = references_of(heard(noise(4, 2, RATE // 4)))
            estimates = net(references, heard.rate)
            total = sum(estimates.values())
            self.assertEqual(total.shape, references["mixture"].shape, name)

    def test_differences_are_from_the_base(self):
        songs = {song: {"usdr": dict.fromkeys(STEMS, db), "absent": {}}
                 for song, db in (("a", 3.0), ("b", 1.0))}
        found = under_conditions(songs, {"odd": {"a": dict.fromkeys(STEMS, 2.0),
                                                 "b": dict.fromkeys(STEMS, 1.0)}})
        self.assertAlmostEqual(found["odd"]["four stems"], 1.5)
        self.assertAlmostEqual(found["odd"]["difference"], -0.5)
        self.assertEqual(worst_first(songs), ["b", "a"])


if __name__ == "__main__":
    unittest.main()
