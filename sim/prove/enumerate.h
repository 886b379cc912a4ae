/* enumerate.h - OM(m) against every strategy, one by one, on all cores.
 *
 * What is left out, and why it may be:
 *  - placements: lieutenants differ in name only, so one placement of k traitors among them stands
 *    for all C(n-1, k), and one with the commander for all C(n-1, k-1);
 *  - what traitors tell each other: they share one mind, and no loyal general sees it;
 *  - the order of a commander who is a traitor: he has told each what he liked.
 * So there are three cases: the commander loyal with order ATTACK, with RETREAT, and a traitor.
 * Attack and retreat cannot be exchanged, because ties are RETREAT. OM(2) of 7 generals, 2 of them
 * traitors: 2 * 2^40 + 2^30 strategies are left of 30 * 2^40 + 6 * 2^30. Strategies are not reduced
 * any further: what is counted as broken is the number of strategies that break it. */
#ifndef STRATEGOS_PROVE_ENUMERATE_H
#define STRATEGOS_PROVE_ENUMERATE_H

#include "prove/om_plan.h"
#include "prove/tally.h"

#define ENUMERATION_CASES_MAX 3u
#define ENUMERATION_JOBS_MAX  256u

struct enumeration {
    struct om_question question;
    unsigned case_count;
    struct om_plan plans[ENUMERATION_CASES_MAX];
    uint64_t ends[ENUMERATION_CASES_MAX]; /* blocks of the cases so far */
    uint64_t chunk_blocks;
    uint32_t chunk_count;
    uint64_t strategies; /* of all cases */
};

/* ERROR_LIMIT: too many choices. A question with no loyal lieutenant has no case. */
MUST_USE enum error enumeration_init(struct enumeration *enumeration,
                                     const struct om_question *question, struct error_text *text);
void enumeration_fini(struct enumeration *enumeration);

struct enumeration_work {
    unsigned jobs;        /* threads, 1 .. ENUMERATION_JOBS_MAX */
    uint32_t shard_index; /* from 1 */
    uint32_t shard_count;
    uint32_t chunks_max; /* stop after so many; 0: no bound */
    /* Called a few times a second from the caller's thread while the others wait with their
     * results: `left` chunks of this shard are to be done. False ends the work early. */
    bool (*watch)(void *context, const struct tally *tally, uint32_t left);
    void *context;
};

/* Does what `tally` does not cover of the shard and adds it. `tally` is of this question and cut
 * into enumeration->chunk_count chunks. */
MUST_USE enum error enumeration_run(const struct enumeration *enumeration,
                                    const struct enumeration_work *work, struct tally *tally,
                                    struct error_text *text);

/* The tally's first break as the script of a scenario: lies where a choice is not what is due. It
 * is played once, for what must come out. */
MUST_USE enum error enumeration_scenario(const struct enumeration *enumeration,
                                         const struct tally *tally, struct scenario *scenario,
                                         struct error_text *text);

#endif
