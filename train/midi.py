"""Reads Standard MIDI files into one list of timed channel messages."""

import struct
from dataclasses import dataclass

DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
DRUM_CHANNEL = 9
RENDER_TICKS = 480  # a quarter note of half a second in written files


@dataclass
class Note:
    start: float  # seconds
    end: float
    pitch: int
    velocity: int
    channel: int
    program: int


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
