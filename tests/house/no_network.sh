#!/usr/bin/env bash
# no_network.sh PROGRAM - it links no network library and no LMDB, and asks nobody for randomness:
# what it decides, it decides alone, and by its seed.
set -euo pipefail
status=0
needed=$(readelf -d "$1" | grep NEEDED)
for library in nanomsg lmdb; do
    if grep -q "lib$library" <<<"$needed"; then
        echo "$1 links $library"
        status=1
    fi
done
for function in $(nm -u "$1" | grep -oE '\b(randombytes_[a-z]+|getrandom|getentropy)\b'); do
    echo "$1 asks the system for randomness: $function"
    status=1
done
exit $status
