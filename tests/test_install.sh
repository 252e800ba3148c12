#!/bin/bash
# make install puts exactly what it should where it should, the result works from there, and make
# uninstall takes it all away. Then a build by clang.
set -eu
B=${B:-build}
unset MAKEFLAGS MAKELEVEL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

. "$(dirname "$0")/support/fail.sh"

run_make() {
  make -s B="$B" "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "make $*"; }
}

# Both places are named, so that packagers' wishes are seen to be followed.
root=$work/root
bundle=$root/usr/lib/elsewhere/unbraid.lv2
where=(DESTDIR="$root" PREFIX=/usr LV2DIR=/usr/lib/elsewhere)
run_make install "${where[@]}"
window=
if pkg-config --exists x11 cairo-xlib; then window=unbraid_ui.so; fi
{
  printf '/usr/lib/elsewhere/unbraid.lv2/%s\n' unbraid.so $window manifest.ttl unbraid.ttl insert.ttl
  for file in models/*.safetensors; do echo "/usr/lib/elsewhere/unbraid.lv2/${file#models/}"; done
  for file in presets/*.ttl; do echo "/usr/lib/elsewhere/unbraid.lv2/$file"; done
  echo /usr/bin/unbraid
  echo /usr/share/man/man1/unbraid.1
  echo /usr/share/bash-completion/completions/unbraid
  echo /usr/share/zsh/site-functions/_unbraid
  echo /usr/share/fish/vendor_completions.d/unbraid.fish
  echo /usr/share/metainfo/org.freedesktop.LinuxAudio.Plugins.Unbraid.metainfo.xml
} | sort >"$work/expected"
find "$root" ! -type d -printf '/%P\n' | sort >"$work/found"
diff "$work/expected" "$work/found" || fail "installed files differ from those expected"
[ "$(stat -c %a "$bundle/unbraid.so" "$bundle/manifest.ttl" | xargs)" = "755 644" ] || fail "modes"

version=$("$root/usr/bin/unbraid" --version)
[[ $version == *"$(cat VERSION)"* ]] || fail "unbraid --version says: $version"
listed=$(LV2_PATH=${bundle%/*} lv2ls 2>/dev/null | sort | xargs)
[ "$listed" = "urn:unbraid:insert urn:unbraid:unbraid" ] || fail "lv2ls lists: $listed"
exported=$(nm -D --defined-only "$bundle/unbraid.so" | awk '{print $3}' | xargs)
[ "$exported" = lv2_descriptor ] || fail "the plugin exports $exported"
if [ -n "$window" ]; then
  exported=$(nm -D --defined-only "$bundle/$window" | awk '{print $3}' | xargs)
  [ "$exported" = lv2ui_descriptor ] || fail "the window exports $exported"
fi

# The manual page has the controls that a host shows, a stem's once, and no mistakes.
page=$root/usr/share/man/man1/unbraid.1
awk '/lv2:symbol/ { s = $2 } /lv2:default/ { gsub(/"/, "", s); print s }' "$bundle/unbraid.ttl" |
  grep -v freewheel | sed -E 's/^(vocals|drums|bass|other|harmonic|percussive)_/S _/' | sort -u >"$work/controls"
sed -n '/^\.\\" The entries/,/^\.SH FILES/p' "$page" | sed -nE 's/^\.I?B (S _[a-z]+|[a-z_]+)$/\1/p' | sort >"$work/listed"
diff "$work/controls" "$work/listed" || fail "the manual page lists other controls"
if command -v groff >/dev/null; then
  said=$(groff -man -Tutf8 -ww "$page" 2>&1 >/dev/null)
  [ -z "$said" ] || fail "the manual page: $said"
fi

run_make uninstall "${where[@]}"
left=$(find "$root" ! -type d -o -name unbraid.lv2)
[ -z "$left" ] || fail "uninstall leaves $left"
echo "installed, ran, uninstalled"

# Without a compiler the first line says what to do.
make -s CC=no-such-compiler B="$work/none" all >"$work/log" 2>&1 && fail "built without a compiler"
head -n 1 "$work/log" | grep -q 'no C compiler.*packaging/deps.sh' || fail "without a compiler: $(cat "$work/log")"

# What is missing is named in one go by deps.sh, also what tests would only skip.
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  mkdir "$work/bare"
  printf '#!/bin/sh\nexit 1\n' | tee "$work/bare/dpkg-query" "$work/bare/sudo" >"$work/bare/apt-cache"
  printf '#!/bin/sh\necho 1000\n' >"$work/bare/id"
  chmod +x "$work"/bare/*
  said=$(PATH="$work/bare:$PATH" packaging/deps.sh test 2>&1) && fail "deps.sh misses nothing"
  for package in libsndfile1-dev libcmocka-dev jalv 'libclang-rt-[0-9]*-*dev' python3-torch ffmpeg; do
    grep -q -- "$package" <<<"$said" || fail "deps.sh does not name $package: $said"
  done
fi

# From ~/.lv2, where hosts look without being told; nothing of the build folder or the system is in
# reach of the program in ~/.local/bin.
home=$work/home
run_make install-user HOME="$home"
grep -qF 'export PATH="$HOME/.local/bin:$PATH"' "$work/log" || fail "what to type is not told"
run_make install-user HOME="$home" PATH="$home/.local/bin:$PATH"
! grep -q 'export PATH' "$work/log" || fail "what to type is told where nothing needs to be"
for file in .local/bin/unbraid .lv2/unbraid.lv2/unbraid.so; do
  [ -x "$home/$file" ] || fail "install-user puts no $file"
done
for uri in urn:unbraid:unbraid urn:unbraid:insert; do
  found=$(env -u LV2_PATH HOME="$home" lv2info $uri 2>/dev/null | sed -n 's|.*Bundle: *file://||p' | sort -u)
  [ "$found" = "$home/.lv2/unbraid.lv2/" ] || fail "of $uri lilv finds: $found"
done
"$B/demo-song" "$work/song" --seconds 1 >/dev/null
env -u LV2_PATH HOME="$home" "$home/.local/bin/unbraid" -q "$work/song/mix.wav" --stems vocals,drums \
  --out "$work/stems" || fail "the program does not play the plugin in ~/.lv2"
for stem in vocals drums; do
  level=$("$B/tests/wavtool" level "$work/stems/mix.$stem.wav")
  awk "BEGIN { exit !($level > -60) }" || fail "$stem have $level dB"
done
mkdir "$home/.lv2/other.lv2"
run_make uninstall-user HOME="$home"
left=$(cd "$home" && find . ! -type d -o -name unbraid.lv2)
[ -z "$left" ] || fail "uninstall-user leaves $left"
[ -d "$home/.lv2/other.lv2" ] || fail "uninstall-user takes others' bundles"
echo "installed for one user, played, uninstalled"

# Where X11 is missing, nothing speaks of a window.
run_make "$work/plain/unbraid.lv2/manifest.ttl" UI= B="$work/plain"
! grep -q 'ui:' <(grep -v '^@prefix' "$work"/plain/unbraid.lv2/*.ttl) || fail "a window without X11"
[ -z "$(make -s UI= B="$work/plain" -n all | grep unbraid_ui)" ] || fail "a window without X11"

if ! command -v clang >/dev/null; then
  echo "SKIP: clang is not installed"
  exit 77
fi
run_make all CC=clang B="$work/clang"
echo "built by clang"
