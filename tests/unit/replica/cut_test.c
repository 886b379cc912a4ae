/* cut_test.c - what a commander offers (fair between lanes, within the byte limit, ascending,
 * signed) and what a voter makes of a cut. */
#include "replica/cut.h"

#include "support/world.h"
#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cmocka.h>

#define BIG 200000u

struct fixture {
    struct simplex *simplex;
    struct lanes *lanes;
    uint8_t *memory;
    size_t size;
    struct public_key keys[4];
    struct public_key clients[20];
    struct lane_tip tips[TIPS_PER_ORDER_MAX];
    size_t bytes;
};

static void emit(void *context, const struct effect *effect)
{
    (void)context;
    (void)effect;
}

static size_t aligned(size_t size)
{
    return (size + 63) / 64 * 64;
}

static void begin(struct fixture *fixture)
{
    size_t simplex_size = aligned(sizeof *fixture->simplex) + aligned(simplex_pool_memory());
    size_t lanes_size = aligned(sizeof *fixture->lanes);
    *fixture = (struct fixture){.size = simplex_size + lanes_size + lanes_pool_memory()};
    fixture->memory = mmap(NULL, fixture->size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(fixture->memory != MAP_FAILED);
    fixture->simplex = (struct simplex *)(void *)fixture->memory;
    fixture->lanes = (struct lanes *)(void *)(fixture->memory + simplex_size);
    struct simplex_settings settings = {.replica_count = 4,
                                        .fault_count = 1,
                                        .delta_ns = 100 * MS,
                                        .authority = {.verify = world_verify},
                                        .effects = {.emit = emit}};
    world_genesis(&settings.genesis);
    for (size_t i = 0; i < 4; i++) {
        world_key('r', i, &fixture->keys[i]);
    }
    for (size_t i = 0; i < 20; i++) {
        world_key('c', i, &fixture->clients[i]);
    }
    settings.replica_keys = fixture->keys;
    struct simplex_base base = {.digest = settings.genesis};
    simplex_init(fixture->simplex, &settings, &base,
                 fixture->memory + aligned(sizeof *fixture->simplex));
    lanes_init(fixture->lanes, &settings.genesis, &settings.authority, &settings.effects,
               fixture->clients, 20, fixture->memory + simplex_size + lanes_size);
}

static void end(struct fixture *fixture)
{
    lanes_check(fixture->lanes, true);
    munmap(fixture->memory, fixture->size);
}

/* `count` segments of `size` bytes on a client's lane; the last one's tip. */
static struct lane_tip fill(struct fixture *fixture, size_t client, size_t count, size_t size)
{
    static char text[BIG + 1];
    struct lane_tip tip = {.lane = {.client = fixture->clients[client], .session = 1}};
    memset(text, 'x', size);
    text[size] = '\0';
    lane_digest_zero(&fixture->lanes->genesis, &tip.lane, &tip.digest);
    for (uint64_t i = 1; i <= count; i++) {
        struct buffer encoded = {0};
        struct segment segment;
        struct digest previous = tip.digest;
        world_segment(&tip.lane, i, &previous, text, &encoded, &segment, &tip.digest);
        assert_int_equal(lanes_take(fixture->lanes, &segment, SEGMENT_FROM_CLIENT, 1),
                         VERDICT_ACCEPTED);
        buffer_fini(&encoded);
    }
    tip.sequence = count;
    return tip;
}

static size_t build(struct fixture *fixture)
{
    size_t count = cut_build(fixture->simplex, fixture->lanes, 0, fixture->tips, &fixture->bytes);
    assert_true(fixture->bytes <= ORDER_SEGMENT_BYTES_MAX);
    for (size_t i = 1; i < count; i++) {
        assert_true(lane_id_compare(&fixture->tips[i - 1].lane, &fixture->tips[i].lane) < 0);
    }
    return count;
}

static uint64_t offered(const struct fixture *fixture, size_t count, size_t client)
{
    for (size_t i = 0; i < count; i++) {
        if (public_key_is_equal(&fixture->tips[i].lane.client, &fixture->clients[client])) {
            return fixture->tips[i].sequence;
        }
    }
    return 0;
}

static enum cut_state check(struct fixture *fixture, size_t count, struct cut_missing *missing,
                            size_t *missing_count)
{
    struct order order = {.view = 1, .height = 1, .tip_count = count, .tips = fixture->tips};
    return cut_check(fixture->simplex, fixture->lanes, &order, missing, missing_count);
}

/* Forty sessions of one client begin; an order takes eight, and the next ones the others. */
static void order_begins_few_sessions_of_one_client(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    (void)fill(&fixture, 1, 1, 100);
    for (uint64_t session = 100; session < 140; session++) {
        struct buffer encoded = {0};
        struct segment segment;
        struct digest genesis;
        struct digest previous;
        struct digest digest;
        struct lane_id lane = {.client = fixture.clients[0], .session = session};
        world_genesis(&genesis);
        lane_digest_zero(&genesis, &lane, &previous);
        world_segment(&lane, 1, &previous, "x", &encoded, &segment, &digest);
        assert_int_equal(lanes_take(fixture.lanes, &segment, SEGMENT_FROM_CLIENT, 1),
                         VERDICT_ACCEPTED);
        buffer_fini(&encoded);
    }
    size_t count = build(&fixture);
    assert_int_equal(count, 8 + 1);
    assert_int_equal(offered(&fixture, count, 1), 1);
    end(&fixture);
}

static void built_cut_is_ascending_and_held(void **state)
{
    (void)state;
    struct fixture fixture;
    struct cut_missing missing[CUT_MISSING_MAX];
    size_t missing_count;
    begin(&fixture);
    for (size_t client = 0; client < 20; client++) {
        (void)fill(&fixture, client, 1 + client % 5, 100);
    }
    size_t count = build(&fixture);
    assert_int_equal(count, 20);
    for (size_t client = 0; client < 20; client++) {
        assert_int_equal(offered(&fixture, count, client), 1 + client % 5);
    }
    assert_int_equal(check(&fixture, count, missing, &missing_count), CUT_HELD);
    end(&fixture);
}

static void busy_lane_does_not_starve_the_others(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    (void)fill(&fixture, 0, 5, BIG);
    for (size_t client = 1; client < 12; client++) {
        (void)fill(&fixture, client, 2, 1000);
    }
    for (size_t round = 0; round < 12; round++) { /* wherever the turn begins */
        size_t count = build(&fixture);
        for (size_t client = 1; client < 12; client++) {
            assert_int_equal(offered(&fixture, count, client), 2);
        }
        assert_true(offered(&fixture, count, 0) >= 1);
    }
    end(&fixture);
}

static void lanes_that_do_not_fit_together_take_turns(void **state)
{
    (void)state;
    struct fixture fixture;
    bool has_had[12] = {false};
    begin(&fixture);
    for (size_t client = 0; client < 12; client++) {
        (void)fill(&fixture, client, 2, BIG);
    }
    for (size_t round = 0; round < 12; round++) {
        size_t count = build(&fixture);
        assert_in_range(count, 2, 3);
        for (size_t client = 0; client < 12; client++) {
            has_had[client] = has_had[client] || offered(&fixture, count, client) > 0;
        }
    }
    for (size_t client = 0; client < 12; client++) {
        assert_true(has_had[client]);
    }
    end(&fixture);
}

static void tip_with_a_bad_signature_is_not_offered(void **state)
{
    (void)state;
    struct fixture fixture;
    struct buffer encoded = {0};
    struct segment segment;
    begin(&fixture);
    struct lane_tip tip = fill(&fixture, 0, 1, 10);
    (void)fill(&fixture, 1, 1, 10);
    struct digest previous = tip.digest;
    world_segment(&tip.lane, 2, &previous, "x", &encoded, &segment, &tip.digest);
    segment.signature.bytes[1] ^= 1;
    assert_int_equal(lanes_take(fixture.lanes, &segment, SEGMENT_FROM_CLIENT, 1), VERDICT_ACCEPTED);
    size_t count = build(&fixture);
    assert_int_equal(count, 1);
    assert_int_equal(offered(&fixture, count, 0), 0);
    assert_int_equal(offered(&fixture, count, 1), 1);
    buffer_fini(&encoded);
    end(&fixture);
}

static void voter_refuses_what_no_loyal_commander_proposes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct cut_missing missing[CUT_MISSING_MAX];
    size_t missing_count;
    begin(&fixture);
    for (size_t client = 0; client < 4; client++) {
        (void)fill(&fixture, client, 1, BIG);
    }
    size_t count = build(&fixture);
    assert_int_equal(count, 3);
    assert_int_equal(check(&fixture, count, missing, &missing_count), CUT_HELD);
    struct lane_tip kept = fixture.tips[0];
    fixture.tips[0] = fixture.tips[1]; /* twice the same lane */
    assert_int_equal(check(&fixture, count, missing, &missing_count), CUT_INVALID);
    fixture.tips[1] = kept; /* descending */
    assert_int_equal(check(&fixture, count, missing, &missing_count), CUT_INVALID);
    fixture.tips[0] = kept;
    fixture.tips[0].sequence = 0; /* backwards */
    assert_int_equal(check(&fixture, 1, missing, &missing_count), CUT_INVALID);
    end(&fixture);
}

static void voter_refuses_more_bytes_than_an_order_may_cover(void **state)
{
    (void)state;
    struct fixture fixture;
    struct cut_missing missing[CUT_MISSING_MAX];
    size_t missing_count;
    begin(&fixture);
    fixture.tips[0] = fill(&fixture, 0, 4, BIG);
    assert_int_equal(check(&fixture, 1, missing, &missing_count), CUT_INVALID);
    end(&fixture);
}

static void voter_says_what_is_missing(void **state)
{
    (void)state;
    struct fixture fixture;
    struct cut_missing missing[CUT_MISSING_MAX];
    size_t missing_count;
    begin(&fixture);
    fixture.tips[0] = fill(&fixture, 0, 3, 10);
    fixture.tips[0].sequence = 7;
    assert_int_equal(check(&fixture, 1, missing, &missing_count), CUT_MISSING);
    assert_int_equal(missing_count, 1);
    assert_int_equal(missing[0].from, 4);
    assert_int_equal(missing[0].to, 7);
    assert_true(digest_is_equal(&missing[0].digest, &fixture.tips[0].digest));
    assert_false(missing[0].is_proven);
    fixture.tips[0].sequence = 3; /* the place is held, but by another segment */
    fixture.tips[0].digest.bytes[0] ^= 1;
    assert_int_equal(check(&fixture, 1, missing, &missing_count), CUT_MISSING);
    assert_int_equal(missing[0].from, 1);
    assert_int_equal(missing[0].to, 3);
    fixture.tips[0].sequence = UINT64_MAX; /* beyond all that a lane may hold */
    assert_int_equal(check(&fixture, 1, missing, &missing_count), CUT_MISSING);
    fixture.tips[0].lane.session = 2; /* a lane that nobody knows */
    assert_int_equal(check(&fixture, 1, missing, &missing_count), CUT_MISSING);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_begins_few_sessions_of_one_client),
        cmocka_unit_test(built_cut_is_ascending_and_held),
        cmocka_unit_test(busy_lane_does_not_starve_the_others),
        cmocka_unit_test(lanes_that_do_not_fit_together_take_turns),
        cmocka_unit_test(tip_with_a_bad_signature_is_not_offered),
        cmocka_unit_test(voter_refuses_what_no_loyal_commander_proposes),
        cmocka_unit_test(voter_refuses_more_bytes_than_an_order_may_cover),
        cmocka_unit_test(voter_says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
