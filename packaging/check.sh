#!/bin/bash
# check.sh: builds the installed files from the commit's archive in two places and compares them
# byte for byte. Then builds the Debian packages and runs their checkers. It installs and downloads
# nothing. Takes a folder for its work, or makes one and removes it.
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MAKELEVEL
if [ $# = 0 ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
else
  mkdir -p "$1"
  work=$(cd "$1" && pwd)
fi
version=$(cat VERSION)
jobs=-j$(nproc)

fail() {
  echo "FAIL: $*"
  exit 1
}

# quiet NAME COMMAND...: its output is shown when it fails.
quiet() {
  local log=$work/$1.log
  shift
  "$@" >"$log" 2>&1 || {
    tail -n 100 "$log"
    fail "$*"
  }
}

tests/test_dist.sh
tests/test_release.sh

make -s dist
archive=$PWD/unbraid-$version.tar.gz
build() { # FOLDER MAKE-ARGUMENT...
  local folder=$1
  shift
  mkdir -p "$folder"
  tar -C "$folder" -xf "$archive" --strip-components=1
  quiet make make -C "$folder" "$jobs" install DESTDIR="$folder/root" PREFIX=/usr "$@"
}
(umask 022 && build "$work/a")
(umask 022 && TZ=Asia/Kathmandu LC_ALL=C.UTF-8 build "$work/b" B=elsewhere)
diff -r "$work/a/root" "$work/b/root" || fail "built elsewhere, it is not the same"
echo "reproducible: $(cd "$work/a/root" && find . -type f | wc -l) files the same from two folders"

mkdir -p "$work/deb"
tar -C "$work/deb" -xf "$archive"
(cd "$work/deb/unbraid-$version" && quiet dpkg-buildpackage dpkg-buildpackage -us -uc "$jobs")
changes=("$work"/deb/unbraid_"$version"_*.changes)
lintian --allow-root --info --fail-on error,warning "${changes[0]}" || fail "lintian"
for package in unbraid unbraid-lv2; do
  dpkg-deb -x "$work/deb/${package}_${version}_"*.deb "$work/root"
done
bundle=$work/root/usr/lib/lv2/unbraid.lv2
# Debian 12's flags do not include control-flow protection.
hardening-check --quiet "$work/root/usr/bin/unbraid" "$bundle"/*.so \
  --nocfprotection || fail "hardening"
LV2_PATH=$work/root/usr/lib/lv2 PATH=$work/root/usr/bin:$PATH debian/tests/smoke
echo "packages: $(cd "$work/deb" && echo *.deb)"
