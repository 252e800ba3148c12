#!/bin/bash
# The ttl files against the vocabularies, and what lilv's own tools see of them. lv2_validate may
# end well in spite of errors, so its words count too.
. "$(dirname "$0")/common.sh"
need lv2_validate lv2ls lv2info

status=0
lv2_validate "$B"/unbraid.lv2/*.ttl "$B"/unbraid.lv2/presets/*.ttl >"$work/log" 2>&1 || status=$?
if [ $status != 0 ] || grep -qE '^error|: error|error reading|does not match' "$work/log"; then
  cat "$work/log"
  fail "lv2_validate"
fi

for uri in urn:unbraid:unbraid urn:unbraid:insert; do
  lv2ls | grep -qx $uri || fail "lv2ls does not list $uri"
  lv2info $uri >"$work/info" 2>"$work/log" || fail "lv2info $uri"
  [ ! -s "$work/log" ] || fail "lv2info $uri says: $(cat "$work/log")"
  grep -q 'Has latency: *yes' "$work/info" || fail "$uri reports no latency"
  presets=$(sed -n '/Presets:/,/Port 0:/p' "$work/info" | grep -c '^	  *[A-Z]') || true
  files=(presets/*.ttl)
  [ "$presets" = ${#files[@]} ] || fail "lv2info sees $presets presets of $uri"
done
echo "valid; both plugins listed with their latency and $presets presets"
