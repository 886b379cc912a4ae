/* tally_test.c - the file of an enumeration: written and read, and refused when it is not whole. */
#include "prove/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/strategos-tally-XXXXXX";
static struct tally tally;
static struct tally got;

static void put(const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void make(struct tally *of)
{
    struct om_question question = {7, 2, 2};
    tally_init(of, &question, 4000);
    tally_cover(of, 0);
    tally_cover(of, 1);
    tally_cover(of, 77);
    tally_cover(of, 3999);
    of->strategies = UINT64_C(1) << 60;
    of->ic1_broken = 12;
    of->ic2_broken = 3;
    of->has_first = true;
    of->first_case = 1;
    of->first = 99;
}

static void tally_written_and_read_is_the_same(void **state)
{
    (void)state;
    make(&tally);
    assert_int_equal(tally_write(&tally, path, NULL), OK);
    memset(&got, 0xa5, sizeof got);
    assert_int_equal(tally_read(&got, path, NULL), OK);
    assert_memory_equal(&got, &tally, sizeof got);
}

static void tally_cut_short_anywhere_is_refused(void **state)
{
    (void)state;
    char whole[1024];
    make(&tally);
    assert_int_equal(tally_write(&tally, path, NULL), OK);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t size = fread(whole, 1, sizeof whole - 1, file);
    (void)fclose(file);
    for (size_t cut = 0; cut < size; cut++) {
        char part[1024];
        memcpy(part, whole, cut);
        part[cut] = '\0';
        put(part);
        assert_int_equal(tally_read(&got, path, NULL), ERROR_DAMAGED);
    }
}

static void tally_that_is_no_tally_is_refused(void **state)
{
    (void)state;
    static const char head[] = "strategos-proof 1\nalgorithm om\ngenerals 4\nm 1\ntraitors 1\n";
    static const char *const bad[] = {
        "chunks 0\nend\n",
        "chunks 65537\nend\n",
        "chunks 9\ndone 3 2\nend\n",
        "chunks 9\ndone 0 9\nend\n",
        "chunks 9\ndone 0 3\ndone 3 4\nend\n",
        "done 0 0\nchunks 9\nend\n",
        "chunks 9\nend\nmore\n",
        "chunks 9\nunknown 1\nend\n",
        "chunks 9\nm -1\nend\n",
        "chunks 9\nstrategies 99999999999999999999\nend\n",
        "chunks 9\nfirst 1\nend\n",
        "chunks 9\nm 1 2 3\nend\n",
        "end\n",
    };
    char text[512];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(text, sizeof text, "%s%s", head, bad[i]);
        put(text);
        assert_int_equal(tally_read(&got, path, NULL), ERROR_DAMAGED);
    }
    (void)snprintf(text, sizeof text, "%schunks 9\ndone 0 8\nend\n", head);
    put(text);
    assert_int_equal(tally_read(&got, path, NULL), OK);
    assert_int_equal(got.done_count, 9);
    assert_int_equal(tally_read(&got, "/nowhere/at/all", NULL), ERROR_MISSING);
}

static void tally_of_another_question_is_not_added(void **state)
{
    (void)state;
    struct om_question question = {7, 2, 1};
    make(&tally);
    tally_init(&got, &question, 4000);
    assert_int_equal(tally_add(&tally, &got, NULL), ERROR_FOREIGN);
    make(&got);
    struct error_text text;
    assert_int_equal(tally_add(&tally, &got, &text), ERROR_EXISTS);
    assert_non_null(strstr(text.text, "part 1 of 4000"));
}

static void shards_of_any_number_cover_each_chunk_once(void **state)
{
    (void)state;
    struct om_question question = {7, 2, 2};
    tally_init(&tally, &question, 1000);
    for (uint32_t count = 1; count <= 1200; count += 7) {
        uint32_t next = 0;
        for (uint32_t index = 1; index <= count; index++) {
            uint32_t first;
            uint32_t end;
            tally_shard(&tally, index, count, &first, &end);
            assert_int_equal(first, next);
            assert_true(end >= first);
            next = end;
        }
        assert_int_equal(next, 1000);
    }
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tally_written_and_read_is_the_same),
        cmocka_unit_test(tally_cut_short_anywhere_is_refused),
        cmocka_unit_test(tally_that_is_no_tally_is_refused),
        cmocka_unit_test(tally_of_another_question_is_not_added),
        cmocka_unit_test(shards_of_any_number_cover_each_chunk_once),
    };
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
