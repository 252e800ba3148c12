#!/bin/bash
# All that names the newest version names that of VERSION, and the metainfo is what AppStream wants.
set -eu
. "$(dirname "$0")/support/fail.sh"
version=$(cat VERSION)
metainfo=packaging/org.freedesktop.LinuxAudio.Plugins.Unbraid.metainfo.xml

agrees() { # FILE VERSION
  [ "$2" = "$version" ] || fail "VERSION says $version, $1 says ${2:-nothing}"
}

# The versions in the news; what is above them is not released yet.
news() {
  sed -n 's/^## \([0-9]\)/\1/p' NEWS.md
}

agrees NEWS.md "$(news | head -n 1)"
agrees "$metainfo" "$(sed -n 's/.*<release version="\([^"]*\)".*/\1/p' "$metainfo" | head -n 1)"
agrees debian/changelog "$(sed -n '1s/^unbraid (\(.*\)) .*/\1/p' debian/changelog)"
# Every version in the news is one of the metainfo's.
diff <(news) <(sed -n 's/.*<release version="\([^"]*\)".*/\1/p' "$metainfo") ||
  fail "NEWS.md and $metainfo do not name the same versions"
day=$(sed -n 's/.*<release version="[^"]*" date="\([^"]*\)".*/\1/p' "$metainfo" | head -n 1)
changed=$(sed -n 's/^ -- .*>  //p' debian/changelog | head -n 1)
[ "$(date -u -d "$changed" +%F)" = "$day" ] ||
  fail "released on $day in $metainfo, on $changed in debian/changelog"
echo "version $version everywhere"

if ! command -v appstreamcli >/dev/null; then
  echo "SKIP: appstreamcli is not installed"
  exit 77
fi
# AppStream 1.0 warns about a missing home page, which the project has not got; 0.16 does not know that
# warning, and refuses its name.
options=(--no-net --pedantic)
if appstreamcli validate "${options[@]}" "$metainfo" | grep -q url-homepage-missing; then
  options+=(--override=url-homepage-missing=info)
fi
appstreamcli validate "${options[@]}" "$metainfo"
