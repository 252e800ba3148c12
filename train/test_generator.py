"""Generated songs are consistent and depend only on their seed."""

import os
import shutil
import tempfile
import unittest

import numpy as np

import compose
import drums
import midi
import parts
import studio
import synthesiser
from studio import RATE


def rng(seed=0):
    return np.random.default_rng(seed)


class Generator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        # A take at 120: kick and snare in turn, eighths on the hi-hat.
        played = [midi.Note(t / 4, t / 4 + 0.1, pitch, 90, 9) for t in range(120)
                  for pitch in ((42, 36) if t % 4 == 0 else (42, 38) if t % 4 == 2 else (42,))]
        timed = [(t, m) for t, m in midi.play(played, lambda channel: {})]
        midi.write(os.path.join(cls.folder, "1_rock_120_beat_4-4.mid"), timed)
        midi.write(os.path.join(cls.folder, "2_rock_120_fill_4-4.mid"), timed)
        cls.takes = compose.find_takes(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_takes_are_beats(self):
        (path, tempo, beats, seconds), = self.takes
        self.assertEqual((tempo, beats), (120, 4))
        self.assertAlmostEqual(seconds, 119 / 4, delta=0.1)

    def test_every_part_stays_within_its_section(self):
        for seed in range(12):
            song = compose.compose(self.takes, 30, rng(seed))
            self.assertGreaterEqual(song.seconds, 30)
            for name, part in {**parts.BASS, **parts.GUITARS}.items():
                for section in song.sections:
                    for n in part(song, section, rng(seed)):
                        self.assertTrue(song.time(section.first, 0) - 0.1 <= n.start
                                        < song.time(section.first + section.bars, 0), name)
                        self.assertTrue(20 <= n.pitch <= 100, name)

    def test_a_seed_gives_one_song(self):
        def notes(seed):
            song = compose.compose(self.takes, 30, rng(seed))
            return parts.lead(song, song.sections[0], rng(seed), 55, 75), song.kicks

        self.assertEqual(notes(3), notes(3))
        self.assertNotEqual(notes(3), notes(4))

    def test_the_bass_keeps_to_the_kick(self):
        song = compose.compose(self.takes, 20, rng(1))
        section = song.sections[0]
        starts = [n.start for n in parts.BASS["kick"](song, section, rng())]
        first, end = song.time(section.first, 0), song.time(section.first + section.bars, 0)
        for kick in song.kicks:
            if first <= kick < end - 0.1:
                self.assertLess(min(abs(kick - s) for s in starts), 0.02)

    def test_a_drum_machine_plays(self):
        notes = [midi.Note(i / 2, i / 2 + 0.1, pitch, 100, 9)
                 for i, pitch in enumerate((36, 38, 42, 46, 42, 49, 45, 51))]
        audio = drums.Kit(drums.machine(rng())).play(notes, rng())
        self.assertEqual(audio.shape[1], 2)
        self.assertTrue(np.isfinite(audio).all())
        for n in notes:
            self.assertGreater(np.abs(audio[int(n.start * RATE):][:2000]).max(), 1e-3, n.pitch)

    def test_the_synthesiser_is_in_tune(self):
        audio = synthesiser.play([midi.Note(0, 1, 69, 100)], rng(), bright=(3000, 6000)).mean(1)
        spectrum = np.abs(np.fft.rfft(audio[:RATE]))
        self.assertAlmostEqual(int(np.argmax(spectrum)), 440, delta=4)

    def test_bends_reach_the_soundfont(self):
        note = midi.Note(0, 1, 60, 100, bend=((0, -2.0), (0.5, 0.0)))
        wheel = [(t, m[1] | m[2] << 7) for t, m in midi.play([note], lambda c: {})
                 if m[0] & 0xF0 == 0xE0]
        self.assertEqual(wheel[0][1], 0)
        self.assertAlmostEqual(wheel[-1][1], 8192, delta=100)

    def test_the_amplifier_adds_what_its_drive_asks_for(self):
        x = np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE).astype(np.float32)

        def harmonics(drive):
            spectrum = np.abs(np.fft.rfft(studio.amplifier(x, rng(), drive)))
            return sum(spectrum[220 * h] for h in range(2, 9)) / spectrum[220]

        self.assertLess(harmonics(-20), 0.5 * harmonics(30))


if __name__ == "__main__":
    unittest.main()
