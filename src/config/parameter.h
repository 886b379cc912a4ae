/* parameter.h - every setting of the group file in one table: type, bounds, default, unit, help.
 *
 * The parser refuses by it, the generated file is commented by it, and `strategos help-config`
 * prints it. */
#ifndef STRATEGOS_CONFIG_PARAMETER_H
#define STRATEGOS_CONFIG_PARAMETER_H

#include "config/schema.h"

/* Where a setting stands. SECTION_GROUP is the file itself, outside of any braces. */
enum parameter_section {
    SECTION_GROUP,
    SECTION_MACHINE,
    SECTION_REPLICA,
    SECTION_CLIENT,
    SECTION_COUNT
};

enum parameter_id {
    PARAMETER_FORMAT,
    PARAMETER_GROUP_NAME,
    PARAMETER_MESSAGES,
    PARAMETER_TIMING,
    PARAMETER_FAULTS,
    PARAMETER_DELTA_MS,
    PARAMETER_TIME_AHEAD_MS,
    PARAMETER_DISK_LOW_MB,
    PARAMETER_MACHINE_NAME,
    PARAMETER_MACHINE_PATH,
    PARAMETER_MACHINE_DIGEST,
    PARAMETER_REPLICA_PEER,
    PARAMETER_REPLICA_CLIENT,
    PARAMETER_REPLICA_KEY,
    PARAMETER_CLIENT_KEY,
    PARAMETER_CLIENT_ROLE,
    PARAMETER_COUNT
};

/* Sections and parameters as above. */
const struct schema *parameter_schema(void);

/* The table's row. */
const struct parameter *parameter_of(enum parameter_id id);

#endif
