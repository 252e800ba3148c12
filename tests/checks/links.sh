#!/bin/bash
# Every relative link of the documents leads to a file, and its anchor to a heading. Prints what is wrong.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0

# The anchors of a document's headings, as GitHub makes them.
anchors() {
  sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

checked=0
for document in ./*.md docs/*.md models/*.md train/*.md ttl/po/*.md; do
  while read -r link; do
    file=${link%%#*}
    target=$(dirname "$document")/$file
    [ -n "$file" ] || target=$document
    checked=$((checked + 1))
    if [ ! -e "$target" ]; then
      echo "$document: $link: there is no such file"
      bad=1
    elif [[ $link == *#* ]] && ! anchors "$target" | grep -qxF -- "${link#*#}"; then
      echo "$document: $link: there is no such heading"
      bad=1
    fi
  done < <(grep -oE '\]\([^) ]+\)' "$document" | sed 's/^](//; s/)$//' | grep -v '^[a-z]*:')
done
[ "$checked" -gt 0 ] || bad=1
exit $bad
