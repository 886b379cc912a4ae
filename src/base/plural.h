/* plural.h - the ending of a counted word in a message for people: "%u traitor%s". */
#ifndef STRATEGOS_BASE_PLURAL_H
#define STRATEGOS_BASE_PLURAL_H

#include <stdint.h>

static inline const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

#endif
