"""The cache: what is stored, resumed, skipped, listed, and drawn from."""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np
import soundfile

import mixing
import prepare
import provenance
import readers

RATE = readers.RATE


def noise(seconds=7.0, rate=RATE, channels=1, seed=0):
    return 0.1 * np.random.default_rng(seed).standard_normal((int(seconds * rate), channels))


class Prepared(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.cache = os.path.join(self.folder, "cache")

    def put(self, name, audio, rate=RATE):
        path = os.path.join(self.folder, "in", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        soundfile.write(path, audio, rate)

    def prepare(self, command, name, *options, material=None):
        """Runs prepare.py on the files put, or on a set; what it said on either stream."""
        said = io.StringIO()
        material = [] if command == "manifest" else [material or os.path.join(self.folder, "in")]
        names = [name] if name else []
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), mock.patch.object(
                sys, "argv", ["prepare.py", command, *material, self.cache, *names, *options]):
            prepare.main()
        return said.getvalue()

    def load(self, *path):
        return np.load(os.path.join(self.cache, *path))

    def item(self, *path):
        with open(os.path.join(self.cache, *path, "item.json")) as f:
            return json.load(f)

    def put_song(self, name="song", rate=RATE):
        for i, stem in enumerate(readers.STEMS):
            self.put(f"{name}/{stem}.wav", noise(rate=rate, channels=1 + i % 2, seed=i) / (i + 1),
                     rate)

    def test_balance_and_channels_stay(self):
        self.put_song()
        self.prepare("songs", "set")
        vocals, drums = (self.load("set", "song", f"{s}.npy") for s in ("vocals", "drums"))
        self.assertEqual((vocals.dtype, vocals.shape[1], drums.shape[1]), (np.int16, 1, 2))
        self.assertAlmostEqual(vocals.std() / drums.std(), 2, places=1)

    def test_treated_copies_are_of_the_song_they_were_made_of(self):
        self.put_song()
        self.prepare("songs", "set", "--licence", "CC0", "--source", "example.org")
        self.prepare("vary", "varied", "--count", "2", material="set")
        self.assertEqual(sorted(os.listdir(os.path.join(self.cache, "varied"))), ["song~0", "song~1"])
        self.assertEqual(self.item("varied", "song~1"), self.item("set", "song"))
        copies = [self.load("varied", f"song~{i}", "vocals.npy") for i in range(2)]
        self.assertFalse(np.array_equal(copies[0][:1000], copies[1][:1000]))
        drums = self.load("varied", "song~0", "drums.npy")
        self.assertEqual((len(copies[0]), drums.shape[1]), (len(drums), 2))
        self.assertAlmostEqual(copies[0].std() / drums.std(), 2, places=1)
        with self.assertRaises(SystemExit):   # held back, it is not trained on in disguise either
            mixing.Pool(self.cache, ["song"], {})

    def test_gentle_examples_keep_the_balance_of_a_mix(self):
        self.put_song()
        self.prepare("songs", "set")
        pool = mixing.Pool(self.cache, [], {})
        for stereo in (True, False):
            mixer = mixing.Mixer(pool, RATE, stereo, hard=0)
            for number in range(20):
                stems, right, limit, alone = mixer.example(np.random.default_rng(number))
                again = mixer.example(np.random.default_rng(number))[0]
                np.testing.assert_array_equal(again, stems)
                self.assertEqual((stems.shape, limit, alone), ((4, RATE), RATE / 2, -1))
                self.assertEqual(right is None, not stereo)
                levels = np.sqrt((stems ** 2).mean(1)[:2])
                if not stereo and levels.all():   # stereo, it may be heard from elsewhere
                    moved = 20 * np.log10(levels[0] / levels[1] / 2)
                    self.assertLess(abs(moved), 2 * mixing.MOVED_AMONG + 0.5)

    def test_provenance_is_kept(self):
        self.put_song()
        self.prepare("songs", "mine", "--licence", "CC BY 4.0", "--source", "example.org")
        self.assertEqual(self.item("mine", "song"), {
            "source": "example.org", "licence": "CC BY 4.0", "free": True, "rate": RATE})

    def test_table_beside_the_material(self):
        self.put("a.wav", noise())
        self.put("b.wav", noise())
        with open(os.path.join(self.folder, "in", "licences.tsv"), "w") as f:
            f.write("# item, source, licence\na\tsomeone\tCC0-1.0\n*\tnobody\tGPL-2\n")
        self.prepare("solo", "mine")
        self.assertEqual([(i["source"], i["free"]) for i in (self.item("mine", x) for x in "ab")],
                         [("someone", True), ("nobody", False)])

    def test_broken_files_are_named_and_counted(self):
        self.put("good.wav", noise())
        for name in ("bad.wav", "worse.flac"):
            with open(os.path.join(self.folder, "in", name), "w") as f:
                f.write("no audio")
        said = self.prepare("solo", "set")
        self.assertIn("skipped bad", said)
        self.assertIn("worse.flac", said)
        self.assertIn("set: 2 of 3 items skipped", said)
        self.assertEqual(os.listdir(os.path.join(self.cache, "set")), ["good"])

    def test_an_interrupted_run_resumes(self):
        for name in "abc":
            self.put(f"{name}.wav", noise())
        real, calls = readers.read_stems, []

        def interrupted(paths):
            calls.append(paths)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return real(paths)

        with mock.patch.object(readers, "read_stems", interrupted):
            with self.assertRaises(KeyboardInterrupt):
                self.prepare("solo", "set")
        # A half-written item, as a run leaves it that is killed while storing.
        part = os.path.join(self.cache, "set", "b.part")
        os.makedirs(part)
        np.save(os.path.join(part, "drums.npy"), np.zeros((9, 1), np.int16))
        done = os.path.join(self.cache, "set", "a", "vocals.npy")
        first = os.stat(done).st_mtime_ns
        self.prepare("solo", "set")
        self.assertEqual(sorted(os.listdir(os.path.join(self.cache, "set"))), ["a", "b", "c"])
        self.assertEqual(sorted(os.listdir(os.path.join(self.cache, "set", "b"))),
                         ["item.json", "vocals.npy"])
        self.assertEqual(os.stat(done).st_mtime_ns, first)

    def test_shots_become_long_enough(self):
        for i in range(12):
            self.put(f"hit{i}.wav", noise(0.2, seed=i))
        self.prepare("shots", "hits", "--stem", "drums")
        again = self.load("hits", "shots-0000", "drums.npy")
        self.assertGreater(len(again), 6 * RATE)
        shutil.rmtree(os.path.join(self.cache, "hits"))
        self.prepare("shots", "hits", "--stem", "drums")
        np.testing.assert_array_equal(self.load("hits", "shots-0000", "drums.npy"), again)

    def test_manifest(self):
        self.put_song()
        self.prepare("songs", "free", "--licence", "CC0")
        self.prepare("songs", "closed", "--licence", "CC BY-NC 4.0")
        # An older cache tells nothing of its items.
        os.remove(os.path.join(self.cache, "closed", "song", "item.json"))
        said = self.prepare("manifest", None)
        with open(os.path.join(self.cache, "manifest.tsv")) as f:
            self.assertEqual(f.read(), said)
        rows = [line.split("\t") for line in said.splitlines()]
        self.assertEqual(sorted(row[:4] for row in rows[1:]), [
            ["all", "", "", "0.2"], ["free", "CC0", "yes", "0.1"],
            ["unknown", "unstated", "no", "0.1"]])

    def test_pool(self):
        self.put_song("rock")
        self.put_song("low", 16000)
        self.prepare("songs", "free", "--licence", "MIT")
        shutil.rmtree(os.path.join(self.folder, "in"))
        self.put("a.vocals.wav", noise())
        self.put("a.accompaniment.wav", noise())
        self.put("b.drumless.wav", noise())
        self.prepare("solo", "closed")
        pool = mixing.Pool(self.cache, [], {})
        self.assertEqual({s: len(r) for s, r in pool.stems.items()}, {
            "vocals": 3, "drums": 2, "bass": 2, "other": 2, "accompaniment": 1, "drumless": 1})
        self.assertEqual(len(pool.songs), 2)
        bands = {os.path.basename(r.item): r.band for r in pool.stems["drums"]}
        self.assertEqual(bands["low"], 8000)
        self.assertGreater(bands["rock"], 20000)
        self.assertEqual({r.channels for r in pool.stems["drums"]}, {2})
        free = mixing.Pool(self.cache, ["low"], {}, only_free=True)
        self.assertEqual({s: len(r) for s, r in free.stems.items()}, {
            "vocals": 1, "drums": 1, "bass": 1, "other": 1, "accompaniment": 0, "drumless": 0})
        with self.assertRaisesRegex(SystemExit, "no vocals in .* under a free licence"):
            mixing.Pool(self.cache, ["low", "rock"], {}, only_free=True)

    def test_missing_folder(self):
        with self.assertRaisesRegex(SystemExit, "no folder .*MUSDB18"):
            self.prepare("songs", "set")
        with self.assertRaisesRegex(SystemExit, "no folder"):
            self.prepare("manifest", None)


class Licences(unittest.TestCase):
    def test_free(self):
        for licence in ("CC0", "CC0-1.0", "CC-BY-3.0", "CC BY 4.0", "MIT", "BSD-3-Clause", "ISC",
                        "public domain", "CC BY 4.0 + MIT", "CC-BY-3.0 (authors.txt)"):
            self.assertTrue(provenance.is_free(licence), licence)
        for licence in ("CC BY-SA 4.0", "CC-BY-NC-4.0", "CC BY-ND 3.0", "GPL-2+", "unstated",
                        "research use", "CC0 + free to use, no licence text", "permitted", ""):
            self.assertFalse(provenance.is_free(licence), licence)

    def test_shared_sets_are_in_the_table(self):
        for name in ("songs/nov2", "mir1k/Ani", "grooves/drummer1-x", "freedoom/d_dm01-real"):
            self.assertIsNotNone(provenance.look_up(name), name)


if __name__ == "__main__":
    unittest.main()
