#!/bin/sh
# purity.sh COMPILER ROOT [SOURCE...] - the pure core calls nothing but itself, the mem* family and
# what the compiler inserts: no clock, no randomness, no allocation, no I/O. Its objects are
# compiled here, so that sanitizers and coverage of the build do not matter. SOURCEs are added to
# the core (a control adds one that breaks the rule).
set -eu
compiler=$1
root=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/pure" "$work/seam"
compile() { # folder, source
    "$compiler" -std=c11 -O2 -D_GNU_SOURCE -fstack-protector-strong -I"$root/src" \
        -I"$root/include" -c "$2" -o "$work/$1/$(echo "$2" | tr / _).o"
}
for source in "$root"/src/agreement/*.c "$root"/src/replica/*.c "$root"/src/client/core*.c \
    "$root"/src/wire/digests.c "$root"/src/base/pool.c "$root"/src/base/prng.c \
    "$root"/src/base/arena.c "$@"; do
    compile pure "$source"
done
# Where the core ends: a failed assertion stops the program, a digest is libsodium's.
for source in "$root"/src/base/assert.c "$root"/src/crypto/digest.c; do
    compile seam "$source"
done
nm -u "$work"/pure/*.o | awk 'NF == 2 { print $2 }' | sort -u >"$work/undefined"
nm --defined-only "$work"/pure/*.o "$work"/seam/*.o | awk 'NF == 3 { print $3 }' | sort -u \
    >"$work/own"
foreign=$(comm -23 "$work/undefined" "$work/own" |
    grep -vxE 'mem(cpy|move|set|cmp|chr)|__stack_chk_fail|__popcount[sd]i2|_GLOBAL_OFFSET_TABLE_' || true)
if [ -n "$foreign" ]; then
    echo "the pure core calls:"
    echo "$foreign"
    exit 1
fi
[ -s "$work/undefined" ] || { echo "nothing was looked at"; exit 1; }
