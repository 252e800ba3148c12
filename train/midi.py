"""Reads Standard MIDI files into one list of timed channel messages."""

import struct
from dataclasses import dataclass

import numpy as np

DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
DRUM_CHANNEL = 9
RENDER_TICKS = 480  # a quarter note of half a second in written files


@dataclass
class Note:
    start: float  # seconds
    end: float
    pitch: int
    velocity: int
    channel: int = 0
    program: int = 0
    bend: tuple = ()      # (seconds after the start, semitones) points, if any
    vibrato: float = 0.0  # semitones either way, once the note has settled
    muted: bool = False   # by the palm

    def pitch_curve(self, times):
        """Semitones over `pitch` at `times` seconds after the start."""
        curve = 0.018 * np.sin(2 * np.pi * 0.7 * times)
        if self.bend:
            at, semitones = zip(*self.bend)
            curve = curve + np.interp(times, at, semitones)
        if self.vibrato:
            rate = 5.0 + (self.pitch * 7 + self.velocity) % 11 / 10
            curve = curve + self.vibrato * np.clip((times - 0.25) / 0.4, 0, 1) * np.sin(
                2 * np.pi * rate * times)
        return curve


def _varlen(data, i):
    value = 0
    while True:
        value = value << 7 | data[i] & 0x7F
        i += 1
        if data[i - 1] < 0x80:
            return value, i


def _track(data):
    """Yields (tick, message); a tempo change is the message b'\\xff' + 3 bytes."""
    i = tick = status = 0
    while i < len(data):
        delta, i = _varlen(data, i)
        tick += delta
        if data[i] == 0xFF:
            kind = data[i + 1]
            size, i = _varlen(data, i + 2)
            if kind == 0x51:
                yield tick, b"\xff" + data[i:i + 3]
            i += size
        elif data[i] in (0xF0, 0xF7):
            size, i = _varlen(data, i + 1)
            i += size
        else:
            if data[i] >= 0x80:
                status, i = data[i], i + 1
            size = DATA_BYTES[status & 0xF0]
            yield tick, bytes([status]) + data[i:i + size]
            i += size


def messages(path, seconds=1e9):
    """[(time in seconds, channel message)] of all tracks, in order."""
    with open(path, "rb") as f:
        data = f.read()
    division, = struct.unpack(">H", data[12:14])
    merged, i = [], 14
    while i + 8 <= len(data):
        size, = struct.unpack(">I", data[i + 4:i + 8])
        if data[i:i + 4] == b"MTrk":
            merged += _track(data[i + 8:i + 8 + size])
        i += 8 + size
    merged.sort(key=lambda event: event[0])
    out, now, last, tempo = [], 0.0, 0, 500000
    for tick, message in merged:
        now += (tick - last) * tempo / division / 1e6
        last = tick
        if now > seconds:
            break
        if message[0] == 0xFF:
            tempo = int.from_bytes(message[1:], "big")
        else:
            out.append((now, message))
    return out


def notes(timed):
    """Pairs note-ons with note-offs; each note carries its channel's program."""
    program, sounding, out = [0] * 16, {}, []
    for now, m in timed:
        kind, channel = m[0] & 0xF0, m[0] & 0x0F
        if kind == 0xC0:
            program[channel] = m[1]
        elif kind in (0x80, 0x90):
            note = sounding.pop((channel, m[1]), None)
            if note:
                note.end = now
            if kind == 0x90 and m[2]:
                note = Note(now, now + 1.0, m[1], m[2], channel, program[channel])
                sounding[channel, m[1]] = note
                out.append(note)
    return out


def play(notes, settings):
    """Notes -> messages; settings(channel) -> its controllers, as {number: value}.
    Bends are the channel's: such a part must be one voice."""
    timed = [(0.0, bytes([0xB0 | c, number, value]))
             for c in {n.channel for n in notes} for number, value in settings(c).items()]
    timed += [(0.0, bytes([0xC0 | n.channel, n.program])) for n in
              {n.channel: n for n in notes if n.channel != DRUM_CHANNEL}.values()]
    for n in notes:
        timed.append((n.start, bytes([0x90 | n.channel, n.pitch, n.velocity])))
        timed.append((max(n.start + 0.02, n.end - 0.002), bytes([0x80 | n.channel, n.pitch, 0])))
        if n.bend or n.vibrato:
            times = np.arange(0, n.end - n.start, 0.02)
            for t, value in zip(times, 8192 + 4096 * n.pitch_curve(times)):
                value = int(np.clip(value, 0, 16383))
                timed.append((n.start + t, bytes([0xE0 | n.channel, value & 127, value >> 7])))
    return sorted(timed, key=lambda event: event[0])


def stem_of(channel, program):
    if channel == DRUM_CHANNEL:
        return "drums"
    return "bass" if 32 <= program <= 39 else "other"


def only(timed, wanted):
    """The messages without the notes for which wanted(channel, program) is false."""
    program, out = [0] * 16, []
    for now, m in timed:
        kind, channel = m[0] & 0xF0, m[0] & 0x0F
        if kind == 0xC0:
            program[channel] = m[1]
        if kind != 0x90 or wanted(channel, program[channel]):
            out.append((now, m))
    return out


def write(path, timed):
    """One track at a fixed tempo: 2 * RENDER_TICKS ticks are a second."""
    body, last = bytearray(), 0
    for now, m in timed:
        tick = round(now * 2 * RENDER_TICKS)
        delta, last = tick - last, tick
        groups = [delta & 0x7F]
        while delta := delta >> 7:
            groups.insert(0, delta & 0x7F | 0x80)
        body += bytes(groups) + m
    # A score cut short leaves notes sounding: all sound off, on every channel.
    body += b"".join(bytes([0, 0xB0 | channel, 120, 0]) for channel in range(16))
    body += b"\x00\xff\x2f\x00"
    with open(path, "wb") as f:
        f.write(struct.pack(">4sIHHH4sI", b"MThd", 6, 0, 1, RENDER_TICKS, b"MTrk", len(body)) + body)
