#!/bin/bash
# Includes go one way: which folder may include which, that no two units include each other, and that
# no two files have one name. A unit is a .c and its .h. Prints what is wrong.
set -u
cd "$(dirname "$0")/../.." || exit 1
folders="dsp nn engine interface plugin ui ttl cli demo"
# What each may include besides itself; a file's name for that file alone.
may="
dsp:
nn: dsp
engine: dsp nn interface/limits.h
interface: dsp
plugin: dsp engine interface
ui: dsp interface
ttl: dsp interface
cli: dsp interface
demo:
"
# Only these know LV2. That cli/ hosts it through lilv, and ttl/ writes of it, is their business.
lv2="interface plugin ui cli ttl"
bad=0
wrong() {
  echo "$1"
  bad=1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in $folders; do
  find "$folder" -name '*.[ch]' -exec grep -HoE '^#include ["<][^">]+' {} +
done | sed -E 's/:#include ./ /' >"$work/includes"
[ -s "$work/includes" ] || wrong "no includes found"

while read -r file included; do
  folder=${file%%/*}
  case $included in
    lv2/* | lilv/*)
      [[ " $lv2 " == *" $folder "* ]] || wrong "$file includes <$included>: $folder/ knows nothing of LV2"
      continue
      ;;
  esac
  to=${included%%/*}
  [[ " $folders " == *" $to "* && $included == */* && $to != "$folder" ]] || continue
  allowed=$(sed -n "s/^$folder://p" <<<"$may")
  [[ " $allowed " == *" $to "* || " $allowed " == *" $included "* ]] ||
    wrong "$file includes $included: $folder/ uses ${allowed:-nothing else}"
done <"$work/includes"

# tsort complains of every ring.
awk '{ sub(/\.[ch]$/, "", $1) } $2 ~ /\.h$/ && $2 ~ /\// { sub(/\.h$/, "", $2); print $1, $2 }' \
  "$work/includes" | tsort >/dev/null 2>"$work/rings" || true
[ ! -s "$work/rings" ] || wrong "units that include each other:"$'\n'"$(cat "$work/rings")"

for folder in $folders; do find "$folder" -name '*.[ch]' -printf '%f\n'; done | sort | uniq -d >"$work/twice"
while read -r name; do
  wrong "two files have the name $name:$(for f in $folders; do find "$f" -name "$name"; done | tr '\n' ' ' | sed 's/^/ /')"
done <"$work/twice"
exit $bad
