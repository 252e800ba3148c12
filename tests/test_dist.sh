#!/bin/bash
# make dist gives the same archive in any clone, whatever the user's settings, and twice; it holds the
# files of the commit, and builds where there is no git.
set -eu
unset MAKEFLAGS MAKELEVEL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ ! -e .git ] || ! command -v git >/dev/null; then
  echo "SKIP: not a git checkout"
  exit 77
fi

. "$(dirname "$0")/support/fail.sh"

makefile=$PWD/Makefile
archive=unbraid-$(cat VERSION).tar.gz
dist() { # FOLDER
  make -s -C "$1" -f "$makefile" dist >"$work/log" 2>&1 || {
    cat "$work/log"
    fail "make dist"
  }
}

git clone -q . "$work/one"
mkdir "$work/a b"
(umask 077 && git clone -q -c core.autocrlf=true -c tar.umask=077 . "$work/a b/two")
dist "$work/one"
cp "$work/one/$archive" "$work/first"
(umask 077 && TZ=Asia/Kathmandu LC_ALL=C.UTF-8 GZIP=-1 dist "$work/a b/two")
cmp "$work/first" "$work/a b/two/$archive" || fail "another clone gives another archive"
touch "$work/one"/*
dist "$work/one"
cmp "$work/first" "$work/one/$archive" || fail "the second time gives another archive"
[ "$(od -An -tu4 -j4 -N4 "$work/first" | xargs)" = 0 ] || fail "gzip wrote the time"
echo "the same archive"

tar -C "$work" -xf "$work/first"
tree=$work/${archive%.tar.gz}
(cd "$tree" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) >"$work/found"
git ls-tree -r -z --name-only HEAD | tr '\0' '\n' | LC_ALL=C sort >"$work/expected"
diff "$work/expected" "$work/found" || fail "the archive is not the commit"
[ "$(stat -c %a "$tree/VERSION" "$tree/tests/run.sh" | xargs)" = "644 755" ] || fail "modes"

# A git that tells when it is called.
mkdir "$work/bin"
printf '#!/bin/sh\ntouch "%s"\nexit 1\n' "$work/called" >"$work/bin/git"
chmod +x "$work/bin/git"
PATH=$work/bin:$PATH
for target in all check-quick install clean; do
  make -s -n -C "$tree" $target >/dev/null || fail "no make $target outside git"
done
make -s -C "$tree" build/unbraid.lv2/manifest.ttl || fail "nothing is built outside git"
[ ! -e "$work/called" ] || fail "the build calls git"
echo "builds outside git"
