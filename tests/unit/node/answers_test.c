/* answers_test.c - coalescing messages to clients into frames. */
#include "node/answers.h"

#include "wire/codec.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#define FRAMES_SEEN 512u

struct seen {
    size_t frame_count;
    size_t message_count;
    size_t reply_count;
    uint64_t next_number; /* replies must come without a gap */
    uint64_t links[FRAMES_SEEN];
    size_t sizes[FRAMES_SEEN];
};

static void see(void *context, uint64_t link, struct slice frame)
{
    struct seen *seen = context;
    static uint8_t memory[DECODE_BYTES_MAX];
    struct arena arena;
    struct replica_message *messages;
    size_t count;
    arena_init(&arena, memory, sizeof memory);
    assert_true(seen->frame_count < FRAMES_SEEN);
    assert_int_equal(wire_decode_replica_frame(frame, &arena, &messages, &count), VERDICT_ACCEPTED);
    seen->links[seen->frame_count] = link;
    seen->sizes[seen->frame_count] = frame.size;
    seen->frame_count++;
    seen->message_count += count;
    for (size_t i = 0; i < count; i++) {
        if (messages[i].kind == REPLICA_REPLIES) {
            assert_true(messages[i].replies.first == seen->next_number);
            seen->next_number += messages[i].replies.count;
            seen->reply_count += messages[i].replies.count;
        }
    }
}

struct world {
    struct answers answers;
    struct seen seen;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    struct answers_sink sink = {.context = &world->seen, .send = see};
    answers_init(&world->answers, &sink);
    world->seen.next_number = 1;
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    answers_fini(&world->answers);
    free(world);
    return 0;
}

static void add_replies(struct world *world, uint64_t link, uint64_t first, size_t count,
                        size_t size)
{
    struct reply *replies = calloc(count, sizeof *replies);
    uint8_t *result = calloc(1, size + 1);
    assert_non_null(replies);
    assert_non_null(result);
    for (size_t i = 0; i < count; i++) {
        replies[i].result = slice_of(result, size);
    }
    struct replies all = {.session = 9, .first = first, .count = count, .replies = replies};
    answers_add_replies(&world->answers, link, &all);
    free(replies);
    free(result);
}

static void answers_to_one_link_leave_in_one_frame(void **state)
{
    struct world *world = *state;
    struct replica_message busy = {.kind = REPLICA_BUSY, .busy = {.session = 1, .sequence = 2}};
    add_replies(world, 7, 1, 100, 10);
    answers_add(&world->answers, 7, &busy);
    add_replies(world, 7, 101, 100, 10);
    assert_int_equal(world->seen.frame_count, 0);
    answers_flush(&world->answers);
    assert_int_equal(world->seen.frame_count, 1);
    assert_int_equal(world->seen.message_count, 3);
    assert_int_equal(world->seen.reply_count, 200);
    answers_flush(&world->answers);
    assert_int_equal(world->seen.frame_count, 1);
}

static void answers_to_links_are_kept_apart(void **state)
{
    struct world *world = *state;
    struct replica_message busy = {.kind = REPLICA_BUSY};
    for (uint64_t link = 1; link <= ANSWERS_LINKS_MAX + 3; link++) {
        answers_add(&world->answers, link, &busy);
        answers_add(&world->answers, link, &busy);
    }
    answers_flush(&world->answers);
    assert_int_equal(world->seen.frame_count, ANSWERS_LINKS_MAX + 3);
    assert_int_equal(world->seen.message_count, 2 * (ANSWERS_LINKS_MAX + 3));
    for (size_t i = 0; i < world->seen.frame_count; i++) {
        assert_int_equal(world->seen.links[i], i + 1);
    }
}

static void long_run_of_replies_is_split_within_the_limit(void **state)
{
    struct world *world = *state;
    add_replies(world, 7, 1, 5000, 100);
    answers_flush(&world->answers);
    assert_int_equal(world->seen.reply_count, 5000);
    assert_true(world->seen.frame_count >= 8);
    assert_true(world->seen.frame_count <= 10);
    for (size_t i = 0; i < world->seen.frame_count; i++) {
        assert_true(world->seen.sizes[i] <= REPLY_FRAME_BYTES_MAX);
    }
}

static void run_of_empty_replies_is_split_by_count(void **state)
{
    struct world *world = *state;
    add_replies(world, 7, 1, REPLIES_PER_SESSION_MAX + 1, 0);
    answers_flush(&world->answers);
    assert_int_equal(world->seen.reply_count, REPLIES_PER_SESSION_MAX + 1);
    for (size_t i = 0; i < world->seen.frame_count; i++) {
        assert_true(world->seen.sizes[i] <= REPLY_FRAME_BYTES_MAX);
    }
}

static void oversize_reply_has_a_frame_of_its_own(void **state)
{
    struct world *world = *state;
    add_replies(world, 7, 1, 3, 10);
    add_replies(world, 7, 4, 1, REQUEST_BYTES_MAX);
    add_replies(world, 7, 5, 3, 10);
    answers_flush(&world->answers);
    assert_int_equal(world->seen.frame_count, 3);
    assert_int_equal(world->seen.reply_count, 7);
    assert_true(world->seen.sizes[0] < 200);
    assert_true(world->seen.sizes[1] > REQUEST_BYTES_MAX);
    assert_true(world->seen.sizes[2] < 200);
}

static void many_small_messages_are_split_by_count(void **state)
{
    struct world *world = *state;
    struct replica_message gone = {.kind = REPLICA_SESSION_GONE};
    for (size_t i = 0; i < FRAME_MESSAGES_MAX + 5; i++) {
        answers_add(&world->answers, 7, &gone);
    }
    answers_flush(&world->answers);
    assert_int_equal(world->seen.frame_count, 2);
    assert_int_equal(world->seen.message_count, FRAME_MESSAGES_MAX + 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_to_one_link_leave_in_one_frame),
        TEST(answers_to_links_are_kept_apart),
        TEST(long_run_of_replies_is_split_within_the_limit),
        TEST(run_of_empty_replies_is_split_by_count),
        TEST(oversize_reply_has_a_frame_of_its_own),
        TEST(many_small_messages_are_split_by_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
