/* prove_bench.c - proofs of OM(m): how fast one core goes through strategies, and how long the
 * composition takes. */
#include "base/assert.h"
#include "prove/om_plan.h"
#include "prove/table.h"
#include "support_clock.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCKS (UINT64_C(1) << 21) /* 2^30 strategies */

static double seconds(void)
{
    return (double)bench_wall_ns() / 1e9;
}

static void bench_enumeration(bool is_commander_loyal)
{
    struct om_question question = {7, 2, 2};
    struct om_plan plan;
    struct om_counts counts = {.first = UINT64_MAX};
    enum error error = om_plan_init(&plan, &question, is_commander_loyal, ATTACK, NULL);
    ASSERT(error == OK);
    struct lanes *slots = malloc(plan.slot_count * sizeof *slots);
    ASSERT(slots != NULL);
    double begin = seconds();
    om_plan_run(&plan, 0, BLOCKS, slots, &counts);
    double took = seconds() - begin;
    (void)printf("enumerate OM(2) n=7 k=2, commander %-7s  %.2f s for 2^30, %.2f * 10^9/s\n",
                 is_commander_loyal ? "loyal" : "traitor", took,
                 (double)counts.strategies / took / 1e9);
    ASSERT(counts.ic1_broken == 0 && counts.ic2_broken == 0);
    free(slots);
    om_plan_fini(&plan);
}

static void bench_table(unsigned generals, unsigned m)
{
    struct proof_table table;
    double begin = seconds();
    enum error error = proof_table_init(&table, generals, m, NULL);
    ASSERT(error == OK && proof_table_mismatches(&table) == 0);
    (void)printf("compose the table n <= %u, m <= %u: %zu cells     %.4f s\n", generals, m,
                 table.count, seconds() - begin);
    proof_table_fini(&table);
}

static void bench_lies(unsigned generals, unsigned m, unsigned traitors)
{
    struct om_question question = {generals, m, traitors};
    struct om_proof proof;
    double begin = seconds();
    enum error error = om_proof_decide(&question, om_proof_goal(generals), &proof, NULL);
    ASSERT(error == OK && !proof.ic1);
    (void)printf("lies that break OM(%u) n=%-2u k=%u: %-3u               %.4f s\n", m, generals,
                 traitors, proof.cheapest.lies, seconds() - begin);
}

int main(void)
{
    bench_enumeration(true);
    bench_enumeration(false);
    bench_table(10, 3);
    bench_table(16, 5);
    bench_lies(7, 2, 3);
    bench_lies(10, 3, 4);
    bench_lies(16, 5, 6);
    return 0;
}
