#!/bin/bash
# group.sh - one table of what a fresh, durable group of four on this machine does.
#
# For each line a group is made and started, loaded by `strategos bench`, and removed with its data;
# a figure is the median of several runs. Needs a release build.
set -euo pipefail

usage() {
    cat <<'END'
usage: tests/bench/group.sh [--build DIR] [--runs N] [--seconds S] [--only PATTERN]

  --build DIR      where bin/strategos and bin/strategosd are (default: build/release)
  --runs N         runs for each line; the median counts (default: 3)
  --seconds S      measured in each run, after one second to warm up (default: 5)
  --only PATTERN   only lines whose name matches this, such as 'small*'

The groups' data goes to $TMPDIR (default /tmp), up to some GB at a time, and is removed.
END
}

build=build/release runs=3 seconds=5 only='*'
while [ $# -gt 0 ]; do
    case $1 in
    --build) build=${2:?} && shift 2 ;;
    --runs) runs=${2:?} && shift 2 ;;
    --seconds) seconds=${2:?} && shift 2 ;;
    --only) only=${2:?} && shift 2 ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
done
strategos=$build/bin/strategos
if [ ! -x "$strategos" ] || [ ! -x "$build/bin/strategosd" ]; then
    echo "group.sh: no programs in $build/bin; build them first, or name the folder by --build" >&2
    exit 2
fi
strategos=$(realpath "$strategos")

work=$(mktemp -d "${TMPDIR:-/tmp}/strategos-bench.XXXXXX")
group=$work/group
up_pid=

stop_group() {
    if [ -n "$up_pid" ]; then
        kill -INT "$up_pid" 2>/dev/null || true
        wait "$up_pid" 2>/dev/null || true
        up_pid=
    fi
    rm -rf "$group"
}

clean_up() {
    stop_group
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# Eight ports in a row that nobody listens on.
find_ports() {
    local base port
    for _ in $(seq 50); do
        base=$((20000 + RANDOM % 10000))
        for port in $(seq $base $((base + 7))); do
            if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
                continue 2
            fi
        done
        echo $base
        return
    done
    echo "group.sh: found no free ports" >&2
    return 1
}

start_group() {
    "$strategos" init "$group" --replicas 4 --base-port "$(find_ports)" >/dev/null
    "$strategos" up "$group" >"$work/up.log" 2>&1 &
    up_pid=$!
    if ! "$strategos" --group "$group" --timeout 60 status --wait 4 >/dev/null; then
        cat "$work/up.log" >&2
        return 1
    fi
}

# The number under a key of a JSON object, one key a line.
number() {
    sed -n "s/^ *\"$1\": \([0-9.]*\).*/\1/p" "$2"
}

median() {
    sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

# Of the key $1 over all runs.
median_of() {
    local run
    for run in $(seq "$runs"); do
        number "$1" "$work/run-$run.json"
    done | median
}

# The largest anonymous resident memory of a replica, in MB.
memory_mb() {
    local pid most=0 kb
    for pid in $(pgrep -P "$up_pid"); do
        kb=$(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status")
        most=$((kb > most ? kb : most))
    done
    echo $((most / 1024))
}

format='%-22s %9s %9s %9s %9s %9s %9s %7s %8s %8s %7s\n'

# line NAME BENCH-OPTION...
line() {
    local name=$1 run key row
    shift
    # shellcheck disable=SC2053 # a pattern is wanted
    [[ $name == $only ]] || return 0
    start_group
    for run in $(seq "$runs"); do
        "$strategos" --group "$group" --timeout 60 bench --seconds "$seconds" --json "$@" \
            >"$work/run-$run.json"
    done
    row=()
    for key in ops_per_s p50_us p90_us p99_us p999_us max_us errors sync_us rtt_us; do
        row+=("$(printf '%.0f' "$(median_of $key)")")
    done
    # shellcheck disable=SC2059 # the format is ours
    printf "$format" "$name" "${row[@]}" "$(memory_mb)"
    stop_group
}

echo "four replicas and the client on $(nproc) cores, synced ledgers in $work, encrypted links;"
echo "medians of $runs runs of $seconds s; times in microseconds, memory in MB of the largest replica"
echo
# shellcheck disable=SC2059
printf "$format" load ops/s p50 p90 p99 p99.9 max errors sync rtt memory
for in_flight in 1 16 256; do
    line "small-$in_flight" --payload 100 --in-flight $in_flight
done
line small-saturated --payload 100 --in-flight 2048
for in_flight in 1 16 256; do
    line "large-$in_flight" --payload 16384 --in-flight $in_flight
done
line 32-clients-of-1 --payload 100 --clients 32 --in-flight 1
