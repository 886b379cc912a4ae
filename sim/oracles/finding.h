/* finding.h - the first thing that an oracle found wrong, in words. */
#ifndef STRATEGOS_ORACLES_FINDING_H
#define STRATEGOS_ORACLES_FINDING_H

#include "oracles/oracle.h"

struct oracle_finding {
    bool is_set;
    char text[ORACLE_TEXT_BYTES];
};

/* Later ones are not noted: what follows the first may follow from it. */
__attribute__((format(printf, 2, 3))) void oracle_finding_note(struct oracle_finding *finding,
                                                               const char *format, ...);
/* NULL: nothing was found. */
const char *oracle_finding_text(const struct oracle_finding *finding);

/* The first 8 bytes of a digest in hexadecimal. */
struct oracle_hex {
    char text[17];
};
struct oracle_hex oracle_hex_of(const struct digest *digest);

#endif
