# For tests in shell, which source this: how they end when something is not as it must be.
# shellcheck shell=bash

# fail WHAT: what it is, and what it was instead.
fail() {
  echo "FAIL: $*"
  exit 1
}
