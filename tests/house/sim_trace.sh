#!/usr/bin/env bash
# sim_trace.sh SOURCE BUILD - a seed means the same run whatever compiler and optimisation made the
# program: builds strategos-sim with gcc and clang, where they are, with and without optimisation,
# and holds what they play against each other and against BUILD's own: trace hashes of whole groups,
# games, and explored states. What is built stays in BUILD/sim_trace, so that the next time less is.
# sim_trace.sh --compare PROGRAM ... - only the second half.
set -euo pipefail

SEEDS=40 # whole groups; draws in an order that C leaves open showed in one of fifteen
STATES=60000

play() { # PROGRAM: its revision may be another
    local seed option
    for seed in $(seq $SEEDS); do
        "$1" cluster --seed "$seed" --json 2>/dev/null || true
    done | sed '/"revision"/d'
    for seed in 1 2 3; do
        "$1" cluster --seed "$seed" --trace 2>/dev/null | sed 1d | cksum
    done
    for option in om sm; do
        for seed in 1 2 3 4 5; do
            "$1" generals --algorithm "$option" --generals 7 --m 2 --traitors-count 2 \
                --strategy random --seed "$seed" --json || true
        done
    done
    for option in 0 1 2; do
        "$1" explore --traitor "$option" --max-states $STATES --settle 100 --quiet --json || true
    done
}

compare() { # PROGRAM ...
    local first=$1 outputs program
    outputs=$(mktemp -d)
    # shellcheck disable=SC2064 # as it is now
    trap "rm -rf '$outputs'" EXIT
    play "$first" >"$outputs/first"
    [ "$(grep -c '"trace"' "$outputs/first")" -eq $SEEDS ] || {
        echo "$first plays no runs"
        return 1
    }
    shift
    for program in "$@"; do
        play "$program" >"$outputs/other"
        cmp -s "$outputs/first" "$outputs/other" || {
            echo "$program and $first differ:"
            diff "$outputs/first" "$outputs/other" | head -40
            return 1
        }
        echo "$program plays as $first does"
    done
}

if [ "$1" = --compare ]; then
    shift
    compare "$@"
    exit
fi

source=$1
build=$2
programs=("$build/bin/strategos-sim")
launcher=()
! command -v ccache >/dev/null || launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
for compiler in gcc clang; do
    command -v $compiler >/dev/null || { echo "skipped: $compiler is not installed"; continue; }
    for level in O0 O2; do
        folder=$build/sim_trace/$compiler-$level
        mkdir -p "$folder"
        { # neither debug information nor tests: nothing but the program
            cmake -S "$source" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=None -DBUILD_TESTING=OFF \
                -DCMAKE_C_COMPILER=$compiler -DCMAKE_C_FLAGS=-$level "${launcher[@]}" &&
                cmake --build "$folder" -j 2 --target strategos-sim
        } >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
        programs+=("$folder/bin/strategos-sim")
    done
done
[ ${#programs[@]} -gt 1 ] || { echo "there is neither gcc nor clang"; exit 1; }
compare "${programs[@]}"
