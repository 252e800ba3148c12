#!/bin/sh
# deps.sh build|test|packages|arm|bench: names missing packages, and installs them on Debian and
# its derivatives when run as root or with passwordless sudo. Otherwise it prints the command to
# run and exits 1.
set -eu

build_packages="make pkg-config libfftw3-dev libjansson-dev liblilv-dev lv2-dev libsndfile1-dev libsamplerate0-dev
  libcairo2-dev libx11-dev"
build_libraries="fftw3f jansson lilv-0 lv2 sndfile samplerate cairo"
test_packages="libcmocka-dev sordi lilv-utils"
test_libraries="cmocka"
# Hosts, checkers and the packages of training. Tests that need a missing one say so and are skipped.
optional_test_packages="xvfb libxtst-dev xdotool imagemagick jackd2 jack-example-tools
  libjack-jackd2-dev jalv ecasound pipewire-bin ardour valgrind clang libclang-rt-dev clang-format-19
  clang-tidy spin python3-torch python3-scipy python3-soundfile python3-matplotlib
  libopenblas0-pthread ffmpeg git appstream zsh fish"
# To build and check the Debian packages.
package_packages="git build-essential debhelper pkgconf fakeroot libcmocka-dev lilv-utils sox
  lintian devscripts appstream"
# Libraries that the benchmarks compare with; missing ones are left out.
optional_bench_packages="libdnnl-dev libxnnpack-dev libcpuinfo-dev libopenblas-dev python3-torch
  python3-scipy"

# To build for aarch64 on another machine and run it: Debian's cross compiler and foreign libraries.
arm_packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user libfftw3-dev:arm64
  libjansson-dev:arm64 libcmocka-dev:arm64"

die() {
  printf 'deps: %s\n' "$*" >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# The sanitizers and the fuzzer of the clang that is installed, whose version may not be the
# distribution's own.
clang_runtime() {
  version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
  echo "libclang-rt-${version:+$version-}dev"
}

# Prints the packages that are not installed. Programs count wherever they come from.
missing() {
  for package; do
    case $package in
      make | pkg-config | git | clang | clang-tidy) have "$package" && continue ;;
    esac
    case $package in
      *:*) architecture=${package#*:} ;;
      *) architecture=$(dpkg --print-architecture) ;;
    esac
    dpkg-query -W -f='${Architecture} ${db:Status-Status}\n' "$package" 2>/dev/null |
      grep -Eqx "($architecture|all) installed" || printf '%s ' "$package"
  done
}

# Prints the packages that apt can install.
available() {
  for package; do
    if apt-cache policy "$package" | grep -q 'Candidate: [^(]'; then printf '%s ' "$package"; fi
  done
}

# The same, or all of them if apt has no lists yet.
known() {
  names=$(available "$@")
  printf '%s' "${names:-$*}"
}

may_install() {
  [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Quiet, unless it fails.
apt_get() {
  said=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" 2>&1) || {
    printf '%s\n' "$said" >&2
    return 1
  }
}

# --no-remove: never removes a package that somebody uses.
apt_install() {
  apt_get install --no-install-recommends --no-remove -y "$@"
}

updated=no
update_once() {
  if [ $updated = no ]; then
    apt_get update || echo 'deps: apt-get update failed' >&2
    updated=yes
  fi
}

# Installs every package or fails.
install() {
  echo "deps: installing $*" >&2
  case " $* " in
    *" jackd2 "*) echo 'jackd2 jackd/tweak_rt_limits boolean false' | as_root debconf-set-selections ;;
  esac
  if apt_install "$@"; then return; fi
  [ $updated = no ] || return 1
  update_once # the lists may name files that are gone
  apt_install "$@"
}

# Names everything that cannot be installed from here in one command.
require() {
  wanted=$(missing "$@")
  [ -n "$wanted" ] || return 0
  # shellcheck disable=SC2046,SC2086 # lists of packages
  may_install || die "these packages are missing; install them with
  sudo apt-get install --no-install-recommends" $wanted$(known $(missing $optional))
  # shellcheck disable=SC2086
  [ "$(available $wanted)" = "$wanted" ] || update_once
  # shellcheck disable=SC2086
  install $wanted || die "could not install:" $wanted
}

suggest() {
  wanted=$(missing "$@")
  [ -n "$wanted" ] || return 0
  if ! may_install; then
    # shellcheck disable=SC2046,SC2086
    echo "deps: some of it will be skipped; to have it all, install what it needs with
  sudo apt-get install --no-install-recommends" $(known $wanted) >&2
    return 0
  fi
  # shellcheck disable=SC2086
  [ "$(available $wanted)" = "$wanted" ] || update_once
  # shellcheck disable=SC2086
  known=$(available $wanted)
  # shellcheck disable=SC2086
  [ -z "$known" ] || install $known || {
    echo "deps: not all together; trying one at a time" >&2
    for package in $known; do
      apt_install "$package" || echo "deps: no $package here" >&2
    done
  }
}

has_architecture() {
  [ "$(dpkg --print-architecture)" = "$1" ] || dpkg --print-foreign-architectures | grep -qx "$1"
}

# Ubuntu has other architectures on another server, which its apt lists must name first.
need_architecture() {
  if has_architecture "$1"; then return; fi
  may_install && grep -qx 'ID=debian' /etc/os-release || die "packages for $1 are unknown here; add them with
  sudo dpkg --add-architecture $1 && sudo apt-get update"
  as_root dpkg --add-architecture "$1"
  update_once
}

# Without apt, pkg-config decides.
require_libraries() {
  have pkg-config || die "pkg-config is missing, and this system has no apt to get it from"
  absent=
  for library; do
    pkg-config --exists "$library" || absent="$absent $library"
  done
  [ -z "$absent" ] || die "install the development files of these libraries (pkg-config names):$absent"
}

compiler() {
  have "${CC:-cc}" || have gcc || have clang
}

[ $# = 1 ] || die "usage: deps.sh build|test|packages|arm|bench"
case $1 in
  build) libraries=$build_libraries packages=$build_packages optional= ;;
  test)
    libraries="$build_libraries $test_libraries" packages="$build_packages $test_packages"
    optional=$(echo "$optional_test_packages" | sed "s/libclang-rt-dev/$(clang_runtime)/")
    ;;
  packages)
    have apt-get || die "only Debian and its kin build Debian packages"
    libraries=$build_libraries packages="$build_packages $package_packages" optional=
    ;;
  arm)
    have apt-get || die "only Debian and its kin have a cross compiler with libraries beside it"
    need_architecture arm64
    libraries=$build_libraries packages="$build_packages $arm_packages" optional=
    ;;
  bench) libraries=$build_libraries packages=$build_packages optional=$optional_bench_packages ;;
  *) die "usage: deps.sh build|test|packages|arm|bench" ;;
esac

if have apt-get && have dpkg-query; then
  compiler || packages="gcc libc6-dev $packages"
  # shellcheck disable=SC2086
  require $packages
  # shellcheck disable=SC2086
  suggest $optional
else
  compiler || die "a C compiler is missing"
  # shellcheck disable=SC2086
  require_libraries $libraries
fi
