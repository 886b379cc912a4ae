/* traitor.c - `strategos-sim traitor`: hands over to the program strategos-traitor beside this one,
 * which has what this one must not: sockets, LMDB, clocks. */
#include "command/command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096

static const char name[] = "strategos-traitor";

/* False: where this program lies cannot be found out, or its path is too long. */
static bool find_beside(char path[PATH_BYTES])
{
    ssize_t size = readlink("/proc/self/exe", path, PATH_BYTES);
    if (size <= 0 || size >= PATH_BYTES) {
        return false;
    }
    path[size] = '\0';
    char *last = strrchr(path, '/');
    if (last == NULL || (size_t)(last + 1 - path) + sizeof name > PATH_BYTES) {
        return false;
    }
    memcpy(last + 1, name, sizeof name);
    return true;
}

int command_traitor(int argc, char **argv)
{
    char path[PATH_BYTES];
    (void)argc; /* argv ends with NULL */
    if (!find_beside(path)) {
        (void)fprintf(stderr, "strategos-sim traitor: cannot tell where strategos-sim lies\n");
        return EXIT_USAGE;
    }
    argv[0] = path;
    (void)execv(path, argv);
    (void)fprintf(stderr,
                  "strategos-sim traitor: cannot start %s: %s; it is the build's target "
                  "strategos-traitor and never installed: build it, and run strategos-sim from the "
                  "folder that it was built in\n",
                  path, strerrordesc_np(errno));
    return EXIT_USAGE;
}
