/* sm_chain_test.c - what SM(m) makes of one chain: accepted and relayed, or refused with its
 * verdict and before anything is paid for. Each holds with Ed25519 and with ideal signatures. */
#include "support_sm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sm_book ideal, real;
static struct sm_book *const books[] = {&ideal, &real};

/* One lieutenant, number 4 of six, in SM(3); what he is shown is signed by anybody. */
struct desk {
    struct sm_book *book;
    struct sm_settings settings;
    struct sm sm;
    struct sm_chain relay;
    general_set relay_to;
};

static void desk_init(struct desk *desk, struct sm_book *book)
{
    memset(desk, 0, sizeof *desk);
    desk->book = book;
    desk->settings = (struct sm_settings){.generals = 6,
                                          .rounds = 4,
                                          .self = 4,
                                          .neighbours = generals_all(6) & ~general_bit(4),
                                          .keys = book->keys,
                                          .authority = book->authorities[4]};
    memset(&desk->settings.instance, 9, sizeof desk->settings.instance);
    sm_init(&desk->sm, &desk->settings);
}

/* A chain signed by the generals of a text such as "012", in the instance of `settings`. */
static struct sm_chain signed_by(const struct sm_book *book, const struct sm_settings *settings,
                                 order_nr order, const char *signers)
{
    struct sm_chain chain = {.order = order};
    struct sm_settings as = *settings;
    for (const char *s = signers; *s != 0; s++) {
        as.self = (general_id)(*s - '0');
        as.authority = book->authorities[as.self];
        sm_sign(&as, &chain);
    }
    return chain;
}

/* Shows it; what is refused must change nothing and cost nothing but what `verifies` allows. */
static void expect(struct desk *desk, unsigned round, const struct sm_chain *chain,
                   enum verdict expected, uint64_t verifies)
{
    struct sm before = desk->sm;
    desk->book->ideal.verify_count = 0;
    enum verdict verdict = sm_on_chain(&desk->sm, round, chain, &desk->relay, &desk->relay_to);
    assert_int_equal(verdict, expected);
    if (desk->book == &ideal) {
        assert_int_equal(ideal.ideal.verify_count, verifies);
    }
    if (expected != VERDICT_ACCEPTED) {
        assert_int_equal(desk->relay_to, 0);
        assert_int_equal(desk->sm.order_count, before.order_count);
        assert_memory_equal(desk->sm.orders, before.orders, sizeof before.orders);
    }
}

static void chain_of_round_is_accepted_and_relayed(void **state)
{
    (void)state;
    static const char *const signers[] = {"0", "02", "025", "0251"};
    static const general_set to[] = {0x2e, 0x2a, 0x0a, 0};
    for (size_t b = 0; b < 2; b++) {
        for (unsigned round = 1; round <= 4; round++) {
            struct desk desk;
            desk_init(&desk, books[b]);
            struct sm_chain chain = signed_by(books[b], &desk.settings, ATTACK, signers[round - 1]);
            expect(&desk, round, &chain, VERDICT_ACCEPTED, round);
            assert_int_equal(desk.relay_to, to[round - 1]);
            assert_int_equal(sm_decide(&desk.sm), ATTACK);
            if (round < 4) {
                assert_int_equal(desk.relay.count, round + 1);
                assert_int_equal(desk.relay.signers[round], 4);
                struct desk other; /* the next one takes the relay */
                desk_init(&other, books[b]);
                other.settings.self = 3;
                other.settings.neighbours = generals_all(6) & ~general_bit(3);
                sm_init(&other.sm, &other.settings);
                expect(&other, round + 1, &desk.relay, VERDICT_ACCEPTED, round + 1);
            }
        }
    }
}

static void chain_where_all_neighbours_signed_is_not_relayed(void **state)
{
    (void)state;
    struct desk desk;
    desk_init(&desk, &ideal);
    desk.settings.neighbours = general_bit(2);
    sm_init(&desk.sm, &desk.settings);
    struct sm_chain chain = signed_by(&ideal, &desk.settings, ATTACK, "02");
    ideal.ideal.sign_count = 0;
    expect(&desk, 2, &chain, VERDICT_ACCEPTED, 2);
    assert_int_equal(desk.relay_to, 0);
    assert_int_equal(ideal.ideal.sign_count, 0);
}

static void chain_of_another_instance_is_refused(void **state)
{
    (void)state;
    for (size_t b = 0; b < 2; b++) {
        struct desk desk;
        desk_init(&desk, books[b]);
        struct sm_settings other = desk.settings;
        other.instance.bytes[31] ^= 1;
        struct sm_chain chain = signed_by(books[b], &other, ATTACK, "02");
        expect(&desk, 2, &chain, VERDICT_BAD_AUTHENTICATION, 1);
    }
}

static void chain_forged_is_refused(void **state)
{
    (void)state;
    for (size_t b = 0; b < 2; b++) {
        struct desk desk;
        desk_init(&desk, books[b]);
        struct sm_chain valid = signed_by(books[b], &desk.settings, ATTACK, "021");
        struct sm_chain chain = valid;
        chain.order = 2; /* another order under the same signatures */
        expect(&desk, 3, &chain, VERDICT_BAD_AUTHENTICATION, 1);
        for (unsigned i = 0; i < 3; i++) { /* any bit of any signature, any signer */
            chain = valid;
            chain.signatures[i].bytes[63 - 20 * i] ^= 0x10;
            expect(&desk, 3, &chain, VERDICT_BAD_AUTHENTICATION, i + 1);
            chain = valid;
            chain.signers[i] = i == 0 ? 0 : 3;
            chain.signatures[i] = valid.signatures[(i + 1) % 3];
            expect(&desk, 3, &chain, VERDICT_BAD_AUTHENTICATION, i + 1);
        }
        chain = valid; /* the same signatures in another order */
        chain.signers[1] = valid.signers[2];
        chain.signers[2] = valid.signers[1];
        chain.signatures[1] = valid.signatures[2];
        chain.signatures[2] = valid.signatures[1];
        expect(&desk, 3, &chain, VERDICT_BAD_AUTHENTICATION, 2);
        expect(&desk, 3, &valid, VERDICT_ACCEPTED, 3);
    }
}

/* Who signs confirms the whole chain before him: none of it can be left out. */
static void chain_truncated_is_refused(void **state)
{
    (void)state;
    for (size_t b = 0; b < 2; b++) {
        struct desk desk;
        desk_init(&desk, books[b]);
        struct sm_chain valid = signed_by(books[b], &desk.settings, ATTACK, "021");
        struct sm_chain chain = valid;
        chain.count = 2; /* the last one off */
        expect(&desk, 3, &chain, VERDICT_STALE, 0);
        chain.signers[1] = valid.signers[2]; /* the middle one out */
        chain.signatures[1] = valid.signatures[2];
        expect(&desk, 2, &chain, VERDICT_BAD_AUTHENTICATION, 2);
        chain.signers[0] = valid.signers[1]; /* the commander out */
        chain.signatures[0] = valid.signatures[1];
        expect(&desk, 2, &chain, VERDICT_MALFORMED, 0);
        valid.count = 0; /* all of them off */
        expect(&desk, 1, &valid, VERDICT_MALFORMED, 0);
    }
}

static void chain_replayed_in_another_round_is_refused(void **state)
{
    (void)state;
    for (size_t b = 0; b < 2; b++) {
        struct desk desk;
        desk_init(&desk, books[b]);
        struct sm_chain chain = signed_by(books[b], &desk.settings, ATTACK, "02");
        for (unsigned round = 1; round <= 4; round++) {
            if (round != 2) {
                expect(&desk, round, &chain, VERDICT_STALE, 0);
            }
        }
        expect(&desk, 2, &chain, VERDICT_ACCEPTED, 2);
        expect(&desk, 2, &chain, VERDICT_DUPLICATE, 0);
        expect(&desk, 3, &chain, VERDICT_STALE, 0);
    }
}

static void chain_without_shape_is_refused_unverified(void **state)
{
    (void)state;
    static const char *const signers[] = {"020", "022", "00", "04", "014", "10", "4", "2"};
    for (size_t b = 0; b < 2; b++) {
        struct desk desk;
        desk_init(&desk, books[b]);
        for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++) {
            struct sm_chain chain = signed_by(books[b], &desk.settings, ATTACK, signers[i]);
            expect(&desk, chain.count, &chain, VERDICT_MALFORMED, 0);
        }
        struct sm_chain chain = signed_by(books[b], &desk.settings, ATTACK, "06");
        expect(&desk, 2, &chain, VERDICT_MALFORMED, 0); /* there is no general 6 */
        chain.signers[1] = 255;
        expect(&desk, 2, &chain, VERDICT_MALFORMED, 0);
        chain = signed_by(books[b], &desk.settings, ORDER_ABSENT, "0");
        expect(&desk, 1, &chain, VERDICT_MALFORMED, 0);
        chain = signed_by(books[b], &desk.settings, ORDERS_MAX, "0");
        expect(&desk, 1, &chain, VERDICT_MALFORMED, 0);
        chain = signed_by(books[b], &desk.settings, ORDERS_MAX - 1, "0");
        expect(&desk, 1, &chain, VERDICT_ACCEPTED, 1);
    }
}

/* SM of as many generals and rounds as there may be, and a chain signed by each in turn. */
static void desk_init_largest(struct desk *desk, struct sm_chain *chain)
{
    desk_init(desk, &ideal);
    desk->settings.generals = GENERALS_MAX;
    desk->settings.rounds = ROUNDS_MAX;
    desk->settings.self = GENERALS_MAX - 1;
    desk->settings.neighbours = generals_all(GENERALS_MAX - 1);
    desk->settings.any_length = true; /* even then nothing is longer */
    sm_init(&desk->sm, &desk->settings);
    memset(chain, 0, sizeof *chain);
    chain->order = ATTACK;
    for (general_id g = 0; g < ROUNDS_MAX; g++) {
        struct sm_settings as = desk->settings;
        as.self = g;
        as.authority = ideal.authorities[g];
        sm_sign(&as, chain);
    }
}

/* More signers than there is room for, each well-formed as far as anybody reads. */
static void chain_over_the_bound_is_refused(void **state)
{
    (void)state;
    struct desk desk;
    struct sm_chain chain;
    desk_init_largest(&desk, &chain);
    chain.signatures[0].bytes[0] = ROUNDS_MAX; /* lies where the next signer would */
    chain.count = ROUNDS_MAX + 1;
    expect(&desk, ROUNDS_MAX, &chain, VERDICT_MALFORMED, 0);
    chain.count = 255;
    expect(&desk, ROUNDS_MAX, &chain, VERDICT_MALFORMED, 0);
}

static void chain_of_the_greatest_length_is_accepted(void **state)
{
    (void)state;
    struct desk desk;
    struct sm_chain chain;
    desk_init_largest(&desk, &chain);
    expect(&desk, 1, &chain, VERDICT_ACCEPTED, ROUNDS_MAX);
    assert_int_equal(desk.relay_to, 0);
}

static bool signs_the_same(const struct digest instances[2], const struct sm_chain *a,
                           const struct sm_chain *b, unsigned index)
{
    struct digest digests[2];
    sm_digest(&instances[0], a, index, &digests[0]);
    sm_digest(&instances[1], b, index, &digests[1]);
    return digest_is_equal(&digests[0], &digests[1]);
}

/* A signature covers the instance, the order, and the whole chain before it, and no more. */
static void digest_covers_all_that_was_signed_before(void **state)
{
    (void)state;
    struct desk desk;
    desk_init(&desk, &ideal);
    struct digest instances[2] = {desk.settings.instance, desk.settings.instance};
    const struct sm_chain chain = signed_by(&ideal, &desk.settings, ATTACK, "0213");
    struct sm_chain other = chain;
    for (unsigned index = 0; index < 4; index++) {
        assert_true(signs_the_same(instances, &chain, &chain, index));
        other.order = 2;
        assert_false(signs_the_same(instances, &chain, &other, index));
        other = chain;
        instances[1].bytes[index] ^= 1;
        assert_false(signs_the_same(instances, &chain, &other, index));
        instances[1] = instances[0];
        for (unsigned before = 0; before < 4; before++) {
            other.signers[before] = 5;
            assert_int_equal(signs_the_same(instances, &chain, &other, index), before >= index);
            other = chain;
            other.signatures[before].bytes[63] ^= 1;
            assert_int_equal(signs_the_same(instances, &chain, &other, index), before >= index);
            other = chain;
        }
    }
}

/* choice(V): the order if V has one, else RETREAT; a third order is not looked at. */
static void choice_takes_the_only_order_or_retreats(void **state)
{
    (void)state;
    struct desk desk;
    desk_init(&desk, &ideal);
    assert_int_equal(sm_decide(&desk.sm), RETREAT);
    for (order_nr order = 1; order <= 3; order++) {
        struct sm_chain chain = signed_by(&ideal, &desk.settings, order, "0");
        expect(&desk, 1, &chain, order <= 2 ? VERDICT_ACCEPTED : VERDICT_DUPLICATE, order <= 2);
        assert_int_equal(sm_decide(&desk.sm), order == 1 ? 1 : RETREAT);
    }
    assert_int_equal(desk.sm.order_count, 2);
    assert_int_equal(desk.sm.chains[1].order, 2);
}

static void commander_takes_no_chain_and_obeys_himself(void **state)
{
    (void)state;
    struct desk desk;
    desk_init(&desk, &ideal);
    desk.settings.self = 0;
    desk.settings.neighbours = 0x3e;
    desk.settings.authority = ideal.authorities[0];
    sm_init(&desk.sm, &desk.settings);
    struct sm_chain own;
    sm_order(&desk.sm, 2, &own);
    assert_int_equal(sm_decide(&desk.sm), 2);
    struct sm_chain chain = signed_by(&ideal, &desk.settings, ATTACK, "01");
    expect(&desk, 2, &chain, VERDICT_MALFORMED, 0);
    assert_int_equal(sm_decide(&desk.sm), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_of_round_is_accepted_and_relayed),
        cmocka_unit_test(chain_where_all_neighbours_signed_is_not_relayed),
        cmocka_unit_test(chain_of_another_instance_is_refused),
        cmocka_unit_test(chain_forged_is_refused),
        cmocka_unit_test(chain_truncated_is_refused),
        cmocka_unit_test(chain_replayed_in_another_round_is_refused),
        cmocka_unit_test(chain_without_shape_is_refused_unverified),
        cmocka_unit_test(chain_over_the_bound_is_refused),
        cmocka_unit_test(chain_of_the_greatest_length_is_accepted),
        cmocka_unit_test(digest_covers_all_that_was_signed_before),
        cmocka_unit_test(choice_takes_the_only_order_or_retreats),
        cmocka_unit_test(commander_takes_no_chain_and_obeys_himself),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    sm_book_init(&ideal, false);
    sm_book_init(&real, true);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
