# For the host tests, which source this: a folder of their own, where the hosts find the bundle and
# no settings of the user. B is the build folder. Exit status 77 means skipped.
# shellcheck shell=bash
set -eu
export LANG=C # lilv gives names in the language that this says

B=${B:-build}
work=$(mktemp -d)
finish() {
  # shellcheck disable=SC2046
  kill $(jobs -p) 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

mkdir "$work/lv2" "$work/home"
ln -s "$(realpath "$B/unbraid.lv2")" "$work/lv2/unbraid.lv2"
LV2_PATH=$work/lv2:$(pkg-config --variable=lv2dir lv2)
export LV2_PATH HOME="$work/home"
export XDG_CONFIG_HOME="$HOME/.config" XDG_CACHE_HOME="$HOME/.cache" XDG_DATA_HOME="$HOME/.local/share"

skip() {
  echo "SKIP: $*"
  exit 77
}

. "$(dirname "${BASH_SOURCE[0]}")/../support/fail.sh"

need() {
  for program; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
}

# latency BLOCK: that of the plugin at 44.1 kHz, in samples.
latency() {
  local hop=512 synthesis=1024 lookahead=1
  echo $((synthesis + hop * lookahead + hop * ($1 > hop ? ($1 + hop - 1) / hop : 1)))
}

# check_ahead WHAT: the host renders as fast as it can, without the freewheel port, what it renders with
# it, from the first sample on. `apply NAME FREEWHEEL` renders $work/song/mix.wav to $work/NAME.wav. The
# clock is a slow one: on a machine whose time others want too, the host would not be ahead.
check_ahead() {
  [ -d "$work/song" ] || "$B/demo-song" "$work/song" --seconds 4 >/dev/null
  apply freewheeling 1
  LD_PRELOAD=$(realpath "$B/tests/slow_clock.so") apply ahead 0
  "$B/tests/wav_probe" same "$work/freewheeling.wav" "$work/ahead.wav" ||
    fail "$1: without the freewheel port it is another render"
  echo "$1: without the freewheel port as with it"
}
