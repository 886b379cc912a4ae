#!/usr/bin/env bash
# sim_json.sh SOURCE BUILD [--write] - games come out byte for byte as they are on record, whatever
# compiler and options made the program: the JSON of every scenario, and of many seeds with every
# strategy. --write puts them on record: after a change that is meant to change games.
set -euo pipefail
source=$1
sim=$2/bin/strategos-sim
record=$source/tests/data/sim_json.sha256
[ -x "$sim" ] || { echo "there is no $sim"; exit 1; }
cd "$source"

STRATEGIES=(loyal silent lie flip split random late garbage forge truncate replay collude)

play() { # OPTION...: the game and the exit status
    local status=0
    "$sim" generals --json "$@" 2>/dev/null || status=$?
    echo "$status"
}

digest() { # NAME: of what comes in
    local sum
    sum=$(sha256sum)
    echo "${sum%% *}  $1"
}

all() {
    local file strategy seed
    for file in configs/scenarios/*.conf; do
        play --scenario "$file" | digest "$file"
    done
    for strategy in "${STRATEGIES[@]}"; do
        for seed in 1 2 3 4; do
            play --algorithm om --generals 7 --m 2 --traitors-count 2 --strategy "$strategy" \
                --seed "$seed"
            play --algorithm sm --generals 5 --m 2 --traitors-count 2 --strategy "$strategy" \
                --seed "$seed"
            play --algorithm om --graph petersen --m 1 --traitors-count 1 --strategy "$strategy" \
                --seed "$seed"
            play --algorithm sm --graph random:50 --generals 9 --m 2 --traitors-count 2 --beyond \
                --strategy "$strategy" --seed "$seed"
            play --algorithm naive --generals 9 --traitors-count 3 --strategy "$strategy" \
                --seed "$seed"
            play --algorithm om --interactive-consistency --generals 4 --traitors-count 1 \
                --strategy "$strategy" --seed "$seed"
        done | digest "seeds of $strategy"
    done
}

if [ "${3:-}" = --write ]; then
    all >"$record"
    exit
fi
diff "$record" <(all) || {
    echo "these games are not what they were: if that is meant, $0 SOURCE BUILD --write"
    exit 1
}
