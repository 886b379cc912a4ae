/* table.h - the grid of OM(m) over generals, traitors and m, each cell decided by composition and
 * held against the formula of om_proof.h. */
#ifndef STRATEGOS_PROVE_TABLE_H
#define STRATEGOS_PROVE_TABLE_H

#include "prove/om_proof.h"

struct table_cell {
    struct om_question question;
    bool ic1;
    bool ic2;
    bool is_as_formula;
};

struct proof_table {
    unsigned generals_max;
    unsigned m_max;
    size_t count;
    struct table_cell *cells; /* by m, generals, traitors; owned */
};

/* n = 3 .. generals_max, m = 1 .. min(m_max, n - 2), k = 1 .. n - 2. */
MUST_USE enum error proof_table_init(struct proof_table *table, unsigned generals_max,
                                     unsigned m_max, struct error_text *text);
void proof_table_fini(struct proof_table *table);

/* NULL if the grid has no such cell. */
const struct table_cell *proof_table_cell(const struct proof_table *table, unsigned generals,
                                          unsigned m, unsigned traitors);

/* Cells where the formula is wrong. */
size_t proof_table_mismatches(const struct proof_table *table);

#endif
