/* scenario_table.h - every setting of a scenario file in one table: the options of
 * `strategos-sim generals` are judged by the same rows. */
#ifndef STRATEGOS_GENERALS_SCENARIO_TABLE_H
#define STRATEGOS_GENERALS_SCENARIO_TABLE_H

#include "config/schema.h"

#define SCENARIO_FORMAT_VERSION 1

enum scenario_section { SCENARIO_ROOT, SCENARIO_LIE, SCENARIO_SECTION_COUNT };

enum scenario_setting {
    SCENARIO_FORMAT,
    SCENARIO_NAME,
    SCENARIO_TEXT,
    SCENARIO_ALGORITHM,
    SCENARIO_GENERALS,
    SCENARIO_M,
    SCENARIO_COMMANDER,
    SCENARIO_ORDERS,
    SCENARIO_ORDER,
    SCENARIO_INTERACTIVE,
    SCENARIO_PRIVATE_ORDERS,
    SCENARIO_TRAITORS,
    SCENARIO_TRAITORS_COUNT,
    SCENARIO_STRATEGY,
    SCENARIO_LIE_ORDER,
    SCENARIO_GRAPH,
    SCENARIO_EDGES,
    SCENARIO_P,
    SCENARIO_ROUND_RULE,
    SCENARIO_BEYOND,
    SCENARIO_SEED,
    SCENARIO_MEMORY_MIB,
    SCENARIO_EXPECT_IC1,
    SCENARIO_EXPECT_IC2,
    SCENARIO_EXPECT_REFUSED,
    SCENARIO_LIE_PATH, /* of a `lie` section, as all below */
    SCENARIO_LIE_FROM,
    SCENARIO_LIE_TO,
    SCENARIO_LIE_SAYS,
    SCENARIO_SETTING_COUNT
};

/* Sections and parameters as above. */
const struct schema *scenario_schema(void);

/* The table's row. */
const struct parameter *scenario_parameter(enum scenario_setting setting);

#endif
