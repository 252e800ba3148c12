#!/bin/bash
# Every interleaving of the mailbox's two threads, by Spin: no letter is lost, doubled, torn or taken
# for one of another epoch. Then with a mistake in it, which must be found each time.
set -u
cd "$(dirname "$0")/.." || exit 1
command -v spin >/dev/null || { echo 'SKIP: there is no spin here'; exit 77; }
model=$(realpath tests/model/mailbox.pml)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# explore [-DNAME...]: prints what Spin's exploration says, at its end or at the first error.
explore() {
  rm -f pan*
  spin -a "$@" "$model" && ${CC:-cc} -O1 -DSAFETY -o pan pan.c && ./pan -m100000
}

failed=0
for instance in '-DSLOTS=1 -DLETTERS=6' '-DSLOTS=2 -DLETTERS=10' '-DSLOTS=3 -DLETTERS=14'; do
  # shellcheck disable=SC2086 # two words
  said=$(explore $instance 2>&1)
  if grep -q 'errors: 0$' <<<"$said" && ! grep -q 'search not completed' <<<"$said"; then
    echo "$instance: $(grep -o '[0-9]* states, stored' <<<"$said"), no error"
  else
    printf 'FAIL: %s:\n%s\n' "$instance" "$said"
    failed=1
  fi
done
for mistake in RELAXED_SENT RELAXED_RELEASED ONE_TOO_MANY STALE; do
  if explore -D$mistake 2>&1 | grep -q 'assertion violated'; then
    echo "$mistake: found"
  else
    echo "FAIL: $mistake is not found"
    failed=1
  fi
done
exit $failed
