#!/usr/bin/env bash
# toplevel.sh SOURCE BUILD - the root holds what a newcomer is told of, and nothing else.
set -euo pipefail
cd "$1"

AGREED=(.ci .clang-format .clang-tidy .gitignore CMakeLists.txt CMakePresets.json LICENSE README.md
        check configs docs include proto quickstart sim src tests)
# Not ours to judge: git's own, and what .gitignore names.
IGNORED=(.git build 'build-*' .cache compile_commands.json)

status=0
shopt -s dotglob
for entry in *; do
    for known in "${AGREED[@]}" "${IGNORED[@]}"; do
        # shellcheck disable=SC2053 # IGNORED holds patterns
        [[ $entry == $known ]] && continue 2
    done
    echo "the root may not hold $entry"
    status=1
done
exit $status
