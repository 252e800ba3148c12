# For the tests of the program unbraid, which source this: a folder of their own to work in, and ways to
# look at what the program writes and says. UNBRAID is the program, B the build folder with demo-song
# and tests/wavtool.
# shellcheck shell=bash
set -u

B=$(cd "${B:-build}" && pwd) || exit 1
UNBRAID=${UNBRAID:-$B/unbraid}
case $UNBRAID in
/*) ;;
*) UNBRAID=$PWD/$UNBRAID ;;
esac
for program in "$UNBRAID" "$B/demo-song" "$B/tests/wavtool"; do
  test -x "$program" || {
    echo "$program is missing: run 'make all tests' first"
    exit 1
  }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1
# Under AddressSanitizer: fontconfig keeps what it has read until the program ends.
echo leak:libfontconfig >suppressions
export LSAN_OPTIONS=suppressions=$work/suppressions:print_suppressions=0

passed=0 failed=0
result() { # STATUS DESCRIPTION
  if [ "$1" = 0 ]; then
    passed=$((passed + 1))
    echo "ok: $2"
  else
    failed=$((failed + 1))
    echo "FAIL: $2"
    sed 's/^/  /' err
  fi
}

# check DESCRIPTION COMMAND...: the command succeeds.
check() {
  local description=$1
  shift
  : >err
  "$@" >out 2>err
  result $? "$description"
}

# also DESCRIPTION COMMAND...: the same, with the output of the last check still in out and err.
also() {
  local description=$1
  shift
  "$@" >/dev/null 2>&1
  result $? "$description"
}

tool() { "$B/tests/wavtool" "$@"; }

# below LIMIT REFERENCE PART...: the parts add up to the reference, LIMIT dB or closer.
below() {
  local limit=$1 level
  shift
  level=$(tool residual "$@") || return 1
  echo "residual $level dB" >>err
  awk "BEGIN { exit !($level <= $limit) }"
}

same_shape() { # FILE FILE...
  local shape file
  shape=$(tool info "$1") || return 1
  for file; do
    [ "$(tool info "$file")" = "$shape" ] || return 1
  done
}

holds() { # FOLDER FILE...: exactly these files
  local folder=$1
  shift
  [ "$(find "$folder" -mindepth 1 -printf '%f\n' | sort | xargs)" = \
    "$(printf '%s\n' "$@" | sort | xargs)" ]
}

# fails STATUS PATTERN DESCRIPTION COMMAND...: ends with the status and one line that matches, and
# leaves nothing behind.
fails() {
  local status=$1 pattern=$2 description=$3 got before after
  shift 3
  before=$(find . ! -name err ! -name out | sort)
  "$@" >out 2>err
  got=$?
  after=$(find . ! -name err ! -name out | sort)
  [ $got = "$status" ] && grep -qE -- "$pattern" err && [ "$(wc -l <err)" = 1 ] &&
    [ "$before" = "$after" ]
  result $? "$description"
}

finish() {
  echo "$passed passed, $failed failed"
  [ $failed = 0 ]
}
