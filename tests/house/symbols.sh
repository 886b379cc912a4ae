#!/bin/sh
# symbols.sh SOURCE BUILD - no two libraries define the same symbol: whichever came first on the link
# line would silently serve both.
set -eu
build=$2
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find "$build/src" "$build/sim" -name 'libstrategos_*.a' 2>/dev/null | sort | while read -r library; do
    nm --defined-only --extern-only "$library" 2>/dev/null |
        awk -v library="$(basename "$library")" 'NF == 3 && $2 ~ /[TDBR]/ { print $3, library }'
done | sort -u >"$list"
[ -s "$list" ] || { echo "nothing was looked at"; exit 1; }
twice=$(awk '{ print $1 }' "$list" | uniq -d)
for symbol in $twice; do
    echo "$symbol is defined by: $(awk -v s="$symbol" '$1 == s { printf "%s ", $2 }' "$list")"
done
[ -z "$twice" ]
