/* scenario_lies.h - whether the lies of a scenario can be told. */
#ifndef STRATEGOS_GENERALS_SCENARIO_LIES_H
#define STRATEGOS_GENERALS_SCENARIO_LIES_H

#include "generals/scenario.h"

/* The last part of scenario_check: the rest has been checked. */
MUST_USE enum error scenario_check_lies(const struct scenario *scenario, struct error_text *text);

#endif
