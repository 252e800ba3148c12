# For the tests in Ardour, which source this after common.sh: its Lua interpreter, and exports.
# shellcheck shell=bash

# The programs have Ardour's major version in their names: ardour7-lua, ardour8-lua.
version=$(compgen -c | grep -xE 'ardour[0-9]+-lua' | sort -V | tail -n 1)
version=${version%-lua}
[ -n "$version" ] || skip "Ardour's Lua interpreter is not installed"
need "$version-export"

# Ardour runs the dummy device in blocks of 1024.
# shellcheck disable=SC2034 # the tests use it
block=1024

show() {
  tr '\r' '\n' <"$work/log" | tail -n 20
  fail "$1"
}

# ardour SECONDS COMMAND...: Ardour 8 aborts in about half of the cases when a program of it ends, with any
# script or session. What the program did until then counts.
ardour() {
  local status=0
  timeout "$@" >"$work/log" 2>&1 || status=$?
  [ $status = 0 ] || [ $status = 134 ]
}

lua() {
  { printf 'io.stdout:setvbuf ("no") '; cat "tests/hosts/$1.lua"; echo 'print ("done")'; } >"$work/$1.lua"
  ardour 120 "$version-lua" "$work/$1.lua" "${@:2}" && grep -qx 'done' "$work/log" || show "$1"
}

# exports SESSION CHECK...: exports the session "s" of that folder until two files that pass
# `wav_probe CHECK... FILE` are the same; $exported is one of them. Ardour 7.3 has races of its own,
# seen with other plugins too: an export may crash at its end, may miss its start by 16 samples, and
# may give the plugin 16 samples less of silence before it, which moves the plugin's frames against
# the song. Hence the attempts.
exports() {
  local session=$1 attempt file other good=()
  shift
  for attempt in {1..10}; do
    file=$(mktemp -u "$work/export-XXXXXX.wav")
    if ! ardour 20 "$version-export" -b float -o "$file" "$session" s ||
      ! "$B/tests/wav_probe" "$@" "$file" 2>>"$work/log" >"$work/found"; then
      echo "export attempt $attempt: $(tr '\r' '\n' <"$work/log" | tail -n 1)"
      continue
    fi
    for other in "${good[@]}"; do
      if "$B/tests/wav_probe" same "$file" "$other"; then
        cat "$work/found"
        echo "two of $attempt exports the same"
        # shellcheck disable=SC2034
        exported=$file
        return
      fi
    done
    good+=("$file")
  done
  fail "${#good[@]} of 10 exports right, no two the same"
}
