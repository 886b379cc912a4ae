/* core_replies.c - what replicas say of requests, and when it is believed: f+1 equal replies from
 * distinct replicas, so that a loyal one is among them. See core.h. */
#include "client/core_state.h"

#include "base/assert.h"

#define BUSY_NS_MIN    (10 * MILLISECOND_NS)
#define BUSY_DOUBLINGS 6u
#define NONE_ACCEPTED  UINT8_MAX

static enum verdict count_verdict(struct peer *peer, enum verdict verdict)
{
    peer->verdicts[verdict]++;
    return verdict;
}

void client_core_tell(struct client_core *core, void *tag, enum client_status status,
                      const struct reply *reply)
{
    struct client_result result = {.tag = tag, .status = status};
    if (reply != NULL) {
        result.outcome = reply->outcome;
        result.result = reply->result;
    }
    core->settings.ops.on_result(core->settings.ops.context, &result);
}

/* It never leaves this process; its domain only has to be one of ours. */
static void digest_result(struct slice result, struct digest *digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_SESSION);
    digest_add(&state, result);
    digest_end(&state, digest);
}

static struct candidate *candidates_of(struct client_core *core, const struct request *request)
{
    size_t slot = request->number & (core->ring_size - 1);
    return core->candidates + slot * (core->settings.faults + 1);
}

static void keep_reply(struct client_core *core, const struct request *request,
                       const struct reply *reply, struct candidate *candidate)
{
    *candidate = (struct candidate){
        .size = (uint32_t)reply->result.size,
        .outcome = (uint8_t)reply->outcome,
        .kept = KEPT_INLINE,
    };
    if (reply->result.size <= INLINE_RESULT_BYTES) {
        bytes_copy(candidate->bytes, reply->result.data, reply->result.size);
        return;
    }
    if (!request->finished) {
        uint8_t *stored = pool_take(&core->results, reply->result.size);
        if (stored != NULL) {
            memcpy(stored, reply->result.data, reply->result.size);
            candidate->stored = stored;
            candidate->kept = KEPT_STORED;
            return;
        }
    }
    candidate->kept = KEPT_DIGEST;
    digest_result(reply->result, &candidate->digest);
}

static bool says(const struct candidate *candidate, const struct reply *reply)
{
    if (candidate->size != reply->result.size || candidate->outcome != (uint8_t)reply->outcome) {
        return false;
    }
    struct digest digest;
    switch ((enum kept)candidate->kept) {
    case KEPT_INLINE:
        return slice_is_equal(slice_of(candidate->bytes, candidate->size), reply->result);
    case KEPT_STORED:
        return slice_is_equal(slice_of(candidate->stored, candidate->size), reply->result);
    case KEPT_DIGEST:
        digest_result(reply->result, &digest);
        return digest_is_equal(&candidate->digest, &digest);
    case KEPT_NOT:
        break;
    }
    return true;
}

static void forget_results(struct client_core *core, const struct request *request)
{
    struct candidate *candidates = candidates_of(core, request);
    for (size_t i = 0; i < request->candidate_count; i++) {
        if (candidates[i].kept == KEPT_STORED) {
            pool_free(&core->results, candidates[i].stored);
        }
        if (candidates[i].kept != KEPT_INLINE) {
            candidates[i].kept = KEPT_NOT;
        }
    }
}

void client_core_finish_request(struct client_core *core, struct request *request,
                                enum client_status status, const struct reply *reply,
                                uint64_t now_ns)
{
    ASSERT(!request->finished);
    struct lane_part *segment = &core->segments[request->segment];
    request->finished = true;
    forget_results(core, request);
    ASSERT(core->unfinished > 0 && segment->unfinished > 0);
    core->unfinished--;
    segment->unfinished--;
    if (segment->unfinished == 0) {
        client_core_note_round_trip(core, segment, now_ns);
        client_core_advance_front(core);
    }
    while (core->oldest < core->next_number && client_core_request(core, core->oldest)->finished) {
        core->oldest++;
    }
    if (core->unfinished == 0) {
        client_core_note_idle(core);
    }
    if (!request->told) {
        request->told = true;
        core->untold--;
        client_core_tell(core, request->tag, status, reply);
    }
}

static unsigned count_bits(uint32_t bits)
{
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

/* Those who said something else than what f+1 agree on lied; count it for each. */
static void count_liars(struct client_core *core, const struct request *request,
                        const struct candidate *candidates)
{
    for (size_t i = 0; i < request->candidate_count; i++) {
        if (i == request->accepted) {
            continue;
        }
        for (size_t r = 0; r < core->settings.replica_count; r++) {
            if ((candidates[i].who >> r & 1) != 0) {
                (void)count_verdict(&core->peers[r], VERDICT_INVALID);
            }
        }
    }
}

/* What the replica said first stands; is this the same? */
static enum verdict judge_repeat(const struct request *request, const struct candidate *candidates,
                                 uint32_t bit, const struct reply *reply)
{
    for (size_t i = 0; i < request->candidate_count; i++) {
        if ((candidates[i].who & bit) != 0) {
            return says(&candidates[i], reply) ? VERDICT_DUPLICATE : VERDICT_EQUIVOCATION;
        }
    }
    return VERDICT_STALE;
}

/* The candidate that says the same; candidate_count if none does. The accepted one comes first:
 * what is forgotten equals whatever has its size, and the benefit of the doubt is the loyal one's.
 */
static size_t find_candidate(const struct request *request, const struct candidate *candidates,
                             const struct reply *reply)
{
    if (request->finished && request->accepted != NONE_ACCEPTED &&
        says(&candidates[request->accepted], reply)) {
        return request->accepted;
    }
    size_t index = 0;
    while (index < request->candidate_count && !says(&candidates[index], reply)) {
        index++;
    }
    return index;
}

/* One replica's first reply to one request. */
static enum verdict take_vote(struct client_core *core, struct request *request, replica_id from,
                              const struct reply *reply, uint64_t now_ns)
{
    /* f liars can make f wrong candidates and one is right: more than f+1 do not arise while at
     * most f lie, and are not kept. */
    size_t const room = core->settings.faults + 1;
    struct candidate *candidates = candidates_of(core, request);
    uint32_t bit = UINT32_C(1) << from;
    if ((request->spoke & bit) != 0) {
        return judge_repeat(request, candidates, bit, reply);
    }
    request->spoke |= bit;

    size_t index = find_candidate(request, candidates, reply);
    if (index == request->candidate_count) {
        if (index == room) {
            return VERDICT_INVALID;
        }
        keep_reply(core, request, reply, &candidates[index]);
        request->candidate_count++;
    }
    candidates[index].who |= bit;
    if (request->finished) {
        bool agrees = request->accepted == NONE_ACCEPTED || index == request->accepted;
        return agrees ? VERDICT_ACCEPTED : VERDICT_INVALID;
    }
    if (count_bits(candidates[index].who) > core->settings.faults) {
        request->accepted = (uint8_t)index;
        count_liars(core, request, candidates);
        client_core_finish_request(core, request, CLIENT_RESULT, reply, now_ns);
    }
    return VERDICT_ACCEPTED;
}

/* Trouble outweighs news, news outweigh repetition. */
static enum verdict weightier(enum verdict a, enum verdict b)
{
    static const uint8_t weights[VERDICT_COUNT] = {
        [VERDICT_DUPLICATE] = 1,
        [VERDICT_ACCEPTED] = 2,
        [VERDICT_INVALID] = 3,
        [VERDICT_EQUIVOCATION] = 4,
    };
    return weights[b] > weights[a] ? b : a;
}

enum verdict client_core_on_replies(struct client_core *core, replica_id from,
                                    const struct replies *replies, uint64_t now_ns)
{
    ASSERT(from < core->settings.replica_count);
    struct peer *peer = &core->peers[from];
    if (core->lost || replies->session != core->lane.session) {
        return count_verdict(peer, VERDICT_STALE);
    }
    uint64_t end = core->next_number; /* callbacks cannot move it, but nothing depends on that */
    if (replies->first == 0 || replies->count == 0 || replies->first >= end ||
        replies->count > end - replies->first) {
        return count_verdict(peer, VERDICT_INVALID);
    }

    enum verdict verdict = VERDICT_STALE;
    for (size_t i = 0; i < replies->count; i++) {
        uint64_t number = replies->first + i;
        struct request *request = client_core_request(core, number);
        if (request->number != number) {
            continue; /* finished long ago, its slot is taken again */
        }
        enum verdict one = take_vote(core, request, from, &replies->replies[i], now_ns);
        if (one == VERDICT_INVALID || one == VERDICT_EQUIVOCATION) {
            (void)count_verdict(peer, one);
        }
        verdict = weightier(verdict, one);
    }

    uint64_t last = replies->first + replies->count - 1;
    bool is_new_run = replies->first > peer->highest + 1;
    bool extends_run = replies->first < peer->run_first && last + 1 >= peer->run_first;
    if (is_new_run || extends_run) {
        peer->run_first = replies->first;
    }
    if (last > peer->highest) {
        peer->highest = last;
        client_core_note_progress(core, peer, now_ns);
    }
    peer->answered = client_core_expected(core, peer) - 1;
    client_core_note_gap(core, peer, now_ns);
    if (verdict != VERDICT_INVALID && verdict != VERDICT_EQUIVOCATION) {
        (void)count_verdict(peer, verdict);
    }
    return verdict;
}

enum verdict client_core_on_busy(struct client_core *core, replica_id from, const struct busy *busy,
                                 uint64_t now_ns)
{
    ASSERT(from < core->settings.replica_count);
    struct peer *peer = &core->peers[from];
    if (core->lost || busy->session != core->lane.session) {
        return count_verdict(peer, VERDICT_STALE);
    }
    if (busy->sequence == 0 || busy->sequence >= core->next_sequence) {
        return count_verdict(peer, VERDICT_INVALID);
    }
    uint64_t wait = (uint64_t)busy->retry_after_ms * MILLISECOND_NS;
    wait = wait < BUSY_NS_MIN ? BUSY_NS_MIN : wait;
    wait = wait << peer->busy_streak;
    wait = wait > CLIENT_RETRY_NS_MAX ? CLIENT_RETRY_NS_MAX : wait;
    if (busy->sequence < peer->next_send) {
        peer->next_send = busy->sequence;
        /* Once per wait: several may have been on their way. */
        if (peer->busy_until_ns <= now_ns) {
            peer->busy_until_ns = now_ns + wait;
            peer->busy_streak += peer->busy_streak < BUSY_DOUBLINGS;
        }
    }
    return count_verdict(peer, VERDICT_ACCEPTED);
}

/* The (f+1)-th highest bound: a loyal replica is among those who say that results below it are
 * gone. */
static uint64_t agreed_gone_before(const struct client_core *core)
{
    uint64_t agreed = 0;
    for (size_t i = 0; i < core->settings.replica_count; i++) {
        uint64_t bound = core->peers[i].gone_before;
        size_t saying = 0;
        for (size_t j = 0; j < core->settings.replica_count; j++) {
            saying += core->peers[j].gone_before >= bound;
        }
        if (bound > agreed && saying > core->settings.faults) {
            agreed = bound;
        }
    }
    return agreed;
}

enum verdict client_core_on_session_gone(struct client_core *core, replica_id from,
                                         const struct session_gone *gone, uint64_t now_ns)
{
    ASSERT(from < core->settings.replica_count);
    struct peer *peer = &core->peers[from];
    if (core->lost || gone->session != core->lane.session) {
        return count_verdict(peer, VERDICT_STALE);
    }
    if (gone->before != UINT64_MAX && gone->before > core->next_number) {
        return count_verdict(peer, VERDICT_INVALID);
    }
    if (gone->before <= peer->gone_before) {
        return count_verdict(peer, VERDICT_DUPLICATE);
    }
    peer->gone_before = gone->before;
    uint64_t agreed = agreed_gone_before(core);
    if (agreed == UINT64_MAX) {
        core->lost = true; /* the shell opens a new session, which ends what is under way */
        return count_verdict(peer, VERDICT_ACCEPTED);
    }
    for (uint64_t number = core->oldest; number < agreed && number < core->next_number; number++) {
        struct request *request = client_core_request(core, number);
        if (!request->finished) {
            request->accepted = NONE_ACCEPTED;
            client_core_finish_request(core, request, CLIENT_RESULT_LOST, NULL, now_ns);
        }
    }
    return count_verdict(peer, VERDICT_ACCEPTED);
}
