#!/bin/bash
# How the program unbraid ends, and what it leaves behind: signals, readers that go away, streams that
# were closed; names, and songs of the same name; the line that shows how far it is.
. "$(dirname "$0")/support/cli.sh"

"$B/demo-song" demo --seconds 2 --rate 16000 >/dev/null || exit 1
mv demo/mix.wav song.wav
tool repeat song.wav long.wav 150

# started COMMAND...: in the background, until its files are there; its number in $job.
started() {
  set -m # a background job of a script would ignore SIGINT
  "$@" >out 2>err &
  job=$!
  set +m
  for _ in $(seq 200); do
    ls stopped/here/.*.part >/dev/null 2>&1 && return
    sleep 0.05
  done
}

# ---- signals
for signal in INT TERM HUP QUIT ALRM USR1 XCPU RTMIN SEGV ABRT; do
  (ulimit -c 0 && started "$UNBRAID" long.wav --out stopped/here --plot -s bass &&
    kill -s $signal $job && wait $job && false
    [ $? = $((128 + $(kill -l $signal))) ]) 2>/dev/null
  also "SIG$signal ends the program as a signal does" test $? = 0
  also "SIG$signal leaves no file behind" test -z "$(find stopped -type f 2>/dev/null)"
  case $signal in
    SEGV | ABRT) rm -rf stopped ;;
    *) also "SIG$signal leaves no folder behind" test ! -e stopped ;;
  esac
done
for signal in PIPE XFSZ; do
  started "$UNBRAID" song.wav --out stopped/here
  kill -s $signal $job
  wait $job
  also "SIG$signal alone does not stop it" test $? = 0
  rm -rf stopped
done

# ---- readers that go away
for stream in 1 2; do
  rm -rf pipe
  (
    trap - PIPE
    if [ $stream = 1 ]; then
      "$UNBRAID" song.wav --out pipe 2>/dev/null
    else
      "$UNBRAID" song.wav --out pipe 2>&1 >/dev/null
    fi
    echo $? >status
  ) | true
  also "stream $stream is a broken pipe: every stem is whole" \
    test "$(find pipe -type f -name 'song.*.wav' | wc -l)" = 6
  also "stream $stream is a broken pipe: nothing else is there" test "$(find pipe -type f | wc -l)" = 6
done

# ---- streams that were closed
check "as ever" "$UNBRAID" song.wav --out ever
for closed in '<&-' '>&-' '2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
  rm -rf closed
  eval '"$UNBRAID" song.wav --out closed' "$closed"
  also "closed: $closed: status" test $? = 0
  also "closed: $closed: the same stems" diff -r ever closed
done

# ---- names
long=$(printf 'x%.0s' $(seq 240)) # with .percussive.wav 255 bytes
cp song.wav "$long.wav"
check "the longest name" "$UNBRAID" "$long.wav" --stems percussive --out names
also "the longest name: its stem" holds names "$long.percussive.wav"
wide=$(printf '歌%.0s' $(seq 80))
cp song.wav "$wide.wav"
check "the longest name in another script" "$UNBRAID" "$wide.wav" --stems percussive --out names
mv "$long.wav" "x$long.wav"
fails 1 'File name too long' "too long a name" "$UNBRAID" -q "x$long.wav" --stems percussive --out never
check "too long for one stem, not for another" \
  "$UNBRAID" -q "x$long.wav" --stems bass --out names
printf 'la la\n' >$'bad\nname\e[2J.wav'
fails 1 'bad.name.\[2J.wav: ' "a name that would move the cursor" "$UNBRAID" -q $'bad\nname\e[2J.wav'
touch pipe/.unbraid.1.0.part # somebody else's

# ---- songs of the same name
mkdir -p one two
cp song.wav one/take.wav
cp song.wav two/take.wav
cp song.wav two/take.copy.wav
ln -s "$work/one/take.wav" two/link.wav
check "a song" "$UNBRAID" -q one/take.wav --stems bass --out takes
cp -p takes/take.bass.wav before.wav
fails 1 'takes/take.bass.wav: was made from .*/one/take.wav, not from .*/two/take.wav; --out=DIR' \
  "another song of its name" "$UNBRAID" -q two/take.wav --stems bass --out takes
also "another song of its name: the stem is untouched" cmp before.wav takes/take.bass.wav
check "the same song again" "$UNBRAID" -q one/take.wav --stems bass --out takes
check "the same song by another way" "$UNBRAID" -q two/../one/take.wav --stems bass --out takes
check "another song elsewhere" "$UNBRAID" -q two/take.wav --stems bass --out takes2
check "another song's other stem" "$UNBRAID" -q two/take.wav --stems drums --out takes

# The same where the file system keeps no notes.
bare() { # ARGUMENT...
  ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$B/tests/io_fault.so IO_FAULT_XATTR=0 \
    "$UNBRAID" -q "$@"
}
for format in wav flac ogg opus mp3; do
  check "no notes, $format: a song" bare one/take.wav --stems bass --format $format --out bare
  fails 1 "bare/take.bass.$format: was made from another song, not from .*/two/take.wav; --out=DIR" \
    "no notes, $format: another song of its name" \
    bare two/take.wav --stems bass --format $format --out bare
  check "no notes, $format: the same song again" \
    bare one/take.wav --stems bass --format $format --out bare
done
check "no notes: a stem taken apart" bare bare/take.bass.wav --stems drums --out bare
check "no notes: a picture" bare one/take.wav --stems bass --plot=bare/picture.png --out bare
fails 1 'bare/picture.png: was made from another song, not from' "no notes: another song's picture" \
  bare two/take.wav --stems drums --plot=bare/picture.png --out bare2
check "no notes: the same song's picture" \
  bare one/take.wav --stems drums --plot=bare/picture.png --out bare
also "no notes: the picture is a whole one" python3 - bare/picture.png <<'PY'
import struct, sys, zlib
data, at, kinds = open(sys.argv[1], "rb").read(), 8, []
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at : at + 8])
    assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(data[at + 4 : at + 8 + size])
    kinds.append(kind)
    at += 12 + size
assert at == len(data) and kinds[-2:] == [b"tEXt", b"IEND"], kinds
PY
fails 1 'song.wav: is the song itself' "a picture over the song" \
  "$UNBRAID" -q song.wav --stems bass --out never --plot=song.wav

# ---- the line that shows how far it is
if command -v script >/dev/null; then
  name='a 絆ふぉーえばー e♭́歌歌歌.wav' # wide characters, and one that combines
  tool repeat song.wav "$name" 20
  for columns in 80 60 40; do
    script -qec "stty columns $columns; '$UNBRAID' --stems bass --out line '$name'" /dev/null \
      </dev/null >typed
    also "a line was drawn, $columns columns" grep -q 'real time' typed
    also "no character is cut, $columns columns" iconv -f UTF-8 -t UTF-8 typed
    also "no line is wider than $columns columns" \
      test "$(tr '\r' '\n' <typed | grep -a 'left' | sed 's/\x1b\[K//' | LC_ALL=C.UTF-8 wc -L)" -lt $columns
  done
fi

finish
