#!/bin/sh
# layering.sh ROOT - includes point down only, and each library is seen by one layer.
# Prints each violation; exits 1 if there is any.
set -eu
root=$1
cd "$root"
find src $([ ! -d sim ] || echo sim) -name '*.[ch]' | sort | xargs awk '
BEGIN {
    # What each layer may include, itself apart.
    uses["base"] = ""
    uses["console"] = "base"
    uses["crypto"] = "base"
    uses["wire"] = "base crypto"
    uses["agreement"] = "base crypto wire"
    uses["replica"] = "base crypto wire agreement"
    uses["machine"] = "base crypto wire"
    uses["storage"] = "base crypto wire machine"
    uses["transport"] = "base crypto wire"
    uses["config"] = "base crypto wire"
    uses["client"] = "base crypto wire transport config"
    uses["node"] = "base crypto wire agreement replica machine storage transport config"
    uses["daemon"] = uses["node"] " node"
    uses["cmd"] = uses["node"] " client node daemon console"
    # The simulator: no socket, no LMDB, no clock of its own in what decides.
    uses["ideal"] = "base crypto wire agreement"
    uses["explore"] = "base crypto wire agreement ideal"
    uses["generals"] = "base crypto wire agreement config ideal"
    uses["prove"] = uses["generals"] " generals"
    uses["draw"] = uses["generals"] " generals"
    uses["disk"] = "base machine storage"
    uses["oracles"] = "base crypto wire agreement machine"
    uses["traitors"] = uses["oracles"] " replica storage transport node"
    uses["cluster"] = uses["traitors"] " config client ideal disk oracles traitors"
    uses["campaign"] = uses["cluster"] " cluster"
    uses["draw_cluster"] = uses["cluster"] " cluster draw"
    uses["command"] = uses["campaign"] " campaign draw_cluster " uses["generals"] " generals prove draw explore console"
    # A traitor in a real group: a program of its own.
    uses["live"] = uses["cmd"] " cmd traitors"
    # Which layers may see a library.
    library["sodium.h"] = "crypto"
    library["sodium/"] = "crypto"
    library["protobuf-c/"] = "wire"
    library["strategos.pb-c.h"] = "wire"
    library["nanomsg/"] = "transport"
    library["lmdb.h"] = "storage"
    library["confuse.h"] = "config"
    library["jansson.h"] = "cmd command"
    # What pure code may see of the system, and of layers that are not pure themselves.
    pure_system = " stdbool.h stddef.h stdint.h string.h stdalign.h limits.h "
    pure_wire = " wire/message.h wire/limits.h wire/digests.h "
}
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function bad(why) { printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0; violations++ }
FNR == 1 {
    split(FILENAME, part, "/")
    layer = part[2]
    is_pure = layer == "agreement" || layer == "replica" || FILENAME ~ /^src\/client\/core/
    if (!(layer in uses)) { printf "%s: no layer is called \"%s\"\n", FILENAME, layer; violations++ }
}
/^[ \t]*#[ \t]*include/ {
    name = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", name)
    sub(/[>"].*$/, "", name)
    for (prefix in library)
        if (index(name, prefix) == 1 && !has(library[prefix], layer))
            bad("only " library[prefix] " may see this library")
    if ($0 ~ /</) {
        if (is_pure && index(pure_system, " " name " ") == 0)
            bad("pure code sees neither clock nor system")
    } else if (name in library) {
        next
    } else {
        split(name, target, "/")
        if (target[1] == "strategos")
            next
        if (target[1] != layer && !has(uses[layer], target[1]))
            bad(layer " may not look up to " target[1])
        if (is_pure && target[1] == "wire" && index(pure_wire, " " name " ") == 0)
            bad("pure code neither encodes nor decodes")
    }
}
END { exit violations > 0 }'
