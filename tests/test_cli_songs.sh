#!/bin/bash
# The program unbraid and many songs: files and folders, standard input and output, names by template,
# several at a time, what is there already; and a line of JSON for each.
. "$(dirname "$0")/support/cli.sh"

"$B/demo-song" demo --seconds 1 --rate 16000 >/dev/null || exit 1
mv demo/mix.wav song.wav
rm -r demo
quick="--no-warm-up --quality light"
unbraid() { # shellcheck disable=SC2086 # words
  "$UNBRAID" $quick "$@"
}
# ends STATUS DESCRIPTION COMMAND...: its output stays in out and err.
ends() {
  local status=$1 description=$2
  shift 2
  "$@" >out 2>err
  result $(($? != status)) "$description"
}

# ---- files and folders
mkdir -p music/b/deep music/a music/.hidden music/old.stems music/empty
for file in music/b/deep/x.wav music/a/x.wav music/z.WAV music/.hidden/no.wav music/old.stems/no.wav music/.no.wav; do
  cp song.wav "$file"
done
echo words >music/readme.txt
ln -s .. music/a/ring
check "two files" unbraid -s bass song.wav music/a/x.wav --out two
also "two files: both" holds two song.bass.wav x.bass.wav
also "two files: a line for each on standard output" test "$(sort out | xargs)" = "two/song.bass.wav two/x.bass.wav"
also "two files: a line of progress for each" test "$(grep -c 'real time$' err)" = 2
also "two files: counted" grep -q '2 songs: 2 split, 0 skipped, 0 failed' err
check "a folder" unbraid -s bass music --out folder
also "a folder: what is in it, and below" \
  test "$(cd folder && find . -type f | sort | xargs)" = "./a/x.bass.wav ./b/deep/x.bass.wav ./z.bass.wav"
check "a folder again: its stems are no songs" unbraid -q -s bass folder/../music --out music/out
check "a folder with its output in it" unbraid -q -s bass music --out music/out
also "a folder with its output in it: no stems of stems" test "$(find music/out -type f | wc -l)" = 3
check "a folder whose output is elsewhere in it" unbraid -s bass music --out elsewhere
also "a folder whose output is elsewhere in it: no stems of stems" grep -q '3 songs' err
rm -r music/out
check "a file, and the folder that it is in" unbraid -q -s bass music/z.WAV music --out once
also "a file, and the folder that it is in: once" test "$(wc -l <out)" = 0 -a "$(find once -type f | wc -l)" = 3
check "a folder into the current one" unbraid -q -s bass music/a
also "a folder into the current one: as a file" test -f x.stems/x.bass.wav
fails 1 'music/empty: no audio file in this folder' "an empty folder" unbraid -q music/empty

# ---- one failure does not stop the rest
ends 1 "one song fails" unbraid -q -s bass absent.wav song.wav music/readme.txt music/a/x.wav --out some
also "one song fails: the others are there" holds some song.bass.wav x.bass.wav
also "one song fails: why" grep -q 'absent.wav: No such file' err
also "one song fails: and the other" grep -q 'readme.txt: ' err
ends 1 "an empty folder beside a song" unbraid -q -s bass music/empty song.wav --out some2
also "an empty folder beside a song: the song" holds some2 song.bass.wav

# ---- two songs, one file
ends 1 "two songs of one name" unbraid -q -s bass music/a/x.wav music/b/deep/x.wav --out same
also "two songs of one name: the first one's" test "$(stat -c %Y same/x.bass.wav)" != ""
also "two songs of one name: the second is told" \
  grep -q 'b/deep/x.wav: same/x.bass.wav: is already written for .*/music/a/x.wav' err
ends 1 "two songs of one name, together" unbraid -q -j 2 -s bass music/a/x.wav music/b/deep/x.wav --out same2
also "two songs of one name, together: one" holds same2 x.bass.wav
ends 1 "two songs under one template" unbraid -q -s bass song.wav music/z.WAV --out same3 --name 'x/{stem}'
also "two songs under one template: one" test "$(find same3 -type f)" = same3/x/bass.wav

# ---- templates
tool tag song.wav tagged.wav wav
check "a template" unbraid -q -s bass,drums tagged.wav --out named --name '{artist}/{title}/{stem}'
also "a template: its folders" test "$(cd named && find . -type f | sort | tr '\n' ' ')" = \
  "./Some Artist/Some Title/bass.wav ./Some Artist/Some Title/drums.wav "
check "a template of a song without tags" unbraid -q -s bass song.wav --out bare --name '{album}/{title}-{stem}.{ext}'
also "a template of a song without tags" test -f 'bare/Unknown album/song-bass.wav'
check "a template in the current folder" unbraid -q -s bass song.wav --name '{track}_{stem}'
also "a template in the current folder" test -f song_bass.wav
LC_ALL=C sed 's|Some Title|/../../eek|; s|Some Artist|..\x00me Art\x01\x02|' tagged.wav >evil.wav
check "a title that is a path" unbraid -q -s bass evil.wav --out deep/evil --name '{artist}/{title}/{stem}'
also "a title that is a path: nothing is outside" test "$(find . -name '*eek*' | grep -v '^./deep/evil/')" = ""
also "a title that is a path: a name" test -f deep/evil/__/_.._.._eek/bass.wav
check "a picture with a template" unbraid -q -s bass tagged.wav --plot --out pictures --name '{title}/{stem}'
also "a picture with a template: beside the stem" holds 'pictures/Some Title' bass.wav tagged.png
for name in '../{stem}' 'a/../{stem}' '/{stem}' './{stem}'; do
  fails 2 'leaves the output folder' "template $name" unbraid --name "$name" song.wav
done
fails 2 "'{singer}/{stem}' is not a field" "a template with an unknown field" unbraid --name '{singer}/{stem}' song.wav
fails 2 'is not a field' "a template with half a field" unbraid --name '{stem' song.wav
fails 2 'does not end in a name' "a template that ends in a folder" unbraid --name '{stem}/' song.wav
fails 2 'does not end in a name' "an empty template" unbraid --name '' song.wav
fails 2 'without \{stem\}' "a template without the stem" unbraid --name '{title}' song.wav
check "a template without the stem, of one stem" unbraid -q -s bass --name '{title}' song.wav --out single
also "a template without the stem, of one stem" holds single song.wav
long=$(printf 'x%.0s' $(seq 300))
fails 1 'File name too long' "too long a name by template" unbraid -q -s bass --name "$long{stem}" song.wav --out never

# ---- several at a time
mkdir many
for i in 1 2 3 4 5; do
  tool gain song.wav many/$i.wav 0.$i
done
check "one at a time" unbraid -q many --out by1
check "three at a time" unbraid -j 3 many --out by3
also "three at a time: the same stems" diff -r by1 by3
also "three at a time: each is told" test "$(grep -c 'real time$' err)" = 5
fails 2 "jobs: '0' is not a number" "no jobs" unbraid --jobs 0 song.wav
fails 2 "jobs: '65' is not a number" "too many jobs" unbraid --jobs 65 song.wav
fails 2 "jobs: '2x' is not a number" "jobs in letters" unbraid --jobs 2x song.wav
if command -v script >/dev/null; then
  tool repeat song.wav many/6.wav 30
  tool repeat song.wav many/7.wav 30
  script -qec "stty columns 60; '$UNBRAID' --no-warm-up -j 2 -s bass --out bars many/6.wav many/7.wav" /dev/null \
    </dev/null >typed
  also "two bars: the cursor goes up" grep -q $'\x1b\[1A' typed
  also "two bars: none is too wide" \
    test "$(tr '\r' '\n' <typed | grep -a 'left' | sed 's/\x1b\[[0-9]*[AKJ]//g' | LC_ALL=C.UTF-8 wc -L)" -lt 60
  rm many/6.wav many/7.wav
fi
tool repeat song.wav long1.wav 300
tool repeat song.wav long2.wav 300
set -m
"$UNBRAID" -q -j 2 -s bass --out stopped/here long1.wav long2.wav >out 2>err &
job=$!
set +m
for _ in $(seq 200); do
  [ "$(find stopped/here -name '.*.part' 2>/dev/null | wc -l)" = 2 ] && break
  sleep 0.05
done
kill -INT $job
wait $job
also "two at a time, interrupted" test $? = 130
also "two at a time, interrupted: nothing is left" test ! -e stopped
rm long1.wav long2.wav

# ---- standard input and output
check "as a file" unbraid -q -s bass song.wav --out file
check "from a pipe" eval 'cat song.wav | unbraid -q -s bass - --out pipe'
also "from a pipe: the same" cmp file/song.bass.wav pipe/stdin.bass.wav
check "from a file" unbraid -q -s bass - --out redirected <song.wav
also "from a file: the same" cmp file/song.bass.wav redirected/stdin.bass.wav
check "from a file that was read from" eval '{ head -c 10 >/dev/null; unbraid -q -s bass - --out rest; } <song.flac || true'
check "into a pipe" eval 'unbraid -q -s bass song.wav --out - | cat >stem.wav'
also "into a pipe: the same" cmp file/song.bass.wav stem.wav
check "from a pipe into a pipe, as flac" eval 'cat song.wav | unbraid -q -s bass -f flac -o - - | cat >stem.flac'
also "from a pipe into a pipe, as flac: of the song's shape" same_shape song.wav stem.flac
check "into a file, which is replaced" unbraid -q -s bass song.wav --out -
also "into a file: the same" cmp out file/song.bass.wav
check "the progress of standard input" eval 'cat song.wav | unbraid -s bass - --out pipe'
also "the progress of standard input" grep -q '^unbraid: standard input: ' err
fails 1 'standard input: empty' "nothing comes in" eval ': | unbraid -q -'
fails 1 'standard input: .*(ormat|recogni)' "no audio comes in" eval 'echo la la | PATH=/none unbraid -q -'
fails 1 'standard input: Is a directory|standard input: ' "a folder comes in" eval 'unbraid -q - <music'
fails 1 'standard input: empty' "standard input is closed" eval 'unbraid -q - <&-'
fails 1 '/nowhere: No such file' "no place to keep it" eval 'cat song.wav | TMPDIR=/nowhere unbraid -q -'
fails 1 'standard output: No space left' "no room for what comes out" \
  eval 'unbraid -q -s bass song.wav --out - >/dev/full'
fails 2 'only one stem' "six stems into a pipe" unbraid song.wav --out -
fails 2 'only one song' "two songs into a pipe" unbraid -s bass song.wav tagged.wav --out -
fails 2 'cannot be combined' "JSON and a stem into a pipe" unbraid -s bass song.wav --out - --json
(
  trap - PIPE
  cat song.wav song.wav | unbraid -q -s bass - --out - 2>err
  echo $? >status
) | true
also "into a pipe that nobody reads" test "$(cat status)" = 141
check "nothing comes out of what fails" eval '! unbraid -q -s bass absent.wav --out - | grep -q .'
ls -A /var/tmp | grep -q '\.unbraid\.'
also "nothing stays in /var/tmp" test $? = 1
if command -v ffmpeg >/dev/null; then
  ffmpeg -nostdin -v error -y -i song.wav -ar 48000 song.m4a 2>/dev/null
  check "from a pipe through ffmpeg" eval 'cat song.m4a | unbraid -q -s bass - --out pipe'
  also "from a pipe through ffmpeg: it is heard" \
    awk "BEGIN { exit !($(tool level pipe/stdin.bass.wav) > -60) }"
fi

# ---- two stems
for stem in vocals:instrumental drums:no_drums percussive:no_percussive; do
  check "two stems: ${stem%:*}" unbraid -q --two "${stem%:*}" song.wav --out two-$stem
  also "two stems: ${stem%:*}: the two" holds two-$stem song.${stem%:*}.wav song.${stem#*:}.wav
  also "two stems: ${stem%:*}: they add up to the song" \
    below -115 song.wav two-$stem/song.${stem%:*}.wav two-$stem/song.${stem#*:}.wav
  unbraid -q -s ${stem%:*} song.wav --out two-$stem >out 2>err
  check "two stems: ${stem%:*}: as by itself" unbraid -q -s "${stem%:*}" song.wav --out alone
  also "two stems: ${stem%:*}: as by itself" cmp alone/song.${stem%:*}.wav two-$stem/song.${stem%:*}.wav
done
fails 2 "no stem 'guitar'" "two stems: an unknown one" unbraid --two-stems guitar song.wav
fails 2 'cannot be combined with --stems or --preset' "two stems, and others" unbraid --two vocals -s bass song.wav
fails 2 'cannot be combined with --stems or --preset' "two stems, and a preset" unbraid --two vocals -p karaoke song.wav

# ---- pictures
check "a picture for each" unbraid -q --plot -s bass song.wav tagged.wav --out drawn
also "a picture for each" holds drawn song.bass.wav song.png tagged.bass.wav tagged.png
fails 2 'one picture for many songs' "one picture for two songs" unbraid -q --plot=x.png -s bass song.wav tagged.wav
fails 1 'song.bass.wav: is already written for another of its stems' "a picture over a stem" \
  unbraid -q --plot=over/song.bass.wav -s bass song.wav --out over

# ---- what is there already
mkdir again && cp song.wav tagged.wav again
check "to be resumed" unbraid -q -s bass,drums again/song.wav --out resumed
touch -d 2001-01-01 resumed/song.bass.wav
# done_again DESCRIPTION YES|NO OPTION...: whether the first song is taken apart once more.
done_again() {
  local description=$1 expected=$2 got=no
  shift 2
  touch -d 2001-01-01 resumed/song.bass.wav
  unbraid --resume again --out resumed "$@" >out 2>err || got=failed
  [ "$(stat -c %Y resumed/song.bass.wav)" = "$(date -d 2001-01-01 +%s)" ] || got=yes
  result "$([ $got = "$expected" ])$?" "$description"
}
done_again "resumed: not again" no -s bass,drums
also "resumed: said" grep -q 'song.wav: skipped: its files are up to date' err
also "resumed: the other one is" grep -q '2 songs: 1 split, 1 skipped, 0 failed' err
also "resumed: its files are named" grep -qx resumed/song.bass.wav out
done_again "resumed: fewer stems" no -s bass
done_again "resumed: another stem" yes -s bass,vocals
done_again "resumed: a fader" yes -s bass,drums --set bass_gain=-3
unbraid -q -s bass,drums again/song.wav --out resumed
done_again "resumed: a picture" yes -s bass,drums --plot
done_again "resumed: the picture is there" no -s bass,drums --plot
"$UNBRAID" -q --no-warm-up --resume -s bass,drums again/song.wav --out resumed
done_again "resumed: made with another model" yes -s bass,drums
touch again/song.wav
done_again "resumed: the song is newer" yes -s bass,drums
done_again "resumed: not again" no -s bass,drums
rm resumed/song.drums.wav
done_again "resumed: a stem is gone" yes -s bass,drums
cp resumed/song.drums.wav plain && mv plain resumed/song.drums.wav
done_again "resumed: a stem of unknown origin" yes -s bass,drums

# ---- JSON
if command -v python3 >/dev/null; then
  # json EXPRESSION: of the lines, as Python's list j.
  json() { python3 -c "import json, sys; j = [json.loads(l) for l in open('out')]; assert $1, j" 2>>err; }
  ends 1 "json" unbraid -q --json -s bass,main tagged.wav absent.wav --plot --out json
  also "json: a line for each song" json 'len(j) == 2'
  also "json: the song" json 'j[0]["song"] == "tagged.wav" and j[0]["status"] == "done" and j[0]["seconds"] == 1 and j[0]["rate"] == 16000 and j[0]["channels"] == 2 and j[0]["took"] > 0'
  also "json: its files" json '[f["file"] for f in j[0]["files"]] == ["json/tagged.bass.wav", "json/tagged.main.wav"]'
  also "json: their stems" json '[f["stem"] for f in j[0]["files"]] == ["bass", "main"]'
  also "json: their levels" json "abs(j[0]['files'][1]['rms_db'] - $(tool level song.wav)) < 0.1 and j[0]['files'][1]['rms_db'] < j[0]['files'][1]['peak_db'] < 6"
  also "json: its picture" json 'j[0]["picture"] == "json/tagged.png"'
  also "json: what failed" json 'j[1]["song"] == "absent.wav" and j[1]["status"] == "failed" and "No such file" in j[1]["error"] and j[1]["files"] == []'
  check "json: silence has no level" unbraid -q --json -s bass --set bass_mute=1 song.wav --out json
  also "json: silence has no level" json 'j[0]["files"][0]["rms_db"] is None'
  cp song.wav $'na\xefve "x".wav'
  check "json: a name in Latin-1" unbraid -q --json -s bass $'na\xefve "x".wav' --out json
  also "json: a name in Latin-1" json 'j[0]["song"] == "na?ve \"x\".wav"'
fi

finish
