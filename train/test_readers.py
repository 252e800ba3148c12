"""Which files are found, and how they are read."""

import os
import shutil
import subprocess
import tempfile
import unittest

import numpy as np
import soundfile

import readers
from readers import RATE


def tone(hz, rate, seconds=1.0, channels=1):
    x = 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)
    return np.stack([x] * channels, 1)


class Readers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, name, audio=None, rate=RATE):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        soundfile.write(path, tone(440, rate) if audio is None else audio, rate)
        return path

    def test_songs_at_any_depth(self):
        for name in ("train/A - One/vocals.wav", "train/A - One/mixture.wav", "test/B/drums.flac",
                     "test/B/other.ogg"):
            self.put(name)
        songs = readers.find_songs(self.folder)
        self.assertEqual({k: sorted(v) for k, v in songs.items()},
                         {"A - One": ["vocals"], "B": ["drums", "other"]})

    def test_songs_of_one_name(self):
        self.put("train/A/vocals.wav")
        self.put("test/A/vocals.wav")
        self.assertEqual(sorted(readers.find_songs(self.folder)), ["A", "train-A"])

    def test_two_stems(self):
        for i, rest in enumerate(("accompaniment", "instrumental", "no_vocals", "Instrumental")):
            self.put(f"{i}/Vocals.wav")
            self.put(f"{i}/{rest}.wav")
        wanted = (*readers.STEMS, *readers.SUMS)
        for stems in readers.find_songs(self.folder, wanted).values():
            self.assertEqual(sorted(stems), ["accompaniment", "vocals"])
        self.assertEqual(sorted(readers.find_songs(self.folder)["0"]), ["vocals"])

    def test_sums_of_known_parts_are_left_out(self):
        for stem in (*readers.STEMS, "accompaniment"):
            self.put(f"song/{stem}.wav")
        found = readers.find_songs(self.folder, (*readers.STEMS, *readers.SUMS))
        self.assertEqual(sorted(found["song"]), sorted(readers.STEMS))

    @unittest.skipUnless(shutil.which("ffmpeg"), "needs ffmpeg")
    def test_stem_file(self):
        inputs, maps = [], []
        for i in range(5):
            inputs += ["-i", self.put(f"in/{i}.wav", tone(200 * (i + 1), RATE, channels=2))]
            maps += ["-map", str(i)]
        os.makedirs(os.path.join(self.folder, "train"))
        path = os.path.join(self.folder, "train", "Some Song.stem.mp4")
        subprocess.run(["ffmpeg", "-v", "error", *inputs, *maps, "-c:a", "aac", path], check=True)
        stems = readers.find_songs(os.path.join(self.folder, "train"))["Some Song"]
        for stem, hz in (("drums", 400), ("bass", 600), ("other", 800), ("vocals", 1000)):
            audio = readers.read_audio(stems[stem])
            spectrum = np.abs(np.fft.rfft(audio[:RATE, 0]))
            self.assertEqual(audio.shape[1], 2)
            self.assertAlmostEqual(np.argmax(spectrum) * RATE / len(audio[:RATE]), hz, delta=3)

    def test_stem_file_without_ffmpeg(self):
        open(os.path.join(self.folder, "x.stem.mp4"), "w").close()
        path, before = readers.find_songs(self.folder)["x"]["vocals"], os.environ["PATH"]
        os.environ["PATH"] = ""
        try:
            with self.assertRaisesRegex(readers.Unreadable, "needs ffmpeg"):
                readers.read_audio(path)
        finally:
            os.environ["PATH"] = before

    def test_recordings_and_their_stems(self):
        for name in ("solo.wav", "deep/er.wav", "01. song.wav", "duo.vocals.wav",
                     "duo.accompaniment.wav", "jazz.no_drums.wav"):
            self.put(name)
        found = readers.find_recordings(self.folder, "vocals")
        self.assertEqual({k: sorted(v) for k, v in found.items()}, {
            "solo": ["vocals"], "deep-er": ["vocals"], "01. song": ["vocals"],
            "duo": ["accompaniment", "vocals"], "jazz": ["drumless"]})

    def test_rates_become_one(self):
        for rate in (16000, 22050, 48000):
            paths = {"vocals": self.put(f"{rate}/vocals.wav", tone(1000, rate), rate)}
            stems, lowest = readers.read_stems(paths)
            self.assertEqual(lowest, rate)
            self.assertAlmostEqual(len(stems["vocals"]) / RATE, 1, places=3)
            spectrum = np.abs(np.fft.rfft(stems["vocals"][:, 0]))
            self.assertAlmostEqual(int(np.argmax(spectrum)), 1000, delta=1)

    def test_missing_folder_says_what_is_wanted(self):
        for find, word in ((readers.find_songs, "MUSDB18"), (readers.find_scores, "Groove MIDI")):
            with self.assertRaisesRegex(SystemExit, f"no folder /no/such: .*{word}"):
                find("/no/such")
            with self.assertRaisesRegex(SystemExit, f"nothing to read in .*{word}"):
                find(self.folder)

    def test_unreadable(self):
        for name in ("noise.wav", "empty.flac"):
            path = os.path.join(self.folder, name)
            with open(path, "wb") as f:
                f.write(b"no audio" * (name == "noise.wav"))
            with self.assertRaisesRegex(readers.Unreadable, name):
                readers.read_audio(path)
        score = os.path.join(self.folder, "broken.mid")
        with open(score, "wb") as f:
            f.write(b"MThd\0\0")
        with self.assertRaisesRegex(readers.Unreadable, "broken.mid"):
            readers.read_score(score, 10)


if __name__ == "__main__":
    unittest.main()
