#!/usr/bin/env bash
# no_network.sh PROGRAM - it links no network library and no LMDB: what it decides, it decides alone.
set -euo pipefail
needed=$(readelf -d "$1" | grep NEEDED)
for library in nanomsg lmdb; do
    if grep -q "lib$library" <<<"$needed"; then
        echo "$1 links $library"
        exit 1
    fi
done
