/* prove_table.c - the grid of OM(m), on the terminal, as JSON and as a picture. */
#include "command/prove_result.h"
#include "command/prove_svg.h"
#include "prove/table.h"

#include <jansson.h>
#include <stdio.h>

static const char *mark_of(const struct table_cell *cell)
{
    if (cell->ic1 && cell->ic2) {
        return "yes";
    }
    return cell->ic2 ? "ic2" : cell->ic1 ? "ic1" : "no";
}

static void print_cell(const struct table_cell *cell, bool has_colour)
{
    if (cell == NULL) {
        (void)printf("     ");
        return;
    }
    bool holds = cell->ic1 && cell->ic2;
    const char *colour = !has_colour ? ""
                         : holds     ? "\x1b[32m"
                         : cell->ic2 ? "\x1b[33m"
                                     : "\x1b[31m";
    (void)printf(" %s%3s%s%s", colour, mark_of(cell), colour[0] == '\0' ? "" : "\x1b[0m",
                 cell->is_as_formula ? " " : "!");
}

static void print_text(const struct proof_table *table)
{
    bool has_colour = prove_has_colour();
    size_t mismatches = proof_table_mismatches(table);
    (void)printf("OM(m) of n generals, k of them traitors: every strategy of every placement\n"
                 "yes: IC1 and IC2 hold; ic1, ic2: only that one does; no: neither\n");
    for (unsigned m = 1; m <= table->m_max && m + 2 <= table->generals_max; m++) {
        (void)printf("\n  OM(%u)", m);
        for (unsigned k = 1; k + 2 <= table->generals_max; k++) {
            (void)printf(" %s%-2u ", "k=", k);
        }
        (void)putchar('\n');
        for (unsigned n = m + 2; n <= table->generals_max; n++) {
            (void)printf("  n=%-3u ", n);
            for (unsigned k = 1; k + 2 <= n; k++) {
                print_cell(proof_table_cell(table, n, m, k), has_colour);
            }
            (void)putchar('\n');
        }
    }
    (void)printf("\n%zu cells, %zu of them not as the formula has it: both hold if and only if\n"
                 "n > 2k + m and k <= m\n",
                 table->count, mismatches);
}

static void print_json(const struct proof_table *table)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        (void)json_array_append_new(
            cells, json_pack("{s:i, s:i, s:i, s:b, s:b, s:b}", "generals",
                             (int)cell->question.generals, "m", (int)cell->question.m, "traitors",
                             (int)cell->question.traitors, "ic1", (int)cell->ic1, "ic2",
                             (int)cell->ic2, "formula", (int)om_formula_holds(&cell->question)));
    }
    json_t *page = json_pack("{s:i, s:i, s:I, s:o}", "generals_max", (int)table->generals_max,
                             "m_max", (int)table->m_max, "mismatches",
                             (json_int_t)proof_table_mismatches(table), "cells", cells);
    (void)json_dumpf(page, stdout, JSON_INDENT(1));
    (void)putchar('\n');
    json_decref(page);
}

int prove_table(const struct prove_settings *settings)
{
    struct proof_table table;
    struct error_text text = {""};
    enum error error = proof_table_init(&table, settings->table_generals, settings->table_m, &text);
    if (error != OK) {
        return prove_fail(settings, error, &text);
    }
    if (settings->svg != NULL) {
        error = prove_svg(&table, settings->svg, &text);
    }
    if (error == OK && settings->json) {
        print_json(&table);
    } else if (error == OK) {
        print_text(&table);
    }
    int exit_code = error != OK                           ? prove_fail(settings, error, &text)
                    : proof_table_mismatches(&table) == 0 ? EXIT_DONE
                                                          : EXIT_REFUSED;
    proof_table_fini(&table);
    return exit_code;
}
