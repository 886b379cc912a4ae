/* archive_segments_test.c - the index of undecided segments against a plain list. */
#include "storage/archive_segments.h"

#include "base/prng.h"
#include "support_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

#define DIGESTS 400u
#define FAR_APART                                                                                  \
    UINT64_C(1048576) /* so that several lie in one place of the index by location                 \
                       */
#define ALIKE 7u

/* Many begin alike, which is all that the index by digest hashes. */
static struct digest digest_of(uint64_t number)
{
    struct digest digest = {{0}};
    put_u64(digest.bytes, number % ALIKE);
    put_u64(digest.bytes + 8, number);
    return digest;
}

static struct digest distinct_digest_of(uint64_t number)
{
    struct digest digest = {{0}};
    put_u64(digest.bytes, number);
    return digest;
}

static void any_sequence_of_calls_agrees_with_a_list(void **state)
{
    (void)state;
    struct archive_segments segments;
    assert_int_equal(archive_segments_init(&segments, &script_id), OK);
    uint64_t model[DIGESTS] = {0}; /* location of each, 0 none */
    struct prng prng;
    prng_init(&prng, 1);
    for (uint64_t step = 1; step < 60000; step++) {
        size_t number = (size_t)prng_below(&prng, DIGESTS);
        struct digest digest = digest_of(number);
        switch (prng_below(&prng, 6)) {
        case 0:
            archive_segments_drop(&segments, &digest);
            model[number] = 0;
            break;
        case 1:
            archive_segments_drop_at(&segments,
                                     model[number] == 0 ? step * FAR_APART : model[number]);
            model[number] = 0;
            break;
        case 2:
            if (prng_below(&prng, 50) == 0) {
                uint64_t bound = (step - prng_below(&prng, step < 500 ? step : 500)) * FAR_APART;
                archive_segments_drop_before(&segments, bound);
                for (size_t i = 0; i < DIGESTS; i++) {
                    model[i] = model[i] < bound ? 0 : model[i];
                }
            }
            break;
        default:
            archive_segments_put(&segments, &digest, step * FAR_APART);
            model[number] = step * FAR_APART;
            break;
        }
        size_t other = (size_t)prng_below(&prng, DIGESTS);
        struct digest wanted = digest_of(other);
        uint64_t location;
        bool is_there = archive_segments_find(&segments, &wanted, &location);
        assert_true(is_there == (model[other] != 0));
        assert_true(!is_there || location == model[other]);
    }
    size_t count = 0;
    for (size_t i = 0; i < DIGESTS; i++) {
        count += model[i] != 0;
    }
    assert_int_equal(segments.count, count);
    archive_segments_fini(&segments);
}

static void full_index_gives_up_the_oldest(void **state)
{
    (void)state;
    struct archive_segments segments;
    assert_int_equal(archive_segments_init(&segments, &script_id), OK);
    const uint64_t more = 100;
    for (uint64_t i = 0; i < ARCHIVE_SEGMENTS_MAX + more; i++) {
        struct digest digest = distinct_digest_of(i);
        archive_segments_put(&segments, &digest, i * 8);
    }
    assert_int_equal(segments.count, ARCHIVE_SEGMENTS_MAX);
    for (uint64_t i = 0; i < 2 * more; i++) {
        struct digest digest = distinct_digest_of(i);
        uint64_t location;
        assert_true(archive_segments_find(&segments, &digest, &location) == (i >= more));
    }
    archive_segments_fini(&segments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sequence_of_calls_agrees_with_a_list),
        cmocka_unit_test(full_index_gives_up_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
