#!/bin/bash
# HOURS=H MINUTES=M run.sh: H hours of audio as fast as it goes, then M minutes in real time as a
# client of a JACK server in periods of 64 samples, while other programs ask for every core.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
export UNBRAID_BUNDLE=${UNBRAID_BUNDLE:-$B/unbraid.lv2}
export JACK_DEFAULT_SERVER=unbraid-soak-$$ JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
failed=0
trap 'kill $(jobs -p) 2>/dev/null' EXIT

if [ "${HOURS:-8}" != 0 ]; then
  echo "${HOURS:-8} hours of audio, as fast as it goes"
  "$B/soak" $((${HOURS:-8} * 3600)) || failed=1
fi

if [ "${MINUTES:-30}" != 0 ]; then
  echo "${MINUTES:-30} minutes in real time, with $(nproc) cores and $(nproc) programs that want them"
  for _ in $(seq "$(nproc)"); do
    xz -9 -T1 -c </dev/urandom >/dev/null &
  done
  jackd -R -P 70 -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 64 >"$B/soak-jackd.log" 2>&1 &
  jack_wait -w -t 10 >/dev/null 2>&1 || { cat "$B/soak-jackd.log"; exit 1; }
  "$B/soak-jack" $((${MINUTES:-30} * 60)) || failed=1
fi
exit $failed
