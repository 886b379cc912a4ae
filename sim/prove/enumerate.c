/* enumerate.c - see enumerate.h. Threads take one chunk after the other; results are added under
 * one lock, and since they only add up, their order does not show. */
#include "prove/enumerate.h"

#include "base/assert.h"
#include "base/plural.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WATCH_EVERY_NS   200000000
#define CHUNK_BLOCKS_MIN 16u /* so that adding up stays small beside the work */

struct crew {
    const struct enumeration *enumeration;
    struct tally *tally;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t next; /* chunk to be taken */
    uint32_t end;
    uint32_t left;   /* chunks of the shard not yet in the tally */
    uint32_t budget; /* chunks that may still be taken */
    unsigned working;
    bool is_stopped;
    bool is_out_of_memory;
};

enum error enumeration_init(struct enumeration *enumeration, const struct om_question *question,
                            struct error_text *text)
{
    static const struct {
        bool is_commander_loyal;
        order_nr order;
    } cases[ENUMERATION_CASES_MAX] = {{true, ATTACK}, {true, RETREAT}, {false, RETREAT}};
    uint64_t blocks = 0;
    *enumeration = (struct enumeration){.question = *question};
    for (unsigned i = 0; i < ENUMERATION_CASES_MAX; i++) {
        struct cell root;
        if (!om_proof_root(question, cases[i].is_commander_loyal, &root) || root.loyal == 0) {
            continue;
        }
        struct om_plan *plan = &enumeration->plans[enumeration->case_count];
        enum error error =
            om_plan_init(plan, question, cases[i].is_commander_loyal, cases[i].order, text);
        if (error != OK) {
            enumeration_fini(enumeration);
            return error;
        }
        blocks += om_plan_blocks(plan);
        enumeration->strategies += UINT64_C(1) << plan->choice_count;
        enumeration->ends[enumeration->case_count++] = blocks;
    }
    enumeration->chunk_blocks = (blocks + TALLY_CHUNKS_MAX - 1) / TALLY_CHUNKS_MAX;
    if (enumeration->chunk_blocks < CHUNK_BLOCKS_MIN) {
        enumeration->chunk_blocks = CHUNK_BLOCKS_MIN;
    }
    uint64_t chunks = (blocks + enumeration->chunk_blocks - 1) / enumeration->chunk_blocks;
    enumeration->chunk_count = chunks == 0 ? 1 : (uint32_t)chunks;
    return OK;
}

void enumeration_fini(struct enumeration *enumeration)
{
    for (unsigned i = 0; i < enumeration->case_count; i++) {
        om_plan_fini(&enumeration->plans[i]);
    }
    *enumeration = (struct enumeration){.case_count = 0};
}

/* One chunk, across the borders of cases. */
static void run_chunk(const struct enumeration *enumeration, uint32_t chunk, struct lanes *slots,
                      struct tally *part)
{
    uint64_t begin = chunk * enumeration->chunk_blocks;
    uint64_t end = begin + enumeration->chunk_blocks;
    uint64_t case_begin = 0;
    tally_init(part, &enumeration->question, enumeration->chunk_count);
    tally_cover(part, chunk);
    for (unsigned i = 0; i < enumeration->case_count; i++) {
        uint64_t case_end = enumeration->ends[i];
        uint64_t from = begin > case_begin ? begin : case_begin;
        uint64_t to = end < case_end ? end : case_end;
        if (from < to) {
            struct om_counts counts = {.first = UINT64_MAX};
            om_plan_run(&enumeration->plans[i], from - case_begin, to - case_begin, slots, &counts);
            part->strategies += counts.strategies;
            part->ic1_broken += counts.ic1_broken;
            part->ic2_broken += counts.ic2_broken;
            if (!part->has_first && counts.first != UINT64_MAX) {
                part->has_first = true;
                part->first_case = i;
                part->first = counts.first;
            }
        }
        case_begin = case_end;
    }
}

static size_t slots_needed(const struct enumeration *enumeration)
{
    size_t most = 1;
    for (unsigned i = 0; i < enumeration->case_count; i++) {
        most = enumeration->plans[i].slot_count > most ? enumeration->plans[i].slot_count : most;
    }
    return most;
}

/* The next chunk that the tally lacks; under the lock. */
static bool take_chunk(struct crew *crew, uint32_t *chunk)
{
    while (crew->next < crew->end && tally_is_done(crew->tally, crew->next)) {
        crew->next++;
    }
    if (crew->is_stopped || crew->next >= crew->end || crew->budget == 0) {
        return false;
    }
    crew->budget--;
    *chunk = crew->next++;
    return true;
}

static void *work_off(void *argument)
{
    struct crew *crew = argument;
    struct lanes *slots = malloc(slots_needed(crew->enumeration) * sizeof *slots);
    struct tally *part = malloc(sizeof *part);
    uint32_t chunk;
    (void)pthread_mutex_lock(&crew->lock);
    bool is_ready = slots != NULL && part != NULL;
    if (!is_ready) {
        crew->is_out_of_memory = true;
        crew->is_stopped = true;
    }
    while (is_ready && take_chunk(crew, &chunk)) {
        (void)pthread_mutex_unlock(&crew->lock);
        run_chunk(crew->enumeration, chunk, slots, part);
        (void)pthread_mutex_lock(&crew->lock);
        enum error error = tally_add(crew->tally, part, NULL);
        ASSERT(error == OK); /* a chunk is taken once */
        crew->left--;
    }
    crew->working--;
    (void)pthread_cond_signal(&crew->changed);
    (void)pthread_mutex_unlock(&crew->lock);
    free(part);
    free(slots);
    return NULL;
}

/* Until the last thread is done; under the lock. */
static void watch(struct crew *crew, const struct enumeration_work *work)
{
    while (crew->working > 0) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WATCH_EVERY_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        (void)pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
        if (work->watch != NULL && !work->watch(work->context, crew->tally, crew->left)) {
            crew->is_stopped = true;
        }
    }
}

static void crew_init(struct crew *crew, const struct enumeration *enumeration,
                      const struct enumeration_work *work, struct tally *tally)
{
    pthread_condattr_t monotonic;
    *crew = (struct crew){.enumeration = enumeration, .tally = tally};
    crew->budget = work->chunks_max == 0 ? UINT32_MAX : work->chunks_max;
    tally_shard(tally, work->shard_index, work->shard_count, &crew->next, &crew->end);
    for (uint32_t chunk = crew->next; chunk < crew->end; chunk++) {
        crew->left += !tally_is_done(tally, chunk);
    }
    (void)pthread_mutex_init(&crew->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&crew->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

enum error enumeration_run(const struct enumeration *enumeration,
                           const struct enumeration_work *work, struct tally *tally,
                           struct error_text *text)
{
    struct crew crew;
    pthread_t threads[ENUMERATION_JOBS_MAX];
    unsigned started = 0;
    ASSERT(work->jobs >= 1 && work->jobs <= ENUMERATION_JOBS_MAX);
    if (tally->chunk_count != enumeration->chunk_count ||
        memcmp(&tally->question, &enumeration->question, sizeof tally->question) != 0) {
        return error_set(text, ERROR_FOREIGN, "the state is of OM(%u), %u generals, %u traitor%s",
                         tally->question.m, tally->question.generals, tally->question.traitors,
                         plural(tally->question.traitors));
    }
    crew_init(&crew, enumeration, work, tally);
    (void)pthread_mutex_lock(&crew.lock);
    for (; started < work->jobs; started++) {
        if (pthread_create(&threads[started], NULL, work_off, &crew) != 0) {
            break;
        }
        crew.working++;
    }
    watch(&crew, work);
    (void)pthread_mutex_unlock(&crew.lock);
    for (unsigned i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    (void)pthread_cond_destroy(&crew.changed);
    (void)pthread_mutex_destroy(&crew.lock);
    if (started == 0 || crew.is_out_of_memory) {
        return error_set(text, ERROR_MEMORY, "no memory for %u threads", work->jobs);
    }
    return OK;
}
