#!/usr/bin/env bash
# install.sh SOURCE BUILD - what is installed is all that an application, a machine and an operator
# need: programs that run, and headers and a library that pkg-config finds.
set -euo pipefail
source=$1
build=$2

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
prefix=$root/usr
cmake --install "$build" --prefix "$prefix" >"$root/log" || { cat "$root/log"; exit 1; }

config() { # the file names the prefix of the configuration; this is another
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name strategos.pc)") \
        pkg-config "--define-variable=prefix=$prefix" "$@" strategos
}
LD_LIBRARY_PATH=$(config --variable=libdir)
export LD_LIBRARY_PATH

cat >"$root/outside.c" <<'C'
#include <strategos/client.h>
#include <strategos/kv.h>
#include <string.h>

int main(void)
{
    unsigned char command[STRATEGOS_KV_COMMAND_BYTES_MAX];
    struct strategos_slice key = strategos_slice("key", strlen("key"));
    return strategos_kv_put(command, sizeof command, key, key) > 0 ? 0 : 1;
}
C
# Word splitting of the flags is wanted. shellcheck disable=SC2046
compile() { cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$@" $(config --cflags --libs); }

compile -o "$root/outside" "$root/outside.c"
"$root/outside"
for header in "$prefix"/include/strategos/*.h; do # each stands alone
    compile -fsyntax-only -x c "$header" 2>"$root/log" || { cat "$root/log"; exit 1; }
done
compile -o "$root/put_get" "$source/docs/examples/client-c/put_get.c"
compile -fPIC -shared -o "$root/bank.so" "$source/docs/examples/machine-bank/bank.c"

for program in strategos strategosd; do
    "$prefix/bin/$program" --help >/dev/null
done
[ ! -e "$prefix/bin/strategos-traitor" ] || { echo "a traitor is installed"; exit 1; }
for file in LICENSE configs/four-on-one-machine.conf 'configs/strategosd@.service' \
    generals.md pictures/om-table.svg; do
    [ -f "$prefix/share/doc/strategos/$file" ] || { echo "$file is not installed"; exit 1; }
done
