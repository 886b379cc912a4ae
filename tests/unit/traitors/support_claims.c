/* support_claims.c - see support_claims.h. */
#include "support_claims.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

struct tape claims_tape;
struct playback claims_loyal;
struct playback claims_now;

int claims_setup(void **state)
{
    (void)state;
    tape_record(&claims_tape, SIZE_MAX);
    playback_run(&claims_loyal, &claims_tape, traitor_strategy_find("ignore-clients"), 5);
    return 0;
}

int claims_teardown(void **state)
{
    (void)state;
    playback_fini(&claims_loyal);
    tape_free(&claims_tape);
    return 0;
}

void claims_play(const char *name)
{
    size_t strategy = traitor_strategy_find(name);
    assert_true(strategy != SIZE_MAX);
    claims_now = (struct playback){0};
    playback_run(&claims_now, &claims_tape, strategy, 5);
}

void claims_done(void)
{
    playback_fini(&claims_now);
}

size_t claims_count(const struct playback *playback, bool (*is_it)(const struct spoken *spoken))
{
    size_t count = 0;
    for (size_t i = 0; i < playback->spoken_count; i++) {
        count += is_it(&playback->spoken[i]) ? 1 : 0;
    }
    return count;
}

size_t claims_count_pairs(bool (*fit)(const struct spoken *one, const struct spoken *other))
{
    size_t count = 0;
    for (size_t i = 0; i < claims_now.spoken_count; i++) {
        for (size_t k = i + 1; k < claims_now.spoken_count; k++) {
            count += fit(&claims_now.spoken[i], &claims_now.spoken[k]) ? 1 : 0;
        }
    }
    return count;
}

bool claims_order(const struct spoken *spoken)
{
    return spoken->kind == PEER_PROPOSAL && spoken->voter == TAPE_SELF;
}

bool claims_vote_of(const struct spoken *spoken, enum vote_kind kind)
{
    return spoken->kind == PEER_VOTE && spoken->vote == kind && spoken->voter == TAPE_SELF;
}

bool claims_notarize(const struct spoken *spoken)
{
    return claims_vote_of(spoken, VOTE_NOTARIZE);
}

bool claims_nullify(const struct spoken *spoken)
{
    return claims_vote_of(spoken, VOTE_NULLIFY);
}

bool claims_finalize(const struct spoken *spoken)
{
    return claims_vote_of(spoken, VOTE_FINALIZE);
}

bool claims_certificate(const struct spoken *spoken)
{
    return spoken->kind == PEER_CERTIFICATE;
}

bool claims_true_order(const struct spoken *spoken)
{
    return claims_order(spoken) && spoken->is_true;
}

bool claims_block(const struct spoken *spoken)
{
    return spoken->kind == PEER_BLOCK;
}

bool claims_two_orders(const struct spoken *one, const struct spoken *other)
{
    return claims_order(one) && claims_order(other) && one->view == other->view &&
           !digest_is_equal(&one->digest, &other->digest);
}

bool claims_two_orders_to_one(const struct spoken *one, const struct spoken *other)
{
    return claims_two_orders(one, other) && one->to == other->to;
}

bool claims_double(const struct spoken *one, const struct spoken *other)
{
    return claims_notarize(one) && claims_notarize(other) && one->view == other->view &&
           one->to == other->to && !digest_is_equal(&one->digest, &other->digest);
}

bool claims_contrary(const struct spoken *one, const struct spoken *other)
{
    return one->view == other->view && one->to == other->to &&
           ((claims_nullify(one) && claims_finalize(other)) ||
            (claims_finalize(one) && claims_nullify(other)));
}

bool claims_heartbeat(const struct spoken *spoken)
{
    return spoken->kind == PEER_HEARTBEAT;
}

bool claims_true_heartbeat(const struct spoken *spoken)
{
    return spoken->kind == PEER_HEARTBEAT && spoken->is_true;
}
