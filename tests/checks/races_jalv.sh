#!/bin/bash
# races_jalv.sh TSAN_LIBRARY: the plugin of $B, built with ThreadSanitizer, in a jalv that is not,
# on a JACK server, while faders move and the model changes every two seconds. Fails on a report.
. "$(dirname "$0")/../hosts/common.sh"
need jackd jalv jack_wait
library=$1 changes=${CHANGES:-20}
export JACK_DEFAULT_SERVER=unbraid-races-$$ JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
jackd -r -n "$JACK_DEFAULT_SERVER" -d dummy -r 44100 -p 1024 >"$work/jackd.log" 2>&1 &
jack_wait -w -t 10 >/dev/null 2>&1 || fail "jackd does not start: $(tail -n 1 "$work/jackd.log")"

play() {
  local change stem
  for ((change = 1; change <= changes; change++)); do
    for stem in vocals drums bass other; do
      echo "set ${stem}_gain $((RANDOM % 20 - 10))"
      echo "set ${stem}_mute $((RANDOM % 2))"
    done
    echo "set spatial $((RANDOM % 100))"
    echo "set quality $((change % 4))"
    sleep 2
  done
}

status=0
play | TSAN_OPTIONS="exitcode=66 log_path=$work/report" LD_PRELOAD=$library \
  jalv urn:unbraid:unbraid >"$work/jalv.log" 2>&1 || status=$?
cat "$work"/report.* 2>/dev/null || true
heard=$(grep -c "quality = " "$work/jalv.log" || true)
[ $status = 0 ] || fail "jalv, status $status: $(tail -n 3 "$work/jalv.log")"
[ "$heard" -ge "$changes" ] || fail "jalv changed the model $heard times instead of $changes"
echo "no race  jalv: $changes models"
