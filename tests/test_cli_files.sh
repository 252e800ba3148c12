#!/bin/bash
# The program unbraid and files as they are found: of unknown or wrong length, cut off, one behind the
# other, in formats that only ffmpeg reads; and what is told of a song besides its audio.
. "$(dirname "$0")/support/cli.sh"

"$B/demo-song" demo --seconds 2 --rate 16000 >/dev/null || exit 1
mv demo/mix.wav song.wav
frames=32000
for format in rf64 w64 aiff caf au flac ogg mp3; do
  tool convert song.wav song.$format $format 2 || exit 1
done

# put FILE OFFSET BYTES: bytes as \xHH.
put() { printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }

# place FILE TEXT: the offset of its first occurrence.
place() { LC_ALL=C grep -abo -- "$2" "$1" | head -n 1 | cut -d: -f1; }

# plays FILE FRAMES PATTERN DESCRIPTION: so many frames, or a range FROM-TO, come out, and either
# nothing is said (PATTERN "") or one line that matches.
plays() {
  local file=$1 from=${2%-*} to=${2#*-} pattern=$3 got
  rm -rf played
  "$UNBRAID" -q --no-warm-up --stems main --out played "$file" >out 2>err
  got=$(tool info "played/${file%.*}.main.wav" 2>/dev/null | cut -d' ' -f1)
  echo "${got:-no} frames" >>out
  if [ -z "$pattern" ]; then
    [ ! -s err ]
  else
    grep -q "^unbraid: $file: warning: $pattern" err && [ "$(wc -l <err)" = 1 ]
  fi && [ "${got:-0}" -ge "$from" ] && [ "$got" -le "$to" ]
  result $? "$4 (${got:-no} frames)"
}

# sized FILE WIDTH OFFSET BIG NAME: the four wrong sizes that its data chunk can have.
sized() {
  local source=$1 width=$2 at=$3 order=$4 name=$5 right size bytes kind pattern i
  right=$(od -An -tu"$width" --endian="$order" -j"$at" -N"$width" "$source" | tr -d ' ')
  for kind in unfinished open large small; do
    case $kind in
      unfinished) size=0 pattern='unfinished: its header' ;;
      open) size=-1 pattern= ;;
      large) size=$((right + 40)) pattern='truncated: its header announces' ;;
      small) size=$((right - 40)) pattern='its header announces' ;;
    esac
    bytes=
    for ((i = 0; i < width; i++)); do
      if [ "$order" = big ]; then
        bytes=$bytes$(printf '\\x%02x' $((size >> (8 * (width - 1 - i)) & 255)))
      else
        bytes=$bytes$(printf '\\x%02x' $((size >> (8 * i) & 255)))
      fi
    done
    cp "$source" "$name-$kind.${source##*.}"
    put "$name-$kind.${source##*.}" "$at" "$bytes"
    plays "$name-$kind.${source##*.}" $frames "$pattern" "$name: $kind"
  done
}

# ---- lengths
sized song.wav 4 $(($(place song.wav data) + 4)) little wav
sized song.w64 8 $(($(place song.w64 data) + 16)) little w64
sized song.aiff 4 $(($(place song.aiff SSND) + 4)) big aiff
sized song.caf 8 $(($(place song.caf data) + 4)) big caf
cp song.rf64 rf64.wav
sized rf64.wav 8 $(($(place rf64.wav ds64) + 16)) little rf64

cp song.wav listed.wav # a list behind the samples, and a size that reaches into it
printf 'LIST\x1a\0\0\0INFOINAM\x0e\0\0\0Hidden Title\0\0' >>listed.wav
plays listed.wav $frames '' "wav with a list behind"
put listed.wav $(($(place listed.wav data) + 4)) '\x10\xe8\x03\0'
plays listed.wav $frames 'truncated: its header' "wav with a list behind: its size is too large"
put listed.wav $(($(place listed.wav data) + 4)) '\xf0\xe7\x03\0'
plays listed.wav $frames 'its header' "wav with a list behind: its size is too small"

# no samples, and chunks behind
head -c $(($(place song.wav data) + 4)) song.wav >empty.wav
printf '\0\0\0\0LIST\x04\0\0\0INFO' >>empty.wav
fails 1 'empty.wav: empty' "wav without samples, but with a list" "$UNBRAID" -q empty.wav

cp song.au au.au
put au.au 8 '\0\0\0\0'
plays au.au $frames 'its header announces 0' "au: unfinished"

flac_of() { # FILE FRAMES
  cp song.flac "$1"
  put "$1" 21 '\x70'
  put "$1" 22 "$(printf '\\x%02x' $(($2 >> 24 & 255)) $(($2 >> 16 & 255)) $(($2 >> 8 & 255)) $(($2 & 255)))"
}
flac_of flac0.flac 0
flac_of flac1.flac 2000
flac_of flac3.flac 96000
plays flac0.flac $frames '' "flac of unknown length"
plays flac1.flac $frames '' "flac that is longer than it says"
plays flac3.flac $frames 'truncated: only' "flac that is shorter than it says"

# Without its first frame's word, nothing tells how long an MP3 of variable bit rate is.
LC_ALL=C sed 's/Xing/XXXX/' song.mp3 >untold.mp3
plays untold.mp3 $frames-36000 '' "mp3 without a length"

# ---- cut off
tool repeat song.wav long.wav 6
tool convert long.wav long.ogg ogg 2
for file in song.wav song.rf64 song.w64 song.aiff song.caf song.au song.flac long.ogg song.mp3; do
  head -c $(($(stat -c %s $file) * 6 / 10)) $file >cut.${file#*.}
  plays cut.${file#*.} 8000-160000 'truncated: ' "cut off: ${file#*.}"
done

# ---- one behind the other
for format in ogg flac mp3; do
  cat song.$format song.$format >two.$format
  plays two.$format $((2 * frames)) '' "two streams: $format"
done
cat cut.ogg song.ogg >radio.ogg
plays radio.ogg $((frames + 8000))-$((7 * frames)) 'truncated: the end of a stream' \
  "two streams, the first without its end"
tool rate song.wav slower.wav 11025
tool convert slower.wav slower.ogg ogg 2
cat song.ogg slower.ogg >mixed.ogg
fails 1 'mixed.ogg: changes from 16000 Hz, 2 channels, to 11025 Hz' "two streams of two rates" \
  "$UNBRAID" -q mixed.ogg
tool convert song.wav mono.ogg ogg 1
cat song.ogg mono.ogg >mixed.ogg
fails 1 'mixed.ogg: changes from .* 1 channels' "two streams, one of them mono" "$UNBRAID" -q mixed.ogg

# ---- tags
everything='Some Title, Some Artist, time 123456789, 1 marker at 1000 Verse, XML'
tool tag song.wav tagged.wav wav
check "tags of the test's song" test "$(tool tags tagged.wav)" = "$everything"
"$UNBRAID" -q --stems bass --out tags tagged.wav >out 2>err
also "wav to wav: all of it, and the stem" \
  test "$(tool tags tags/tagged.bass.wav)" = "${everything/Title/Title (bass)}"
also "wav to wav: the length of the song" same_shape tagged.wav tags/tagged.bass.wav
for format in flac ogg aiff caf; do
  tool tag song.wav of-$format.$format $format
  "$UNBRAID" -q --stems bass --out tags of-$format.$format >out 2>err
  also "$format to wav: title and artist" \
    grep -q '^Some Title (bass), Some Artist' <(tool tags tags/of-$format.bass.wav)
done
for format in flac ogg; do
  "$UNBRAID" -q --stems bass --format $format --out tags tagged.wav >out 2>err
  also "wav to $format: title and artist" \
    test "$(tool tags tags/tagged.bass.$format)" = "Some Title (bass), Some Artist"
done
LC_ALL=C sed 's/Some Title/Some T\xeftle/' tagged.wav >latin.wav
"$UNBRAID" -q --stems bass --format flac --out tags latin.wav >out 2>err
also "tags in Latin-1" test "$(tool tags tags/latin.bass.flac)" = "Some Tïtle (bass), Some Artist"

# ---- what libsndfile does not read
printf 'la la la\n' >words.m4a
mkdir without # a PATH of its own
fails 1 'words.m4a: Format not recognised.*ffmpeg.* not installed' "without ffmpeg" \
  env PATH="$work/without" "$UNBRAID" -q words.m4a
if command -v ffmpeg >/dev/null; then
  for kind in m4a:aac mp4:alac mka:aac webm:libopus wma:wmav2 aac:aac; do
    file=song.${kind%:*}
    ffmpeg -nostdin -v error -y -i song.wav -metadata title='Some Title' -metadata artist='Some Artist' \
      -ar 48000 -c:a ${kind#*:} $file 2>/dev/null || continue
    plays $file 93000-99000 '' "$file"
    [ $file = song.aac ] ||
      also "$file: title and artist" grep -q '^Some Title (main), Some Artist' <(tool tags played/song.main.wav)
  done
  for name in -i.m4a 'http:a.m4a' 'pipe:0.m4a' 'a b;c.m4a' '%d.m4a' $'two\nlines.m4a'; do
    cp song.m4a "./$name"
    check "a file by the name of $name" "$UNBRAID" -q --stems bass --out named -- "$name"
    also "a file by the name of $name: a stem" test -s "named/${name%.m4a}.bass.wav"
  done
  fails 1 'words.m4a: Format not recognised.*ffmpeg: .' "neither libsndfile nor ffmpeg" \
    "$UNBRAID" -q words.m4a
  head -c $(($(stat -c %s song.m4a) / 2)) song.m4a >half.m4a
  fails 1 'half.m4a: .*ffmpeg: moov atom not found' "half of an m4a" "$UNBRAID" -q half.m4a
  # One that says what it was asked for, and dies half way.
  mkdir fake
  printf '#!/bin/bash\nPATH=%q\nffmpeg "$@" | head -c 100000\nkill -9 $$\n' "$PATH" >fake/ffmpeg
  chmod +x fake/ffmpeg
  fails 1 'song.m4a: ffmpeg ended' "an ffmpeg that dies" env PATH="$work/fake:$PATH" "$UNBRAID" -q song.m4a
  printf '#!/bin/bash\nsleep 1000\n' >fake/ffmpeg
  env PATH="$work/fake:$PATH" "$UNBRAID" -q song.m4a >out 2>err &
  sleep 0.5
  kill -TERM $!
  wait $!
  also "an ffmpeg that hangs: interrupted" test $? = 143
  also "an ffmpeg that hangs: it says so" grep -q 'song.m4a: interrupted' err
  also "no ffmpeg is left" test -z "$(pgrep -f "$work/fake/ffmpeg")"
else
  echo "SKIP: ffmpeg is not installed"
fi

finish
