/* archive_test.c - what was decided is found again, at any height, after a restart from anywhere.
 */
#include "storage/archive.h"

#include "base/prng.h"
#include "disk/faulty_folder.h"
#include "support_ledger.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

#define SMALL_FILE   ((uint64_t)16384)
#define SEGMENTS_MAX 8u
#define HEIGHTS      300u

/* One lane; its segments in turn. */
struct lane {
    struct lane_id id;
    uint64_t sequence;
    struct digest tip;
    struct buffer encoded;
    struct buffer body;
};

static void lane_init(struct lane *lane)
{
    *lane = (struct lane){.id = {.session = 7}};
    lane_digest_zero(&script_identity.genesis, &lane->id, &lane->tip);
}

static void lane_fini(struct lane *lane)
{
    buffer_fini(&lane->encoded);
    buffer_fini(&lane->body);
}

/* The next segment; its bytes live until the next call. */
static struct segment lane_next(struct lane *lane, size_t size, struct digest *digest)
{
    static uint8_t bytes[4096];
    memset(bytes, (int)(lane->sequence % 251), sizeof bytes);
    assert_true(size <= sizeof bytes);
    const struct slice request = slice_of(bytes, size);
    const struct segment_body content = {.request_count = 1, .requests = &request};
    buffer_clear(&lane->body);
    wire_encode_segment_body(&lane->body, &content);
    struct segment segment = {.lane = lane->id,
                              .sequence = ++lane->sequence,
                              .previous = lane->tip,
                              .body = buffer_slice(&lane->body)};
    lane_digest_next(&lane->id, segment.sequence, &lane->tip, segment.body, digest);
    lane->tip = *digest;
    buffer_clear(&lane->encoded);
    wire_encode_segment(&lane->encoded, &segment);
    segment.encoded = buffer_slice(&lane->encoded);
    return segment;
}

/* What the archive should hold: per height the digests of its segments. */
struct model {
    struct lane lane;
    height_nr height;
    size_t counts[HEIGHTS + 1];
    struct digest digests[HEIGHTS + 1][SEGMENTS_MAX];
    uint64_t live[HEIGHTS + 1]; /* location of a mark before that height; 0 none */
};

static struct order order_at(height_nr height)
{
    return (struct order){.view = height + 5, .height = height, .time_ns = 1000 * height};
}

static struct certificate certificate_at(height_nr height)
{
    return (struct certificate){.kind = VOTE_FINALIZE, .view = height + 5, .count = 1};
}

static void decide(struct model *model, struct archive *archive, struct prng *prng)
{
    height_nr height = ++model->height;
    assert_true(height <= HEIGHTS);
    if (height % 20 == 0) {
        model->live[height] = archive_append_live(archive);
    }
    size_t count = (size_t)prng_below(prng, SEGMENTS_MAX);
    model->counts[height] = count;
    for (size_t i = 0; i < count; i++) {
        struct segment segment =
            lane_next(&model->lane, 1 + (size_t)prng_below(prng, 900), &model->digests[height][i]);
        archive_append_segment(archive, &segment, &model->digests[height][i]);
    }
    const struct vote vote = {.kind = VOTE_FINALIZE, .view = height + 5};
    archive_append_vote(archive, &vote);
    struct order order = order_at(height);
    const struct proposal proposal = {.order = order};
    archive_append_proposal(archive, &proposal);
    struct certificate certificate = certificate_at(height);
    archive_append_certificate(archive, &certificate);
    archive_append_decided(archive, &order, height % 3 == 0 ? NULL : &certificate,
                           model->digests[height], count, count);
}

static enum error count_record(void *context, uint64_t location, enum ledger_record type,
                               struct slice bytes)
{
    (void)location;
    (void)type;
    (void)bytes;
    (*(size_t *)context)++;
    return OK;
}

static struct archive *reopen(struct faulty_folder *faulty, uint64_t scan_from)
{
    size_t count = 0;
    const struct ledger_visitor visitor = {.context = &count, .on_record = count_record};
    struct archive *archive;
    struct error_text text = {{0}};
    enum error error = archive_open(&archive, faulty_folder_view(faulty), &script_identity,
                                    &script_id, scan_from, &visitor, &text);
    if (error != OK) {
        print_error("%s\n", text.text);
    }
    assert_int_equal(error, OK);
    return archive;
}

static void check_block(const struct model *model, struct archive *archive, height_nr height)
{
    struct block block;
    const struct digest *digests;
    struct error_text text;
    assert_int_equal(archive_load_block(archive, height, &block, &digests, &text), OK);
    assert_int_equal(block.order.height, height);
    assert_int_equal(block.order.time_ns, 1000 * height);
    assert_true(block.has_certificate == (height % 3 != 0));
    assert_int_equal(block.segment_count, model->counts[height]);
    for (size_t i = 0; i < block.segment_count; i++) {
        assert_true(digest_is_equal(&digests[i], &model->digests[height][i]));
        struct digest digest;
        const struct segment *held = &block.segments[i];
        lane_digest_next(&held->lane, held->sequence, &held->previous, held->body, &digest);
        assert_true(digest_is_equal(&digest, &digests[i]));
    }
    struct decided decided;
    assert_int_equal(archive_load_order(archive, height, &decided), OK);
    assert_int_equal(decided.order.height, height);
    assert_int_equal(decided.request_count, model->counts[height]);
}

static void build(struct faulty_folder *faulty, struct model *model)
{
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, SMALL_FILE, NULL),
        OK);
    struct archive *archive = reopen(faulty, 0);
    struct prng prng;
    prng_init(&prng, 1);
    lane_init(&model->lane);
    while (model->height < HEIGHTS) {
        decide(model, archive, &prng);
        if (prng_below(&prng, 3) == 0) {
            assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
        }
        check_block(model, archive, model->height); /* synced or not */
        check_block(model, archive, 1 + prng_below(&prng, model->height));
    }
    assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
    assert_true(ledger_bytes(archive_ledger(archive)) > 10 * SMALL_FILE);
    archive_close(archive);
}

static void block_of_every_height_is_read_after_restart_from_any_mark(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    build(faulty, model);
    for (height_nr from = 0; from <= HEIGHTS; from += 20) {
        struct archive *archive = reopen(faulty, model->live[from]);
        assert_int_equal(archive_height(archive), HEIGHTS);
        for (height_nr height = 1; height <= HEIGHTS; height++) { /* forwards */
            check_block(model, archive, height);
        }
        archive_close(archive);
        archive = reopen(faulty, model->live[from]);
        for (height_nr height = HEIGHTS; height > 0; height -= 7) { /* backwards, with gaps */
            check_block(model, archive, height);
            if (height < 7) {
                break;
            }
        }
        struct decided decided;
        assert_int_equal(archive_load_order(archive, 0, &decided), ERROR_MISSING);
        assert_int_equal(archive_load_order(archive, HEIGHTS + 1, &decided), ERROR_MISSING);
        archive_close(archive);
    }
    lane_fini(&model->lane);
    free(model);
    faulty_folder_free(faulty);
}

static void height_is_known_after_restart_from_a_mark_behind_the_last_decided(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    build(faulty, model);
    struct archive *archive = reopen(faulty, 0);
    uint64_t live = 0;
    for (size_t i = 0; i < 400; i++) { /* several files without a decided order */
        live = archive_append_live(archive);
        const struct vote vote = {.kind = VOTE_NULLIFY, .view = i + 1};
        archive_append_vote(archive, &vote);
    }
    assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
    archive_close(archive);
    archive = reopen(faulty, live);
    assert_int_equal(archive_height(archive), HEIGHTS);
    check_block(model, archive, HEIGHTS);
    check_block(model, archive, 1);
    check_block(model, archive, HEIGHTS - 1);
    struct order order = order_at(HEIGHTS + 1);
    archive_append_decided(archive, &order, NULL, NULL, 0, 0);
    assert_int_equal(archive_height(archive), HEIGHTS + 1);
    archive_close(archive);
    lane_fini(&model->lane);
    free(model);
    faulty_folder_free(faulty);
}

static void heights_no_longer_recent_are_found_while_it_runs(void **state)
{
    (void)state;
    const height_nr last = 9000; /* twice as many as are kept */
    struct faulty_folder *faulty = faulty_folder_new(1);
    assert_int_equal(ledger_create(faulty_folder_view(faulty), &script_identity, &script_id,
                                   4 * SMALL_FILE, NULL),
                     OK);
    struct archive *archive = reopen(faulty, 0);
    struct decided decided;
    for (height_nr height = 1; height <= last; height++) {
        struct order order = order_at(height);
        archive_append_decided(archive, &order, NULL, NULL, 0, height);
        if (height % 50 == 0) {
            assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
            height_nr asked = 1 + height * 31 % (height - 1);
            assert_int_equal(archive_load_order(archive, asked, &decided), OK);
            assert_int_equal(decided.request_count, asked);
        }
    }
    for (height_nr height = last; height > 0; height--) {
        assert_int_equal(archive_load_order(archive, height, &decided), OK);
        assert_int_equal(decided.request_count, height);
    }
    archive_close(archive);
    faulty_folder_free(faulty);
}

static void read_block_gives_the_frame_of_the_block(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct model *model = calloc(1, sizeof *model);
    void *memory = malloc(DECODE_BYTES_MAX);
    assert_non_null(model);
    assert_non_null(memory);
    build(faulty, model);
    struct archive *archive = reopen(faulty, 0);
    struct buffer frame = {0};
    assert_int_equal(archive_read_block(archive, 10, &frame), OK);
    assert_int_equal(archive_read_block(archive, 11, &frame), OK); /* appends */
    assert_int_equal(archive_read_block(archive, HEIGHTS + 1, &frame), ERROR_MISSING);
    struct arena arena;
    arena_init(&arena, memory, DECODE_BYTES_MAX);
    struct peer_message *messages;
    size_t count;
    assert_int_equal(wire_decode_peer_frame(buffer_slice(&frame), &arena, &messages, &count),
                     VERDICT_ACCEPTED);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(messages[i].kind, PEER_BLOCK);
        assert_int_equal(messages[i].block.order.height, 10 + i);
        assert_int_equal(messages[i].block.segment_count, model->counts[10 + i]);
    }
    buffer_fini(&frame);
    archive_close(archive);
    free(memory);
    lane_fini(&model->lane);
    free(model);
    faulty_folder_free(faulty);
}

static void append_segment_twice_writes_it_once_until_a_mark(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, SMALL_FILE, NULL),
        OK);
    struct archive *archive = reopen(faulty, 0);
    struct lane lane;
    lane_init(&lane);
    struct digest digest;
    struct segment segment = lane_next(&lane, 100, &digest);
    archive_append_segment(archive, &segment, &digest);
    uint64_t end = ledger_end(archive_ledger(archive));
    archive_append_segment(archive, &segment, &digest);
    assert_int_equal(ledger_end(archive_ledger(archive)), end);
    uint64_t live = archive_append_live(archive);
    end = ledger_end(archive_ledger(archive));
    archive_append_segment(archive, &segment, &digest); /* what is live is repeated */
    assert_true(ledger_end(archive_ledger(archive)) > end);
    end = ledger_end(archive_ledger(archive));
    archive_append_segment(archive, &segment, &digest);
    assert_int_equal(ledger_end(archive_ledger(archive)), end);
    assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
    archive_close(archive);

    archive = reopen(faulty, live); /* and is found by a scan from the mark */
    struct order order = order_at(1);
    archive_append_decided(archive, &order, NULL, &digest, 1, 1);
    struct block block;
    const struct digest *digests;
    assert_int_equal(archive_load_block(archive, 1, &block, &digests, NULL), OK);
    assert_int_equal(block.segment_count, 1);
    assert_true(digest_is_equal(&digests[0], &digest));
    archive_close(archive);
    lane_fini(&lane);
    faulty_folder_free(faulty);
}

static void segment_forgotten_or_decided_is_written_again(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, SMALL_FILE, NULL),
        OK);
    struct archive *archive = reopen(faulty, 0);
    struct lane lane;
    lane_init(&lane);
    struct digest digest;
    struct segment segment = lane_next(&lane, 10, &digest);
    archive_append_segment(archive, &segment, &digest);
    archive_forget_segment(archive, &digest);
    archive_forget_segment(archive, &digest);
    uint64_t end = ledger_end(archive_ledger(archive));
    archive_append_segment(archive, &segment, &digest);
    assert_true(ledger_end(archive_ledger(archive)) > end);
    struct order order = order_at(1);
    archive_append_decided(archive, &order, NULL, &digest, 1, 1);
    end = ledger_end(archive_ledger(archive));
    archive_append_segment(archive, &segment, &digest);
    assert_true(ledger_end(archive_ledger(archive)) > end);
    archive_close(archive);
    lane_fini(&lane);
    faulty_folder_free(faulty);
}

static void segments_undecided_at_a_stop_are_indexed_again(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, SMALL_FILE, NULL),
        OK);
    struct archive *archive = reopen(faulty, 0);
    struct lane lane;
    lane_init(&lane);
    struct digest digests[40];
    for (size_t i = 0; i < 40; i++) {
        struct segment segment = lane_next(&lane, 300, &digests[i]);
        archive_append_segment(archive, &segment, &digests[i]);
    }
    struct order order = order_at(1);
    archive_append_decided(archive, &order, NULL, digests, 15, 15);
    assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
    archive_close(archive);

    archive = reopen(faulty, 0);
    order = order_at(2);
    archive_append_decided(archive, &order, NULL, digests + 15, 25, 25);
    assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
    struct block block;
    const struct digest *found;
    assert_int_equal(archive_load_block(archive, 2, &block, &found, NULL), OK);
    assert_int_equal(block.segment_count, 25);
    assert_true(digest_is_equal(&found[24], &digests[39]));
    archive_close(archive);
    lane_fini(&lane);
    faulty_folder_free(faulty);
}

/* Two checkpoints in a row whose repetition a crash cut off: the scan still begins before both. */
static void segment_not_repeated_after_marks_is_indexed_by_a_scan_from_before(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, SMALL_FILE, NULL),
        OK);
    struct archive *archive = reopen(faulty, 0);
    struct lane lane;
    lane_init(&lane);
    struct digest digest;
    struct segment segment = lane_next(&lane, 100, &digest);
    archive_append_segment(archive, &segment, &digest);
    for (size_t i = 0; i < 2; i++) {
        (void)archive_append_live(archive);
        assert_int_equal(ledger_sync(archive_ledger(archive)), OK);
        archive_close(archive);
        archive = reopen(faulty, 0);
    }
    struct order order = order_at(1);
    archive_append_decided(archive, &order, NULL, &digest, 1, 1);
    struct block block;
    const struct digest *digests;
    assert_int_equal(archive_load_block(archive, 1, &block, &digests, NULL), OK);
    assert_true(digest_is_equal(&digests[0], &digest));
    archive_close(archive);
    lane_fini(&lane);
    faulty_folder_free(faulty);
}

static void block_whose_record_is_damaged_is_an_error_not_a_wrong_answer(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    build(faulty, model);
    struct archive *archive = reopen(faulty, 0);
    static const uint8_t zeros[SMALL_FILE - 4096];
    faulty_folder_damage(faulty, "ledger-00000000", 4096, slice_of(zeros, sizeof zeros));
    struct block block;
    const struct digest *digests;
    struct error_text text;
    assert_int_equal(archive_load_block(archive, 1, &block, &digests, &text), ERROR_DAMAGED);
    assert_true(strstr(text.text, "height 1 ") != NULL);
    check_block(model, archive, HEIGHTS);
    archive_close(archive);
    lane_fini(&model->lane);
    free(model);
    faulty_folder_free(faulty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_of_every_height_is_read_after_restart_from_any_mark),
        cmocka_unit_test(height_is_known_after_restart_from_a_mark_behind_the_last_decided),
        cmocka_unit_test(heights_no_longer_recent_are_found_while_it_runs),
        cmocka_unit_test(read_block_gives_the_frame_of_the_block),
        cmocka_unit_test(append_segment_twice_writes_it_once_until_a_mark),
        cmocka_unit_test(segment_forgotten_or_decided_is_written_again),
        cmocka_unit_test(segments_undecided_at_a_stop_are_indexed_again),
        cmocka_unit_test(segment_not_repeated_after_marks_is_indexed_by_a_scan_from_before),
        cmocka_unit_test(block_whose_record_is_damaged_is_an_error_not_a_wrong_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
