#!/usr/bin/env bash
# hardening.sh SOURCE BUILD - programs and library of a release are hardened: position independent,
# relocations read-only and bound at start, stack protected and not executable.
set -euo pipefail
cd "$2"

status=0
expect() { # FILE WHAT PATTERN READELF-OPTION
    if ! readelf -W "$4" "$1" | grep -E "$3" >/dev/null; then # -q would break the pipe
        echo "$1: not $2"
        status=1
    fi
}

for file in bin/strategos bin/strategosd src/client/libstrategos.so; do
    expect "$file" "position independent" 'Type: +DYN ' -h
    expect "$file" "with read-only relocations" 'GNU_RELRO' -l
    expect "$file" "bound at start" 'BIND_NOW|Flags:.* NOW' -d
    expect "$file" "with a stack that is not executable" 'GNU_STACK.* RW +0x' -l
    expect "$file" "stack protected" '__stack_chk_fail' --dyn-syms
    expect "$file" "using checked string functions" '_chk@' --dyn-syms
done
for program in bin/strategos bin/strategosd; do
    expect "$program" "an executable that loads anywhere" 'Flags:.* PIE' -d
done
exit $status
