/* table.c - see table.h. */
#include "prove/table.h"

#include <stdlib.h>

static enum error add_cell(struct proof_table *table, unsigned n, unsigned m, unsigned k,
                           struct error_text *text)
{
    struct table_cell *cell = &table->cells[table->count];
    struct om_proof proof;
    cell->question = (struct om_question){n, m, k};
    TRY(om_proof_decide(&cell->question, OUTCOMES_DECIDE, &proof, text));
    cell->ic1 = proof.ic1;
    cell->ic2 = proof.ic2;
    cell->is_as_formula = om_formula_holds(&cell->question) == (proof.ic1 && proof.ic2);
    table->count++;
    return OK;
}

static enum error add_cells(struct proof_table *table, struct error_text *text)
{
    for (unsigned m = 1; m <= table->m_max; m++) {
        for (unsigned n = m + 2; n <= table->generals_max; n++) {
            for (unsigned k = 1; k + 2 <= n; k++) {
                TRY(add_cell(table, n, m, k, text));
            }
        }
    }
    return OK;
}

enum error proof_table_init(struct proof_table *table, unsigned generals_max, unsigned m_max,
                            struct error_text *text)
{
    size_t most = (size_t)m_max * (generals_max + 1) * (generals_max + 1) + 1;
    *table = (struct proof_table){.generals_max = generals_max, .m_max = m_max};
    table->cells = calloc(most, sizeof *table->cells);
    if (table->cells == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a table");
    }
    enum error error = add_cells(table, text);
    if (error != OK) {
        proof_table_fini(table);
    }
    return error;
}

void proof_table_fini(struct proof_table *table)
{
    free(table->cells);
    *table = (struct proof_table){.count = 0};
}

const struct table_cell *proof_table_cell(const struct proof_table *table, unsigned generals,
                                          unsigned m, unsigned traitors)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct om_question *question = &table->cells[i].question;
        if (question->generals == generals && question->m == m && question->traitors == traitors) {
            return &table->cells[i];
        }
    }
    return NULL;
}

size_t proof_table_mismatches(const struct proof_table *table)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        count += !table->cells[i].is_as_formula;
    }
    return count;
}
