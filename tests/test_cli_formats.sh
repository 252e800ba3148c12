#!/bin/bash
# What the program unbraid writes in each format: length, rate, quality, dither, tags.
. "$(dirname "$0")/support/cli.sh"

"$B/demo-song" demo --seconds 1 >/dev/null || exit 1
mv demo/mix.wav song.wav
rm -r demo
unbraid() { "$UNBRAID" -q --no-warm-up "$@"; }

# The main output without a fader is the song: what differs is the format's doing.
# ---- lossy ones
for format in ogg:-10 opus:-8 mp3:-10; do
  limit=${format#*:} format=${format%:*}
  check "$format" unbraid -s main -f $format song.wav --out $format
  also "$format: it is one" holds $format song.main.$format
done
check "ogg: the song's shape" same_shape song.wav ogg/song.main.ogg
check "mp3: the song's shape" same_shape song.wav mp3/song.main.mp3
check "mp3: in time, and close" below -20 song.wav mp3/song.main.mp3
check "ogg: in time, and close" below -20 song.wav ogg/song.main.ogg
check "opus: at 48 kHz, as long" test "$(tool info opus/song.main.opus)" = "48000 48000 2"
check "opus: as loud" \
  awk "BEGIN { d = $(tool level opus/song.main.opus) - $(tool level song.wav); exit !(d < 0.3 && d > -0.3) }"

# A tone is one at any rate: its samples are known.
for rate in 44100 96000 22050; do
  for format in opus mp3; do
    tool tone $rate tone.wav 440
    check "$format of $rate Hz" unbraid -s main -f $format tone.wav --out tones
    new=$(tool info tones/tone.main.$format | cut -d' ' -f2)
    tool tone "$new" expected.wav 440
    also "$format of $rate Hz: as long at $new Hz" same_shape expected.wav tones/tone.main.$format
    check "$format of $rate Hz: in tune and in time at $new Hz" below -25 expected.wav tones/tone.main.$format
  done
done
tool convert song.wav mono.wav wav 1
for format in ogg opus mp3; do
  check "mono: $format" unbraid -s main -f $format mono.wav --out mono
  also "mono: $format" test "$(tool info mono/mono.main.$format | cut -d' ' -f3)" = 1
done
for format in ogg opus mp3; do
  fails 2 "bits does not apply to $format" "bits in $format" unbraid -f $format --bits 16 song.wav
done

# ---- 16 bits
for format in wav flac; do
  unbraid -s vocals -b 16 -f $format song.wav --out dithered >out 2>err
  also "$format, 16 bits: dithered" test -s dithered/song.vocals.$format
  check "$format, 16 bits: plain" unbraid -s vocals -b 16 -f $format --no-dither song.wav --out plain
done
unbraid -s vocals song.wav --out exact >out 2>err
check "dither: the same in wav and flac" below -300 dithered/song.vocals.wav dithered/song.vocals.flac
# Rounding errs by a step's 1/12 in power, dither of two steps by three times that: 4.8 dB.
error() { tool error exact/song.vocals.wav "$1"; }
check "plain: half a step at most" \
  awk "BEGIN { e = $(error plain/song.vocals.wav); exit !(e > -102 && e < -100) }"
check "dither: three times the power" \
  awk "BEGIN { d = $(error dithered/song.vocals.wav) - $(error plain/song.vocals.wav); exit !(d > 4.3 && d < 5.3) }"
check "dither: the same again" unbraid -s vocals -b 16 song.wav --out again
also "dither: the same again" cmp dithered/song.vocals.wav again/song.vocals.wav
tool quiet song.wav quiet.wav # a tone of less than half a step
check "dither: what is less than a step" unbraid -s main -b 16 quiet.wav --out quiet
also "dither: what is less than a step is there" \
  awk "BEGIN { exit !($(tool correlation quiet.wav quiet/quiet.main.wav) > 0.2) }"
check "plain: what is less than a step" unbraid -s main -b 16 --no-dither quiet.wav --out quiet
also "plain: what is less than a step is gone" test "$(tool level quiet/quiet.main.wav)" = -400.0
check "dither: what 16 bits hold" unbraid -s main -b 16 plain/song.vocals.wav --out held
also "dither: what 16 bits hold stays" below -300 plain/song.vocals.wav held/song.vocals.main.wav
check "dither: silence" unbraid -s vocals -b 16 --set vocals_mute=1 song.wav --out silent
also "dither: silence stays" test "$(tool level silent/song.vocals.wav)" = -400.0

# ---- tags
tool tag song.wav tagged.wav wav
for format in wav flac ogg opus mp3; do
  check "tags: $format" unbraid --two vocals -f $format tagged.wav --out tags
  for stem in vocals instrumental; do
    check "tags: $format: the $stem" grep -q "^Some Title ($stem), Some Artist" \
      <(tool tags tags/tagged.$stem.$format)
  done
done
check "tags: none" unbraid -s bass -f mp3 song.wav --out tags
also "tags: none" grep -q '^no title, no artist' <(tool tags tags/song.bass.mp3)

finish
