#!/usr/bin/env bash
# pictures.sh SOURCE BUILD [--write] - docs/generals.md is true: each command in it says what stands
# under it (… alone on a line: what is left out), and together they draw docs/pictures, byte for
# byte. --write puts the pictures there: after a change that is meant to change them.
set -euo pipefail
page=$1/docs/generals.md
pictures=$1/docs/pictures
PATH=$(realpath "$2")/bin:$PATH
[ -x "$2/bin/strategos-sim" ] || { echo "there is no $2/bin/strategos-sim"; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/play"
ln -s "$(realpath "$1")/configs" "$root/play/configs"

compare() { # SHOWN SAID: all of SHOWN is in SAID, in this order, with gaps only where it has …
    awk 'NR == FNR { shown[++count] = $0; next }
         { said[++last] = $0 }
         function fits(at, first, size, i)
         {
             for (i = 0; i < size && said[at + i] == shown[first + i]; i++) { }
             return i == size
         }
         END {
             at = 1
             for (i = 1; i <= count; i += size) {
                 for (is_gap = 0; shown[i] == "…"; i++) { is_gap = 1 }
                 for (size = 0; i + size <= count && shown[i + size] != "…"; size++) { }
                 if (is_gap && i + size > count && at < last - size + 1) { at = last - size + 1 }
                 while (is_gap && at <= last && !fits(at, i, size)) { at++ }
                 if (!fits(at, i, size)) { print "not said: " shown[i]; exit 1 }
                 at += size
             }
             if (at <= last) { print "not shown: " said[at]; exit 1 }
         }' "$1" "$2"
}

play() { # what was read: the command, and what is to come of it
    [ -n "$command" ] || return 0
    (cd "$root/play" && bash -c "$command") >"$root/said" 2>&1 || true
    [ ! -s "$root/shown" ] || compare "$root/shown" "$root/said" || { echo "by: $command"; exit 1; }
    command=
}

command=
is_code=no
while IFS= read -r line; do
    case $line in
    '```'*)
        play
        [ $is_code = no ] && is_code=yes || is_code=no
        ;;
    '$ '*)
        if [ $is_code = yes ]; then
            play
            command=${line#'$ '}
            : >"$root/shown"
        fi
        ;;
    *)
        if [ -n "$command" ]; then printf '%s\n' "$line" >>"$root/shown"; fi
        ;;
    esac
done <"$page"

if [ "${3:-}" = --write ]; then
    rm -f "$pictures"/*.svg
    cp "$root/play"/*.svg "$pictures"
fi
names() { grep -o '(pictures/[a-z0-9-]*\.svg)' "$page" | tr -d '()' | sort -u; }
diff <(names) <(cd "$pictures/.." && ls pictures/*.svg) || {
    echo "the page does not show these pictures, or they do not exist"
    exit 1
}
mkdir "$root/drawn"
cp "$root/play"/*.svg "$root/drawn"
diff -rq "$root/drawn" "$pictures" || {
    echo "these pictures are not what they were: if that is meant, $0 SOURCE BUILD --write"
    exit 1
}
