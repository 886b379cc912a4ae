/* answers.c - lies to clients. A client believes f+1 equal results, so f liars must not matter. */
#include "traitors/families.h"

#define INVENTED_BYTES 24u

/* One result of several, another one. False if there is no room. */
static bool change_reply(struct traitor *t, struct replies *replies)
{
    struct reply *all = arena_take_array(&t->arena, replies->count, sizeof *all);
    uint8_t *result = arena_take(&t->arena, INVENTED_BYTES);
    if (all == NULL || result == NULL) {
        return false;
    }
    memcpy(all, replies->replies, replies->count * sizeof *all);
    struct reply *one = &all[traitor_draw(t, replies->count)];
    if (traitor_draw(t, 3) == 0) {
        one->outcome = one->outcome == OUTCOME_DONE ? OUTCOME_REFUSED : OUTCOME_DONE;
    } else {
        traitor_draw_bytes(t, result, INVENTED_BYTES);
        one->result = slice_of(result, INVENTED_BYTES);
    }
    replies->replies = all;
    return true;
}

/* Results of requests that nobody has made yet. */
static void answer_ahead(struct traitor *t, link_nr link, const struct replies *replies)
{
    uint8_t result[INVENTED_BYTES];
    traitor_draw_bytes(t, result, sizeof result);
    struct reply invented = {.outcome = OUTCOME_DONE, .result = slice_of(result, sizeof result)};
    struct replica_message message = {
        .kind = REPLICA_REPLIES,
        .replies = {.session = replies->session,
                    .first = replies->first + replies->count,
                    .count = 1,
                    .replies = &invented},
    };
    if (message.replies.first < UINT64_MAX) {
        traitor_say_answer(t, link, &message);
    }
}

static enum fate lie_about_results(struct traitor *t, link_nr link, struct replica_message *message)
{
    struct replies *replies = &message->replies;
    switch (traitor_draw(t, 4)) {
    case 0: { /* there are none any more */
        struct session_gone gone = {
            .session = replies->session,
            .before = traitor_draw(t, 2) == 0 ? UINT64_MAX : replies->first + replies->count};
        *message = (struct replica_message){.kind = REPLICA_SESSION_GONE, .session_gone = gone};
        return FATE_CHANGED;
    }
    case 1: /* those of other requests */
        if (replies->first < UINT64_MAX / 2) {
            replies->first++;
            return FATE_CHANGED;
        }
        break;
    case 2:
        answer_ahead(t, link, replies);
        break;
    default:
        break;
    }
    return change_reply(t, replies) ? FATE_CHANGED : FATE_PASS;
}

static enum fate lie(struct traitor *t, link_nr link, struct replica_message *message)
{
    static const uint8_t invented[] = "invented";
    if (message->kind == REPLICA_REPLIES) {
        return lie_about_results(t, link, message);
    }
    if (message->kind == REPLICA_QUERY_REPLY) {
        message->query_reply.height++;
        message->query_reply.reply.result = slice_of(invented, sizeof invented);
        return FATE_CHANGED;
    }
    if (message->kind == REPLICA_STATUS) {
        message->status.height++;
        message->status.digest.bytes[0] ^= 1;
        return FATE_CHANGED;
    }
    return FATE_PASS;
}

const struct strategy strategy_wrong_answers = {
    .info = {"wrong-answers", "tells clients other results, early ones, or that all is gone"},
    .on_answer = lie,
};

static enum fate claim_to_be_busy(struct traitor *t, link_nr link, struct replica_message *message)
{
    static const uint32_t waits_ms[] = {0, 1, 1000, 60000, UINT32_MAX};
    (void)link;
    if (message->kind != REPLICA_REPLIES) {
        return FATE_PASS;
    }
    struct busy busy = {.session = message->replies.session};
    busy.sequence = 1 + traitor_draw(t, 64);
    busy.retry_after_ms = waits_ms[traitor_draw(t, sizeof waits_ms / sizeof waits_ms[0])];
    *message = (struct replica_message){.kind = REPLICA_BUSY, .busy = busy};
    return FATE_CHANGED;
}

const struct strategy strategy_busy_lies = {
    .info = {"busy-lies", "tells clients that it took nothing, instead of their results"},
    .on_answer = claim_to_be_busy,
};

/* The same wrong results of all, and the same ones from each member. */
static bool invent_replies(struct traitor *t, struct replies *replies)
{
    static const uint8_t invented[] = "all that was asked for is done";
    struct reply *all = arena_take_array(&t->arena, replies->count, sizeof *all);
    if (all == NULL) {
        return false;
    }
    for (size_t i = 0; i < replies->count; i++) {
        all[i] =
            (struct reply){.outcome = OUTCOME_DONE, .result = slice_of(invented, sizeof invented)};
    }
    replies->replies = all;
    return true;
}

static enum fate lie_twice(struct traitor *t, link_nr link, struct replica_message *message)
{
    if (message->kind != REPLICA_REPLIES || !invent_replies(t, &message->replies)) {
        return FATE_PASS;
    }
    traitor_say_answer(t, link, message);
    return FATE_CHANGED;
}

const struct strategy strategy_lie_twice = {
    .info = {"lie-twice", "tells clients wrong results, each of them twice, all traitors the same"},
    .on_answer = lie_twice,
};
