#!/bin/bash
# The program unbraid on a full disk, and with a song that cannot be read any further: the message
# names the file and the reason, the status is 1, and nothing is left behind. A song that ends early is
# taken apart as far as it goes, which is said.
. "$(dirname "$0")/support/cli.sh"
shim=$B/tests/io_fault.so
test -x "$shim" || {
  echo "$shim is missing: run 'make all tests' first"
  exit 1
}

# faulty FAULT ARGUMENT...: the program with the fault in its environment.
faulty() {
  local fault=$1
  shift
  env LD_PRELOAD="$shim" "$fault" "$UNBRAID" -q "$@"
}

# stops FAULT PATTERN DESCRIPTION ARGUMENT...: an error that matches, and nothing left behind.
stops() {
  local fault=$1 pattern=$2 description=$3
  shift 3
  fails 1 "$pattern" "$description, $fault" faulty "$fault" "$@"
}

# shortens FAULT SONG: a bass that is shorter than the song, and one line that says so; or none, for some
# formats are nothing without their end.
shortens() {
  local fault=$1 song=$2 status frames
  faulty "$fault" "$song" --stems bass --out out5 >out 2>err
  status=$?
  frames=$(tool info out5/song.bass.wav 2>/dev/null | cut -d' ' -f1)
  [ "$(wc -l <err)" = 1 ] && grep -q "^unbraid: $song: " err && [ -z "$(find . -name '.*.part')" ] &&
    { { [ $status = 0 ] && [ "$frames" -lt 16000 ] && grep -q 'warning: truncated' err; } ||
      { [ $status = 1 ] && [ ! -e out5 ]; }; }
  result $? "$song ends, $fault: status $status, ${frames:-no} samples"
  rm -rf out5
}

"$B/demo-song" demo --seconds 1 --rate 16000 || exit 1
mv demo/mix.wav song.wav
rm -r demo
size=$(stat -c %s song.wav)
for format in flac ogg mp3; do
  tool convert song.wav song.$format $format 2 || exit 1
done

# ---- a disk that is full, from the first byte of the first file to the last of the last
check "room for all" faulty IO_FAULT_WRITE=$((100 * size)) song.wav --out whole
whole=$(cat whole/* | wc -c)
rm -r whole
for room in 0 44 5000 $((whole / 2)) $((whole - 1000)) $((whole - 1)); do
  stops IO_FAULT_WRITE=$room 'song\.[a-z]+\.wav: .*No space left' "wav" song.wav --out out1
done
for format in flac ogg opus mp3; do
  for room in 0 5000; do
    stops IO_FAULT_WRITE=$room "song\.[a-z]+\.$format: .*(No space left|write|System)" "$format" \
      song.wav --format $format --out out2
  done
done
for room in 0 5000; do
  stops IO_FAULT_FWRITE=$room 'song\.png: cannot write: ' "picture" song.wav --plot --out out3
done

stops IO_FAULT_WRITE=5000 'standard input: cannot be kept on disk: No space left' "standard input" \
  - --stems bass --out out6 < <(cat song.wav)
stops IO_FAULT_WRITE=5000 'standard output: cannot write: No space left' "standard output" \
  song.wav --stems bass --out -

# ---- a song whose rest is gone, or cannot be read
for song in song.wav song.flac song.ogg song.mp3; do
  length=$(stat -c %s $song)
  for part in 10 50 90; do
    at=$((length * part / 100))
    stops IO_FAULT_READ=$at "$song: " "$song cannot be read on" $song --stems bass --out out4
    shortens IO_FAULT_END=$at $song
  done
  stops IO_FAULT_READ=0 "$song: " "$song cannot be read" $song --stems bass --out out4
done

finish
