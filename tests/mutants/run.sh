#!/usr/bin/env bash
# run.sh - how good are the oracles? Plants one bug at a time in the production code (*.patch beside
# this file), plays the simulator's campaign on it, and expects an oracle to find it. See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)

PARTS=(CMakeLists.txt src sim include proto) # all that the simulator is built from
BATCH=10                                     # seeds played before the CPU time is looked at
RUN_SECONDS=100                              # of CPU time for a batch: more is a hang
SAMPLE=(commit-on-notarization finalize-after-nullify client-believes-f ledger-not-synced
        blocks-not-served certificate-unverified height-not-checked cas-ignores-expected)

TABLE_BEGINS='<!-- planted bugs: tests/mutants/run.sh --markdown docs/simulation.md -->'
TABLE_ENDS='<!-- planted bugs end -->'

usage() {
    cat <<TEXT
Usage: tests/mutants/run.sh [OPTION ...]

  --jobs J       so many campaigns at once (default: 1)
  --only NAME    only this mutant; may be given again
  --sample N     only the first N of a fixed sample of quick ones, at most ${#SAMPLE[@]}
  --seconds S    CPU seconds for each mutant before it counts as surviving (default: 120)
  --folder PATH  work there and leave it, so that the next time less is built
                 (default: a temporary folder, removed at the end)
  --markdown FILE
                 put the outcome of all mutants into FILE as a table, between its lines
                 "$TABLE_BEGINS" and
                 "$TABLE_ENDS"; FILE "-": print it in the end
  --apply        only look whether every patch applies
  --list         name each mutant, the rule it breaks, and which oracle should see it
  --help         this text

Exit status: 0 all were found, and the tree as it is passed the same runs; 1 not so; 2 usage.
TEXT
}

refuse() {
    echo "run.sh: $1 (see --help)" >&2
    exit 2
}

number() { # OPTION VALUE
    [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || refuse "$1 $2: must be a number from 1 on"
}

jobs=1
seconds=120
folder=
markdown=
mode=run
names=()
while [ $# -gt 0 ]; do
    case "$1" in
    --jobs | --only | --sample | --seconds | --folder | --markdown)
        [ $# -ge 2 ] || refuse "$1 needs a value"
        case "$1" in
        --jobs) number "$1" "$2"; jobs=$2 ;;
        --seconds) number "$1" "$2"; seconds=$2 ;;
        --folder) folder=$2 ;;
        --markdown) markdown=$2 ;;
        --only) names+=("$2") ;;
        --sample)
            number "$1" "$2"
            [ "$2" -le ${#SAMPLE[@]} ] || refuse "--sample $2: at most ${#SAMPLE[@]}"
            names+=("${SAMPLE[@]:0:$2}")
            ;;
        esac
        shift
        ;;
    --apply | --list) mode=${1#--} ;;
    --help | -h) usage; exit 0 ;;
    *) refuse "unknown option $1" ;;
    esac
    shift
done
if [ -n "$markdown" ] && [ "$markdown" != - ]; then
    [ ${#names[@]} -eq 0 ] || refuse "--markdown $markdown: the table is one of all mutants"
    grep -qxF "$TABLE_BEGINS" "$markdown" && grep -qxF "$TABLE_ENDS" "$markdown" ||
        refuse "--markdown $markdown: it has no place for the table"
    markdown=$(realpath "$markdown")
fi
if [ ${#names[@]} -eq 0 ]; then
    for patch in "$here"/*.patch; do
        names+=("$(basename "$patch" .patch)")
    done
fi
for name in "${names[@]}"; do
    [ -f "$here/$name.patch" ] || refuse "there is no mutant $name"
done

head_of() { # NAME KEY: what a patch says of itself
    sed -n "1,/^---/s/^$2: //p" "$here/$1.patch"
}

if [ $mode = list ]; then
    for name in "${names[@]}"; do
        printf '%-30s %s\n%30s seen by: %s\n' "$name" "$(head_of "$name" Breaks)" '' \
            "$(head_of "$name" 'Seen by')"
    done
    exit 0
fi

if [ -z "$folder" ]; then
    folder=$(mktemp -d "${TMPDIR:-/tmp}/strategos-mutants.XXXXXX")
    trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
tree=$folder/tree
rm -rf "$tree" "$folder/bin" "$folder/results"
mkdir -p "$tree" "$folder/bin" "$folder/results"
for part in "${PARTS[@]}"; do
    cp -rp "$source/$part" "$tree/"
done
# A run that was broken off has left objects of a mutant, younger than what it was made from.
(cd "$tree" && sed -n 's|^+++ b/||p' "$here"/*.patch | sort -u | xargs touch)

apply() { # NAME [OPTION...]: git would look for a repository around the folder
    local name=$1
    shift
    (cd "$tree" && GIT_CEILING_DIRECTORIES=$folder git apply -p1 "$@" "$here/$name.patch")
}

if [ $mode = apply ]; then
    status=0
    for name in "${names[@]}"; do
        apply "$name" --check || { echo "$name does not apply"; status=1; }
    done
    [ $status -ne 0 ] || echo "${#names[@]} patches apply"
    exit $status
fi

build() { # NAME: of the tree as it is now
    local log=$folder/results/$1.build
    if [ ! -f "$folder/build/build.ninja" ]; then
        local launcher=()
        ! command -v ccache >/dev/null || launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
        cmake -S "$tree" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
            -DBUILD_TESTING=OFF "${launcher[@]}" >"$log" 2>&1 || return 1
    fi
    cmake --build "$folder/build" -j "$jobs" --target strategos-sim >>"$log" 2>&1 || return 1
    cp "$folder/build/bin/strategos-sim" "$folder/bin/$1"
}

# One batch: prints "PROPERTY SEED ORACLE" of the first finding, if there is one, then CPU
# milliseconds.
play() { # NAME FROM COUNT
    local out=$folder/results/$1.out TIMEFORMAT='%U %S'
    local spent
    spent=$({ time (ulimit -c 0 -t "$RUN_SECONDS"
                    "$folder/bin/$1" campaign --jobs 1 --from "$2" --seeds "$3" \
                        >"$out" 2>/dev/null || true); } 2>&1)
    awk '/^FAILED/ { if (found == "") { property = $2; oracle = $3; want = 1 } }
         /strategos-sim replay/ { if (want) { found = property " " $3 " " oracle; want = 0 } }
         /violated safety/ { has_ended = 1 }
         END { gsub(":", "", found); if (found != "") print found
               else if (!has_ended) print "crash ? campaign" }' "$out"
    awk -v spent="$spent" 'BEGIN { split(spent, t, " "); printf "%d\n", (t[1] + t[2]) * 1000 }'
}

# Plays seed after seed until something is found, or until LAST or the CPU time is reached.
# Leaves "FOUND SEED CPU-MS": FOUND is an oracle, "crash", or "-".
hunt() { # NAME LAST
    local from=1 spent=0 count line oracle=- seed=-
    local answer
    while [ $oracle = - ] && [ $spent -lt $((seconds * 1000)) ] && [ "$from" -le "$2" ]; do
        count=$BATCH
        [ $((from + count - 1)) -le "$2" ] || count=$(($2 - from + 1))
        mapfile -t answer < <(play "$1" "$from" $count)
        spent=$((spent + ${answer[-1]}))
        if [ ${#answer[@]} -eq 2 ]; then
            read -r line seed oracle <<<"${answer[0]}"
            [ "$line" != crash ] || oracle=crash
        fi
        from=$((from + count))
    done
    [ $seed != - ] || seed=$((from - 1))
    echo "$oracle $seed $spent" >"$folder/results/$1.found"
}

row() { # NAME FOUND SEED CPU-MS
    local found=$2
    [ "$found" != - ] || found=SURVIVED
    printf '%-30s %-14s %8s %9d.%d s   %s\n' "$1" "$found" "$3" $(($4 / 1000)) \
        $(($4 % 1000 / 100)) "$(head_of "$1" 'Seen by')"
}

hunt_and_tell() { # NAME
    hunt "$1" 1000000000
    # shellcheck disable=SC2046 # three words
    row "$1" $(cat "$folder/results/$1.found")
}

table() { # of all results
    local name found seed spent
    printf '%s\n' '| planted bug | what it breaks | found by | seed | CPU s |' '|---|---|---|--:|--:|'
    for name in "${names[@]}"; do
        found='does not build' seed= spent=0
        [ ! -f "$folder/results/$name.found" ] ||
            read -r found seed spent <"$folder/results/$name.found"
        case $found in
        -) found='**not found**' ;;
        crash) found='an assertion' ;;
        esac
        printf '| `%s` | %s | %s | %s | %d.%d |\n' "$name" "$(head_of "$name" Breaks | tr '|' '/')" \
            "$found" "$seed" $((spent / 1000)) $((spent % 1000 / 100))
    done
    printf '\n%s\n' "$1"
}

finders() { # "liveness 13, votes 7": of those that were found
    local name
    for name in "${names[@]}"; do
        [ ! -f "$folder/results/$name.found" ] || cut -d ' ' -f 1 "$folder/results/$name.found"
    done | sed '/^-$/d; s/^crash$/an assertion/' | sort | uniq -c | sort -k 1,1nr -k 2 |
        awk '{ count = $1; sub(/^ *[0-9]+ /, ""); printf "%s%s %d", NR == 1 ? "" : ", ", $0, count }'
}

# Puts what comes in between the lines of FILE that say where.
put_into() { # FILE
    awk -v begins="$TABLE_BEGINS" -v ends="$TABLE_ENDS" '
        NR == FNR { table[++rows] = $0; next }
        $0 == ends { is_inside = 0 }
        !is_inside { print }
        $0 == begins { is_inside = 1; for (i = 1; i <= rows; i++) { print table[i] } }' \
        - "$1" >"$folder/results/page"
    cat "$folder/results/page" >"$1"
}

echo "${#names[@]} mutants, at most $seconds CPU seconds each"
build control || { cat "$folder/results/control.build"; exit 1; }
printf '%-30s %-14s %8s %13s   %s\n' mutant 'found by' seed CPU 'expected of'
broken=0
for name in "${names[@]}"; do
    if ! apply "$name"; then
        echo "$name: the patch does not apply"
        broken=$((broken + 1))
        continue
    fi
    build "$name" || { echo "$name: does not build"; broken=$((broken + 1)); }
    apply "$name" -R
    [ -f "$folder/bin/$name" ] || continue
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    hunt_and_tell "$name" &
done
wait

# The tree as it is must pass all the runs in which a mutant was found.
last=0
survived=0
times=()
for name in "${names[@]}"; do
    [ -f "$folder/results/$name.found" ] || continue
    read -r found seed spent <"$folder/results/$name.found"
    times+=("$spent")
    if [ "$found" = - ]; then
        survived=$((survived + 1))
    elif [[ $seed =~ ^[0-9]+$ ]] && [ "$seed" -gt $last ]; then
        last=$seed
    fi
done
seconds=1000000
hunt control $last
read -r found seed spent <"$folder/results/control.found"
control=passed
[ "$found" = - ] || control="FAILED at seed $seed ($found): what was found above may be that"
mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
median=${times[$((${#times[@]} / 2))]}
printf 'control: seeds 1 to %d %s, in %d CPU s\n' $last "$control" $((spent / 1000))
printf '%d mutants: %d found, %d survived, %d broken; median %d.%d CPU s\n' ${#names[@]} \
    $((${#times[@]} - survived)) $survived $broken $((median / 1000)) $((median % 1000 / 100))
if [ -n "$markdown" ]; then
    printf -v summary '%d of %d are found, half of them within %d.%d CPU seconds, by: %s. %s' \
        $((${#times[@]} - survived)) ${#names[@]} $((median / 1000)) $((median % 1000 / 100)) \
        "$(finders)" "The tree without a bug, over seeds 1 to $last: $control."
    if [ "$markdown" = - ]; then
        table "$summary"
    else
        table "$summary" | put_into "$markdown"
    fi
fi
[ $survived -eq 0 ] && [ $broken -eq 0 ] && [ "$control" = passed ]
