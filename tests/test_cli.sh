#!/bin/bash
# The program unbraid, from the outside: what it writes, and what it says when it cannot.
# Lists of words are meant to split.
# shellcheck disable=SC2046,SC2086
version=$(cat VERSION)
. "$(dirname "$0")/support/cli.sh"
stems="vocals drums bass other harmonic percussive"

# separates SONG DESCRIPTION: all stems, of the song's shape, add up to it.
separates() {
  local song=$1 name
  name=$(basename "${song%.*}")
  check "$2: runs" "$UNBRAID" "$song" --out sep
  check "$2: six stems, nothing else" holds sep $(printf "$name.%s.wav " $stems)
  check "$2: length, rate and channels of the song" \
    same_shape "$song" $(printf "sep/$name.%s.wav " $stems)
  check "$2: four stems add up to the song" \
    below -115 "$song" sep/"$name".{vocals,drums,bass,other}.wav
  check "$2: harmonic and percussive add up to the song" \
    below -115 "$song" sep/"$name".{harmonic,percussive}.wav
  rm -rf sep
}

# ---- songs
"$B/demo-song" demo --seconds 4 || exit 1
"$B/demo-song" demo2 --seconds 4 || exit 1
"$B/demo-song" demo3 --seconds 4 --seed 2 || exit 1
check "demo song: the stems are the mix" \
  below -140 demo/mix.wav demo/{vocals,drums,bass,other}.wav
check "demo song: every stem is heard" \
  awk 'BEGIN { for (i = 1; i < ARGC; i++) if (ARGV[i] < -35) exit 1 }' \
  $(for stem in vocals drums bass other; do tool level demo/$stem.wav; done)
check "demo song: the same again" cmp demo/mix.wav demo2/mix.wav
check "demo song: another seed" test "$(cmp demo/mix.wav demo3/mix.wav)" != ""
rm -r demo2 demo3
mv demo/mix.wav song.wav
for rate in 8000 48000 96000; do
  "$B/demo-song" demo --seconds 2 --rate $rate || exit 1
  mv demo/mix.wav song$rate.wav
done
tool convert song.wav mono.wav wav 1
tool convert song.wav six.wav wav 6
tool convert song.wav coded.flac flac 2
tool convert song.wav coded.ogg ogg 2
tool convert song.wav coded.mp3 mp3 2

# ---- what is written
separates song.wav "44.1 kHz"
separates song8000.wav "8 kHz"
separates song48000.wav "48 kHz"
separates song96000.wav "96 kHz"
separates mono.wav "mono"
separates coded.flac "flac"
separates coded.ogg "ogg"
separates coded.mp3 "mp3"

# Without its first frame's word, nothing tells how long an MP3 of variable bit rate is.
LC_ALL=C sed 's/Xing/XXXX/' coded.mp3 >untold.mp3
check "mp3 without a length" "$UNBRAID" untold.mp3 --stems bass --out sep
also "mp3 without a length: all of it" \
  test "$(tool info sep/untold.bass.wav | cut -d' ' -f1)" -ge "$(tool info song.wav | cut -d' ' -f1)"
rm -rf sep

mkdir -p "a folder"
cp song.wav "a folder/a song.of mine.wav"
check "default folder" "$UNBRAID" --stems vocals "a folder/a song.of mine.wav"
check "default folder: in the current one, named after the song" \
  holds "a song.of mine.stems" "a song.of mine.vocals.wav"

check "nested output folder" "$UNBRAID" -o deep/er/out -s DRUMS,main song.wav
check "nested output folder: the outputs asked for" \
  holds deep/er/out song.drums.wav song.main.wav
check "main without a fader is the song" cmp <(tail -c 100000 song.wav) \
  <(tail -c 100000 deep/er/out/song.main.wav)

check "twice the same" "$UNBRAID" song.wav --stems drums --out again
check "twice the same: byte for byte" cmp again/song.drums.wav deep/er/out/song.drums.wav
check "overwrites" "$UNBRAID" song.wav --stems drums --out again
also "prints the files" grep -qx again/song.drums.wav out
check "quiet" "$UNBRAID" --quiet song.wav --stems drums --out again
also "quiet: nothing printed" test ! -s out -a ! -s err

"$UNBRAID" song.wav --stems vocals --out pure >out 2>err
check "preset" "$UNBRAID" --preset KaraOke song.wav --out karaoke
check "preset: stems and the mix" holds karaoke song.main.wav $(printf 'song.%s.wav ' $stems)
check "preset: karaoke is the song without the vocals" \
  below -60 song.wav karaoke/song.main.wav pure/song.vocals.wav
check "preset by dashes" "$UNBRAID" --preset bass-practice song.wav --out practice -s main
check "preset by spaces" "$UNBRAID" --preset "bass practice" song.wav --out practice2 -s main
check "preset: the same" cmp practice/song.main.wav practice2/song.main.wav

check "set" "$UNBRAID" --set vocals_gain=-60 song.wav --out set
check "set: a fader gives the mix too" test -f set/song.main.wav
check "set: -60 dB is off" test "$(tool level set/song.vocals.wav)" = -400.0
check "set goes over a preset" "$UNBRAID" -p karaoke --set vocals_mute=0 song.wav --out over
check "set goes over a preset: no fader, no mix" test ! -e over/song.main.wav
check "set: outputs before the fader" \
  "$UNBRAID" -p karaoke --set outs=1 song.wav --stems vocals --out before
check "set: outputs before the fader are whole" \
  below -115 pure/song.vocals.wav before/song.vocals.wav

check "flac" "$UNBRAID" --format flac song.wav --out flac
check "flac: adds up within 24 bits" below -100 song.wav flac/song.{vocals,drums,bass,other}.flac
check "wav, 16 bits" "$UNBRAID" --bits 16 song.wav --out bits
check "wav, 16 bits: adds up" below -60 song.wav bits/song.{vocals,drums,bass,other}.wav
check "wav, 16 bits: half the size" test "$(stat -c %s bits/song.bass.wav)" -lt 720000
check "ogg" "$UNBRAID" --format OGG song.wav --out ogg
check "ogg: of the song's shape" same_shape song.wav ogg/song.vocals.ogg
tool gain song.wav loud.wav 8
check "too loud for 16 bits" "$UNBRAID" --bits 16 --stems main loud.wav --out loud
also "too loud for 16 bits: says so" grep -qE 'loud.main.wav: [0-9]+ samples clipped' err

check "plot" "$UNBRAID" --plot --stems vocals,drums song.wav --out plot
check "plot: a PNG beside the stems" cmp -n 4 plot/song.png <(printf '\211PNG')
check "plot to a file" "$UNBRAID" --plot=picture.png --stems bass song48000.wav --out plot
check "plot to a file: a PNG" cmp -n 4 picture.png <(printf '\211PNG')
tool convert song.wav one.wav wav 1
tool convert one.wav both.wav wav 2
tool right both.wav inverted.wav -1
check "plot, right inverted" "$UNBRAID" --plot=inverted.png --stems main inverted.wav --out plot
check "plot, in mono" "$UNBRAID" --plot=both.png --stems main both.wav --out plot
check "plot, right inverted: as full as in mono" \
  test "$(stat -c %s inverted.png)" -gt $(($(stat -c %s both.png) * 9 / 10))

check "list of presets" "$UNBRAID" --list-presets
also "list of presets: eight" test "$(wc -l <out)" = 8
mv out presets.C
check "list of presets in another language" env LANG=de_DE.UTF-8 "$UNBRAID" --list-presets
also "list of presets in another language: the same" cmp out presets.C
check "version" "$UNBRAID" --version
also "version: that of VERSION" test "$(cat out)" = "unbraid $version"
check "help" "$UNBRAID" --help
for option in out stems two-stems name set preset list-presets quality model model-hp format bits no-dither \
  plot jobs resume json no-warm-up quiet help version; do
  also "help: --$option" grep -qE -- "^  (-.,|   ) --$option\b" out
done
also "help: no line is too long" test "$(wc -L <out)" -le 80

# ---- models
check "the light model" "$UNBRAID" -q --quality Light --stems drums song48000.wav --out light
light=$(dirname "$UNBRAID")/unbraid.lv2/chandna.safetensors
check "the same by its file" "$UNBRAID" -q --stems drums song48000.wav --out file-of-light \
  --model "$light" --model-hp "$light"
check "the best one" "$UNBRAID" -q --stems drums song48000.wav --out best
also "the same stems" below -200 light/song48000.drums.wav file-of-light/song48000.drums.wav
check "others than the best one's" \
  awk "BEGIN { exit !($(tool residual best/song48000.drums.wav light/song48000.drums.wav) > -40) }"

# ---- bad input
printf 'la la la\n' >words.wav
: >nothing.wav
tool empty silent.wav
tool poison song.wav nan.wav 150000 nan
tool poison song.wav inf.wav 0 inf
tool rate song.wav slow.wav 7999
tool rate song.wav fast.wav 192001
printf 'not a folder\n' >file

fails 1 'absent.wav: No such file' "no such file" "$UNBRAID" absent.wav
mkdir bare
fails 1 'bare: no audio file' "a folder without songs" "$UNBRAID" bare
fails 1 'nothing.wav: empty' "an empty file" "$UNBRAID" nothing.wav
fails 1 'silent.wav: empty' "a file without samples" "$UNBRAID" silent.wav
fails 1 'words.wav: .*(format|recogni)' "not audio" "$UNBRAID" words.wav
fails 1 'nan.wav: sample 150000 \(3.401 s\) is NaN' "NaN" "$UNBRAID" -q nan.wav
fails 1 'inf.wav: sample 0 \(0.000 s\) is infinite' "infinity" "$UNBRAID" -q inf.wav
fails 1 'six.wav: 6 channels' "six channels" "$UNBRAID" six.wav
fails 1 'slow.wav: 7999 Hz' "too low a rate" "$UNBRAID" slow.wav
fails 1 'fast.wav: 192001 Hz' "too high a rate" "$UNBRAID" fast.wav
if [ "$(id -u)" != 0 ]; then
  cp song.wav locked.wav && chmod 000 locked.wav
  fails 1 'locked.wav: ' "unreadable file" "$UNBRAID" locked.wav
fi
fails 1 'file: ' "the output folder is a file" "$UNBRAID" song.wav --out file
fails 1 'file: ' "the output folder is in a file" "$UNBRAID" song.wav --out file/x
fails 1 '/proc/x: ' "unwritable place" "$UNBRAID" song.wav --out /proc/x
fails 1 'song\..*cannot write' "no room" bash -c "ulimit -f 100; exec '$UNBRAID' -q song.wav"
fails 1 'absent/x.png: ' "unwritable picture" \
  "$UNBRAID" -q song48000.wav --plot=absent/x.png --out nowhere
mkdir -p taken/song48000.vocals.wav
fails 1 'song48000.vocals.wav: ' "the name is a folder's" \
  "$UNBRAID" -q song48000.wav --stems vocals --out taken

fails 2 'no file' "no argument" "$UNBRAID"
fails 2 "no stem 'guitar'" "unknown stem" "$UNBRAID" --stems vocals,guitar song.wav
fails 2 "no stem ''" "empty list of stems" "$UNBRAID" --stems= song.wav
fails 2 "no preset 'disco'" "unknown preset" "$UNBRAID" --preset disco song.wav
fails 2 'guitar_gain: .*no such control' "unknown control" "$UNBRAID" --set guitar_gain=1 song.wav
fails 2 'latency: .*no such control' "an output" "$UNBRAID" --set latency=1 song.wav
fails 2 'freewheel: ' "the host's control" "$UNBRAID" --set freewheel=0 song.wav
fails 2 'vocals_gain: 13 is not within -60 to 12' "out of range" \
  "$UNBRAID" --set vocals_gain=13 song.wav
fails 2 'vocals_mute: 0.5 is not a whole' "half a toggle" "$UNBRAID" --set vocals_mute=0.5 song.wav
fails 2 "vocals_gain: '-6dB' is not a number" "not a number" \
  "$UNBRAID" --set vocals_gain=-6dB song.wav
fails 2 "vocals_gain: 'nan' is not a number" "NaN as a value" \
  "$UNBRAID" --set vocals_gain=nan song.wav
fails 2 'not PORT=VALUE' "no value" "$UNBRAID" --set vocals_gain song.wav
fails 2 "quality: 'best' is not one of Balanced, Light, Live, Instant" "unknown quality" "$UNBRAID" --quality best song.wav
fails 2 'model: empty name' "model without a name" "$UNBRAID" --model= song.wav
fails 1 'absent.safetensors: No such file' "a missing model file" \
  "$UNBRAID" --model absent.safetensors song.wav
fails 1 'demo: is a folder' "a folder as a model" "$UNBRAID" --model demo song.wav
fails 1 'words.wav: not a safetensors' "a damaged model" "$UNBRAID" --model-hp words.wav song.wav
mkfifo pipe
fails 1 'pipe: is not a regular file' "a pipe as a model" "$UNBRAID" --model pipe song.wav
fails 2 "'aac' is not one of" "unknown format" "$UNBRAID" --format aac song.wav
fails 2 "'12' is not one of" "unknown bits" "$UNBRAID" --bits 12 song.wav
fails 2 'flac holds' "32f in flac" "$UNBRAID" --format flac --bits 32f song.wav
fails 2 'bits does not apply' "bits in ogg" "$UNBRAID" --format ogg --bits 16 song.wav
"$UNBRAID" --frobnicate song.wav >out 2>err
also "unknown option" test $? = 2

# ---- a program without its bundle, or with half of it
mkdir -p bin lonely/unbraid.lv2
cp "$UNBRAID" bin/unbraid && cp "$UNBRAID" lonely/unbraid
find "$(dirname "$UNBRAID")/unbraid.lv2/" -name '*.ttl' -maxdepth 1 -exec cp {} lonely/unbraid.lv2 \;
fails 1 'unbraid.lv2: no such plugin' "no bundle" \
  env LV2_PATH="$work/absent" bin/unbraid song.wav
mkdir -p damaged/unbraid.lv2
cp "$UNBRAID" damaged && echo '<urn:x> a <urn:y> .' >damaged/unbraid.lv2/manifest.ttl
fails 1 'damaged/unbraid.lv2: is damaged' "a bundle that says nothing" \
  env LV2_PATH="$work/absent" damaged/unbraid song.wav
fails 1 'unbraid.so: .*missing' "no binary in the bundle" lonely/unbraid song.wav
mkdir -p prefix/lib/lv2 prefix/bin
cp "$UNBRAID" prefix/bin && cp -r "$(dirname "$UNBRAID")/unbraid.lv2" prefix/lib/lv2
check "bundle by LV2_PATH" \
  env LV2_PATH="$work/prefix/lib/lv2" bin/unbraid --stems bass song48000.wav --out path
check "bundle in ../lib/lv2" \
  env LV2_PATH="$work/absent" prefix/bin/unbraid --stems bass song48000.wav --out path

# ---- a missing and a damaged model
rm prefix/lib/lv2/unbraid.lv2/*.safetensors
fails 1 'safetensors: No such file' "no model" \
  env LV2_PATH="$work/absent" prefix/bin/unbraid song48000.wav
check "no model: harmonic and percussive need none" \
  env LV2_PATH="$work/absent" prefix/bin/unbraid -s harmonic,percussive song48000.wav --out path
for model in balanced chandna; do
  head -c 3000 "$(dirname "$UNBRAID")/unbraid.lv2/$model.safetensors" \
    >prefix/lib/lv2/unbraid.lv2/$model.safetensors
done
fails 1 'safetensors: ' "truncated model" \
  env LV2_PATH="$work/absent" prefix/bin/unbraid song48000.wav

finish
