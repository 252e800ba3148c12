#!/bin/bash
# The completions for shells and the manual page know every option of the program, and the words that
# they offer are words that it takes.
. "$(dirname "$0")/support/cli.sh"

bash=$B/completions/unbraid.bash zsh=$B/completions/unbraid.zsh fish=$B/completions/unbraid.fish
mkdir bin music "a folder"
ln -s "$UNBRAID" bin/unbraid
export PATH=$work/bin:$PATH LV2_PATH=${UNBRAID%/*}
touch "a song.wav" another.wav

"$UNBRAID" --help | grep -oE '^  (-.,|   ) --[a-z-]+' | grep -oE -- '--.*' | sort >options
check "there are options" test "$(wc -l <options)" -gt 15
check "bash is told all of them" diff options <(sed -n 's/^ *local options="\(.*\)"/\1/p' "$bash" | tr ' ' '\n' | tr -d = | sort)
check "zsh is told all of them" diff options <(grep -oE -- "--[a-z-]+=?-?('|\[|\})" "$zsh" | grep -oE -- '--[a-z]+(-[a-z]+)*' | sort -u)
check "fish is told all of them" diff options <(grep -oE -- ' -l [a-z-]+' "$fish" | sed 's/ -l /--/' | sort)
check "the manual page has all of them" \
  diff options <(sed -n '/^.SH OPTIONS/,/^.SH NAMES/p' "$B/unbraid.1" | sed 's/\\-/-/g' | grep -oE '^(\\fB-.\\fR, )?\\fB--[a-z-]+' | grep -oE -- '--[a-z-]+$' | sort)
if command -v man >/dev/null; then
  check "the manual page is sound" test -z "$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$B/unbraid.1" 2>&1 >/dev/null)"
fi

# ---- bash: completed WORD... prints what it offers for the last of the words, as bash splits them.
completed() {
  bash --norc -c '
    compopt() { :; }
    . "$0"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _unbraid
    printf "%s\n" "${COMPREPLY[@]}"' "$bash" "$@" | sort | tr '\n' ' '
}
offers() { # EXPECTED DESCRIPTION WORD...
  local expected=$1 description=$2
  shift 2
  completed "$@" >out 2>err
  result "$([ "$(cat out)" = "$expected " ])$?" "bash: $description"
}
offers '--jobs= --json' "options" unbraid --j
offers '--stems=' "an option with a value" unbraid --st
offers 'flac' "a word" unbraid --format fl
offers 'flac' "a word behind =" unbraid --format = fl
offers '16 24 32f' "words behind =" unbraid --bits =
offers 'opus' "a letter's word" unbraid -f op
offers 'vocals,bass' "a list" unbraid --stems vocals,ba
offers 'drums_gain= drums_mute= drums_solo= drums_wet=' "controls" unbraid --set drums
offers 'Drumless Drums-only' "presets" unbraid --preset Dr
offers 'a folder' "folders" unbraid --out a
offers 'a folder a song.wav another.wav' "songs" unbraid a
offers 'another.wav' "a picture behind =" unbraid --plot = an
offers 'another.wav' "a song behind a picture" unbraid --plot an

# ---- the words are taken
for option in format bits quality two-stems; do
  for word in $(completed unbraid --$option ''); do
    check "--$option $word is taken" "$UNBRAID" --$option "$word" --version
  done
done
check "every stem is taken" "$UNBRAID" --stems "$(completed unbraid --stems '' | sed 's/ $//; s/ /,/g')" --version
for preset in $(completed unbraid --preset ''); do
  fails 1 'absent.wav: ' "preset $preset is taken" "$UNBRAID" --preset "$preset" absent.wav
done
# 1 is not within every control's range, but every one that there is has said so.
for control in $(completed unbraid --set ''); do
  "$UNBRAID" --set "${control}1" absent.wav 2>err
  also "control $control is one" grep -qE 'absent.wav: |is not within' err
done

# ---- the other shells
if command -v zsh >/dev/null; then
  check "zsh reads it" zsh -n "$zsh"
else
  echo "SKIP: zsh is not installed"
fi
if command -v fish >/dev/null; then
  export HOME=$work
  check "fish reads it" fish -n "$fish"
  # shellcheck disable=SC2016 # fish's own variable
  fished() { fish -c 'source $argv[1]; complete -C "$argv[2]"' "$fish" "$1" 2>/dev/null | cut -f1 | sort | tr '\n' ' '; }
  check "fish: a word" test "$(fished 'unbraid --format fl')" = "flac "
  check "fish: options" test "$(fished 'unbraid --j')" = "--jobs --json "
  check "fish: presets" test "$(fished 'unbraid -p Dr')" = "Drumless Drums-only "
else
  echo "SKIP: fish is not installed"
fi

finish
