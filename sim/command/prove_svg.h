/* prove_svg.h - the table of OM(m) as a picture. */
#ifndef STRATEGOS_COMMAND_PROVE_SVG_H
#define STRATEGOS_COMMAND_PROVE_SVG_H

#include "prove/table.h"

MUST_USE enum error prove_svg(const struct proof_table *table, const char *path,
                              struct error_text *text);

#endif
