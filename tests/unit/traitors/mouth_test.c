/* mouth_test.c - what traitors agree on, and what they hold back. */
#include "traitors/inside.h"

#include "base/assert.h"
#include "ideal/ideal.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPLICAS 7u
#define SENT_MAX 1024u

static struct ideal_book book;
static struct ideal_signer signers[REPLICAS];
static struct conspiracy conspiracy;
static struct traitor *t;
static size_t sent_count;
static size_t sent_bytes;
static view_nr sent_views[SENT_MAX]; /* of the first message in each frame */

static void send_frame(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    static uint8_t memory[1u << 20];
    struct arena arena;
    struct peer_message *messages;
    size_t count;
    (void)self;
    (void)now_ns;
    assert_true(to < REPLICAS && to != 1);
    arena_init(&arena, memory, sizeof memory);
    assert_int_equal(wire_decode_peer_frame(frame, &arena, &messages, &count), VERDICT_ACCEPTED);
    assert_true(count >= 1 && sent_count < SENT_MAX);
    sent_views[sent_count++] = messages[0].kind == PEER_VOTE ? messages[0].vote.view : 0;
    sent_bytes += frame.size;
}

static uint64_t tick_links(void *self, uint64_t now_ns)
{
    (void)self;
    return now_ns + 1000;
}

static struct traitor *make(replica_id self, uint64_t seed)
{
    struct traitor *made;
    conspiracy = (struct conspiracy){.replica_count = REPLICAS,
                                     .fault_count = 2,
                                     .delta_ns = 100,
                                     .seed = seed,
                                     .members = 1u << 1 | 1u << 4};
    ideal_init(&book, 1);
    for (replica_id i = 0; i < REPLICAS; i++) {
        signers[i] = (struct ideal_signer){.book = &book, .key = ideal_key(&book, i)};
        conspiracy.authorities[i] = ideal_authority(&signers[i]);
    }
    struct ports inner = {.authority = conspiracy.authorities[self],
                          .send_frame = send_frame,
                          .tick_links = tick_links};
    assert_int_equal(traitor_new(&made, &conspiracy, self, 0, &inner), OK);
    return made;
}

static int setup(void **state)
{
    (void)state;
    sent_count = 0;
    sent_bytes = 0;
    t = make(1, 3);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    traitor_free(t);
    return 0;
}

static struct peer_message vote_of_view(view_nr view)
{
    struct peer_message message = {.kind = PEER_VOTE};
    traitor_make_vote(t, 1, VOTE_NULLIFY, view, NULL, &message.vote);
    return message;
}

static void held_messages_leave_when_due_in_order(void **state)
{
    (void)state;
    struct ports ports = traitor_ports(t);
    static const uint64_t due_ns[] = {300, 100, 200, 100};
    assert_true(traitor_deadline(t) == UINT64_MAX);
    for (view_nr i = 0; i < 4; i++) {
        struct peer_message message = vote_of_view(i + 1);
        traitor_hold(t, 0, &message, due_ns[i]);
    }
    assert_int_equal(traitor_deadline(t), 100);
    assert_int_equal(ports.tick_links(ports.self, 50), 100);
    assert_int_equal(sent_count, 0);
    (void)ports.tick_links(ports.self, 200);
    assert_int_equal(sent_count, 3);
    assert_int_equal(sent_views[0], 2); /* of two at the same time the one held first */
    assert_int_equal(sent_views[1], 4);
    assert_int_equal(sent_views[2], 3);
    assert_int_equal(traitor_deadline(t), 300);
    assert_int_equal(ports.tick_links(ports.self, 300), 1300);
    assert_int_equal(sent_count, 4);
    assert_true(traitor_deadline(t) == UINT64_MAX);
}

static void held_messages_beyond_the_bound_never_leave(void **state)
{
    (void)state;
    struct ports ports = traitor_ports(t);
    for (view_nr i = 0; i < 2 * (view_nr)HELD_MAX; i++) {
        struct peer_message message = vote_of_view(i + 1);
        traitor_hold(t, 0, &message, 10);
    }
    (void)ports.tick_links(ports.self, 10);
    assert_int_equal(sent_count, HELD_MAX);
    assert_int_equal(t->held_bytes, 0);
}

static void held_bytes_beyond_the_bound_never_leave(void **state)
{
    (void)state;
    static struct lane_tip tips[TIPS_PER_ORDER_MAX];
    struct ports ports = traitor_ports(t);
    struct peer_message message = {.kind = PEER_PROPOSAL,
                                   .proposal.order = {.view = 1, .height = 1, .tips = tips}};
    message.proposal.order.tip_count = TIPS_PER_ORDER_MAX;
    for (uint64_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        tips[i] = (struct lane_tip){.lane.session = i, .sequence = 1};
    }
    size_t size = wire_peer_message_size(&message);
    for (size_t i = 0; i < HELD_MAX; i++) {
        traitor_hold(t, 0, &message, 10);
    }
    assert_true(size * (size_t)HELD_MAX > HELD_BYTES_MAX);
    assert_true(t->held_bytes <= HELD_BYTES_MAX && t->held_bytes + size > HELD_BYTES_MAX);
    (void)ports.tick_links(ports.self, 10);
    assert_true(sent_count < HELD_MAX);
    assert_int_equal(t->held_bytes, 0);
}

static void said_messages_share_frames_that_can_be_read(void **state)
{
    (void)state;
    for (view_nr i = 0; i < 2 * (view_nr)SAID_MESSAGES_MAX + 1; i++) {
        traitor_say_vote(t, 1u << 1 | 1u << 2, VOTE_NULLIFY, i + 1, NULL); /* not to itself */
    }
    traitor_flush(t);
    assert_int_equal(sent_count, 3);
    assert_int_equal(traitor_acted(t), 2 * (uint64_t)SAID_MESSAGES_MAX + 1);
    traitor_flush(t);
    assert_int_equal(sent_count, 3);
}

static void members_agree_without_a_word(void **state)
{
    (void)state;
    uint32_t half = traitor_other_half(t);
    uint64_t drawn[32];
    for (uint64_t i = 0; i < 32; i++) {
        drawn[i] = traitor_agreed(t, TOPIC_VARIANT, i, 1000);
    }
    struct traitor *fellow = make(4, 3);
    assert_int_equal(traitor_other_half(fellow), half);
    assert_int_equal(__builtin_popcount(half), (REPLICAS - 2) / 2);
    assert_int_equal(half & conspiracy.members, 0);
    for (uint64_t i = 0; i < 32; i++) {
        assert_int_equal(traitor_agreed(fellow, TOPIC_VARIANT, i, 1000), drawn[i]);
    }
    traitor_free(fellow);
    struct traitor *stranger = make(4, 4);
    size_t equal = 0;
    for (uint64_t i = 0; i < 32; i++) {
        equal += traitor_agreed(stranger, TOPIC_VARIANT, i, 1000) == drawn[i] ? 1 : 0;
    }
    assert_true(equal < 8);
    traitor_free(stranger);
}

static void chosen_few_are_part_of_chosen_many(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 50; number++) {
        uint32_t before = 0;
        for (size_t count = 0; count < REPLICAS; count++) {
            uint32_t chosen = traitor_choose(t, TOPIC_OTHERS, number, count);
            assert_int_equal(__builtin_popcount(chosen), count);
            assert_int_equal(chosen & before, before);
            assert_int_equal(chosen >> 1 & 1, 0); /* never itself */
            before = chosen;
        }
    }
}

static void twins_are_others_and_the_same_for_all_members(void **state)
{
    (void)state;
    struct lane_tip tip = {.sequence = 1};
    size_t shorter = 0;
    for (view_nr view = 1; view <= 50; view++) {
        struct order order = {
            .view = view, .height = 1, .time_ns = 5, .tip_count = 1, .tips = &tip};
        struct order twin;
        struct digest digests[2];
        traitor_make_twin(t, &order, &twin);
        order_digest(&order, &digests[0]);
        order_digest(&twin, &digests[1]);
        assert_false(digest_is_equal(&digests[0], &digests[1]));
        shorter += twin.tip_count == 0 ? 1 : 0;
    }
    assert_true(shorter > 0 && shorter < 50);
}

static void copies_under_one_name_draw_for_themselves_once_reseeded(void **state)
{
    (void)state;
    struct traitor *copy = make(1, 3);
    assert_true(traitor_draw(t, UINT64_MAX) == traitor_draw(copy, UINT64_MAX));
    traitor_reseed(copy, 5);
    assert_true(traitor_draw(t, UINT64_MAX) != traitor_draw(copy, UINT64_MAX));
    assert_true(traitor_agreed(t, TOPIC_TWIN, 7, UINT64_MAX) ==
                traitor_agreed(copy, TOPIC_TWIN, 7, UINT64_MAX));
    traitor_free(copy);
}

static void votes_of_members_are_truly_signed(void **state)
{
    (void)state;
    struct digest digest = {{7}};
    struct digest message;
    struct vote vote;
    vote_sign_digest(&conspiracy.genesis, VOTE_FINALIZE, 9, &digest, &message);
    traitor_make_vote(t, 4, VOTE_FINALIZE, 9, &digest, &vote);
    const struct authority *authority = &conspiracy.authorities[0];
    assert_true(authority->verify(authority->context, &signers[4].key, &message, &vote.signature));
    assert_false(authority->verify(authority->context, &signers[1].key, &message, &vote.signature));
}

/* Which strategies there are is known beforehand: another index is our own bug. */
static void strategy_that_is_none_aborts(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct traitor *made;
        struct ports inner = {0};
        (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        _exit((int)traitor_new(&made, &conspiracy, 1, traitor_strategy_count(), &inner));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(held_messages_leave_when_due_in_order),
        TEST(held_messages_beyond_the_bound_never_leave),
        TEST(held_bytes_beyond_the_bound_never_leave),
        TEST(said_messages_share_frames_that_can_be_read),
        TEST(members_agree_without_a_word),
        TEST(chosen_few_are_part_of_chosen_many),
        TEST(twins_are_others_and_the_same_for_all_members),
        TEST(copies_under_one_name_draw_for_themselves_once_reseeded),
        TEST(votes_of_members_are_truly_signed),
        TEST(strategy_that_is_none_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
