#!/usr/bin/env bash
# controls.sh SOURCE BUILD - the other house tests fire on what they are there to find.
set -euo pipefail
here=$1/tests/house

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

expect() { # STATUS TEST: what TEST.sh says of the folder
    local status=0
    bash "$here/$2.sh" "$root" "$root" >"$root/build/said" 2>&1 || status=$?
    if [ "$status" -ne "$1" ]; then
        echo "$2: status $status instead of $1, saying:"
        cat "$root/build/said"
        exit 1
    fi
}

mkdir "$root/build" "$root/src"
touch "$root/LICENSE" "$root/src/sound.c"
expect 0 toplevel
expect 0 words
touch "$root/notes.txt"
expect 1 toplevel
printf '/* %s: later */\n' FIX""ME >"$root/src/sound.c"
expect 1 words

# Programs as a release makes them, and one that is not position independent.
make_program() { # FILE [OPTION...]
    cc -O2 -D_FORTIFY_SOURCE=3 -fstack-protector-all -Wl,-z,relro,-z,now "${@:2}" -o "$root/$1" \
        "$root/program.c"
}
cat >"$root/program.c" <<'C'
#include <stdio.h>

int main(int count, char **words)
{
    char line[16];
    return snprintf(line, (size_t)count, "%s", words[0]);
}
C
mkdir -p "$root/bin" "$root/src/client"
make_program bin/strategos -fPIE -pie
make_program bin/strategosd -fPIE -pie
make_program src/client/libstrategos.so -fPIC -shared
expect 0 hardening
make_program bin/strategosd -fno-pie -no-pie
expect 1 hardening
make_program bin/strategosd -fPIE -pie -fno-stack-protector
expect 1 hardening

# A simulator that plays the games on record, and one that does not.
make_simulator() { # WORD
    printf '#!/bin/sh\necho "%s $*"\n' "$1" >"$root/bin/strategos-sim"
    chmod +x "$root/bin/strategos-sim"
}
mkdir -p "$root/configs/scenarios" "$root/tests/data"
touch "$root/configs/scenarios/one.conf"
make_simulator same
bash "$here/sim_json.sh" "$root" "$root" --write
expect 0 sim_json
make_simulator other
expect 1 sim_json
rm "$root/bin/strategos-sim"
expect 1 sim_json

# Two simulators that play a seed alike, and two that do not.
make_player() { # FILE HASH OF SEED 40
    cat >"$root/bin/$1" <<SH
#!/bin/sh
[ "\$1" = cluster ] || exit 0
hash=\$3
[ "\$hash" != 40 ] || hash=$2
echo "\"revision\": $1"
echo "\"trace\": \$hash"
SH
    chmod +x "$root/bin/$1"
}
make_player one alike
make_player two alike
make_player three unlike
expect_trace() { # STATUS PROGRAM...
    local status=0
    bash "$here/sim_trace.sh" --compare "${@:2}" >/dev/null || status=$?
    [ "$status" -eq "$1" ] || { echo "sim_trace: status $status instead of $1"; exit 1; }
}
expect_trace 0 "$root/bin/one" "$root/bin/two"
expect_trace 1 "$root/bin/one" "$root/bin/two" "$root/bin/three"
expect_trace 1 true true # which say nothing

# A page of games, its picture, and what can be wrong with them.
mkdir -p "$root/docs/pictures"
make_page() { # WHAT IT SAYS
    printf '%s\n' '![one](pictures/one.svg)' '```' '$ strategos-sim --svg one.svg' "$@" '```' \
        >"$root/docs/generals.md"
}
make_painter() { # WORD
    printf '#!/bin/sh\necho %s >one.svg\nprintf "1\\n2\\n3\\n"\n' "$1" >"$root/bin/strategos-sim"
    chmod +x "$root/bin/strategos-sim"
}
make_painter red
make_page 1 2 3
bash "$here/pictures.sh" "$root" "$root" --write
expect 0 pictures
make_page 1 … 3
expect 0 pictures
make_page … 2 …
expect 0 pictures
for untrue in '1 2' '2 3' '1 3' '1 … 2' '… 4 …' '3 … 1'; do
    # Word splitting is wanted. shellcheck disable=SC2086
    make_page $untrue
    expect 1 pictures
done
make_page 1 2 3
touch "$root/docs/pictures/unseen.svg"
expect 1 pictures
rm "$root/docs/pictures/unseen.svg"
make_painter blue
expect 1 pictures
