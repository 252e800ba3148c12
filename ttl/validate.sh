#!/bin/sh
# validate.sh BUNDLE: checks a bundle's Turtle against the LV2 specifications. Exit status 77 means
# skipped. What lv2_validate cannot see (indices, ranges, presets) is in tests/test_bundle.c.
set -u
bundle=${1:?usage: validate.sh BUNDLE}
command -v lv2_validate >/dev/null || {
  echo "SKIP: lv2_validate is not installed"
  exit 77
}
report=$(lv2_validate "$bundle"/*.ttl "$bundle"/presets/*.ttl 2>&1)
status=$?
# It ends with 0 after a syntax error or a missing name, so its words count as well.
if [ $status != 0 ] || echo "$report" | grep -qE '^error|: error|error reading|does not match'; then
  echo "$report"
  echo "FAIL: $bundle is not valid LV2"
  exit 1
fi
echo "$report" | tail -1
