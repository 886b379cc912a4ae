/* hostile_test.c - a traitor among other traitors: whatever comes in, it lives, counts right, and
 * says nothing that cannot be read but what it means to. */
#include "support_tape.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

static bool is_noise(const char *name)
{
    return strcmp(name, "garbage") == 0 || strcmp(name, "flood") == 0 ||
           strcmp(name, "turncoat") == 0 || strcmp(name, "count-twice") == 0;
}

static void play_among(const char *hostile)
{
    struct tape tape;
    tape_record(&tape, traitor_strategy_find(hostile));
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        struct playback playback = {0};
        playback_run(&playback, &tape, i, 9);
        assert_int_equal(playback.misjudged, 0);
        assert_true(playback.malformed == 0 || is_noise(traitor_strategy(i)->name));
        playback_fini(&playback);
    }
    tape_free(&tape);
}

static void every_strategy_stands_what_other_traitors_say(void **state)
{
    (void)state;
    play_among("mutate");
    play_among("flood");
    play_among("forge");
    play_among("future-views");
    play_among("garbage");
    play_among("poison-sync");
    play_among("heartbeat-lies");
    play_among("invent-blocks");
    play_among("count-twice");
}

/* One bit in each frame, wherever it comes from. */
static void every_strategy_stands_any_bytes(void **state)
{
    (void)state;
    struct tape tape;
    struct prng prng;
    tape_record(&tape, SIZE_MAX);
    prng_init(&prng, 1);
    for (size_t i = 0; i < tape.count; i++) {
        size_t size = tape.events[i].bytes.size;
        if (size != 0) {
            tape.bytes[i][prng_below(&prng, size)] ^= (uint8_t)(1u << prng_below(&prng, 8));
        }
    }
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        struct playback playback = {0};
        playback_run(&playback, &tape, i, 9);
        assert_int_equal(playback.misjudged, 0);
        playback_fini(&playback);
    }
    tape_free(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_strategy_stands_what_other_traitors_say),
        cmocka_unit_test(every_strategy_stands_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
