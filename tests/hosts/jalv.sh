#!/bin/bash
# Both plugins in jalv, on a JACK server without a sound card: ports, latency, and an impulse that
# comes back on its sample, in real time and freewheeling.
. "$(dirname "$0")/common.sh"
need jackd jalv jack_wait
[ -x "$B/tests/jack_probe" ] || skip "the JACK headers are not installed"

period=256
export JACK_DEFAULT_SERVER=unbraid-test-$$ JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1

# Runs "$@" on a server and a jalv of its own; what they said is shown when it fails.
with_jalv() {
  local uri=$1 server host
  shift
  jackd -S -n "$JACK_DEFAULT_SERVER" -d dummy -r 44100 -p $period >"$work/jackd.log" 2>&1 &
  server=$!
  jack_wait -w -t 10 >/dev/null 2>&1 || fail "jackd does not start: $(tail -n 1 "$work/jackd.log")"
  # jalv ends at the end of its input.
  jalv -n unbraid -x "$uri" < <(exec sleep 60) >"$work/jalv.log" 2>&1 &
  host=$!
  local status=0
  timeout 30 "$@" 2>"$work/probe.log" || status=$?
  kill $host 2>/dev/null || status=1 # it must still be there
  wait $host || true
  kill $server
  wait $server || true
  return $status
}

# jalv 1.6.6 may stall when it freewheels, and a busy machine may lose a period: one more try.
check() {
  local attempt
  for attempt in 1 2; do
    if with_jalv "$1" "$B/tests/jack_probe" unbraid "$1" "$(latency $period)" ${2:+"$2"}; then
      echo "$1${2:+, $2}: ports, latency $(latency $period) and impulse as they should be"
      return
    fi
    echo "$1${2:+, $2}, attempt $attempt:" && cat "$work/probe.log" && tail -n 5 "$work/jalv.log"
  done
  fail "$1 in jalv"
}

for uri in urn:unbraid:unbraid urn:unbraid:insert; do
  check $uri
  check $uri freewheel
done
