#!/bin/bash
# The window in jalv.gtk3, which embeds it: it opens at its size, shows the stems' colours, takes
# another size, hears mouse and keyboard, and closes. Pictures need ImageMagick.
. "$(dirname "$0")/common.sh"
need Xvfb jackd jack_wait jalv.gtk3 xdotool
[ -e "$B/unbraid.lv2/unbraid_ui.so" ] || skip "the bundle has no window"

export JACK_DEFAULT_SERVER=unbraid-window-$$ JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 1400x1000x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
read -r -t 20 number <"$work/display" || fail "Xvfb does not start"
export DISPLAY=:$number
unset XAUTHORITY
# -r: not every user may have real-time priority, and JACK says so as an error.
jackd -r -n "$JACK_DEFAULT_SERVER" -d dummy -r 44100 -p 512 >"$work/jackd.log" 2>&1 &
jack_wait -w -t 10 >/dev/null 2>&1 || fail "jackd does not start: $(tail -n 1 "$work/jackd.log")"

# The size of the window of that name, once it is there.
size() {
  xdotool search --sync --onlyvisible --name "$1" getwindowgeometry | sed -n 's/ *Geometry: //p'
}

# Waits until each stem's colour is on the screen, as often as its fader and legend make it.
has_stems() {
  local seen colour
  command -v import >/dev/null && command -v convert >/dev/null || return 0
  for _ in {1..50}; do
    import -window root "$work/window.png"
    seen=$(convert "$work/window.png" -format %c histogram:info:-)
    for colour in F0E442 D55E00 56B4E9 CC79A7; do
      [ "$(sed -n "s/^ *\([0-9]*\): .*#$colour.*/\1/p" <<<"$seen")" -ge 200 ] 2>/dev/null || continue 2
    done
    return 0
  done
  fail "not the colours of all stems: $colour"
}

check() {
  local uri=$1 name=$2 host status=0
  jalv.gtk3 "$uri" >"$work/jalv.log" 2>&1 &
  host=$!
  timeout 20 xdotool search --sync --onlyvisible --name "$name" >/dev/null ||
    fail "no window of $uri: $(tail -n 3 "$work/jalv.log")"
  # As large as it asks for; jalv may add a menu.
  for _ in {1..50}; do
    [[ $(size "$name") == 960x6* ]] && break
    sleep 0.1
  done
  [[ $(size "$name") == 960x6* ]] || fail "$uri opens at $(size "$name")"
  has_stems
  xdotool search --onlyvisible --name "$name" windowsize 1200 800
  sleep 1
  xdotool mousemove 60 700 click 1 mousemove 60 600 click 4 click 5 key Tab Up m space
  sleep 1
  kill $host || fail "$uri is gone: $(tail -n 3 "$work/jalv.log")"
  wait $host || status=$?
  [ $status = 0 ] || fail "$uri ends with $status"
  grep -iE 'error|failed|unbraid: the' "$work/jalv.log" && fail "$uri"
  echo "$uri: opened, resized, clicked, typed, closed"
}

check urn:unbraid:unbraid '^Unbraid$'
check urn:unbraid:insert '^Unbraid Insert$'
