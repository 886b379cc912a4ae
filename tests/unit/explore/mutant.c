/* mutant.c - a program around a Simplex with a planted bug: the explorer must find it, and the way
 * to it must be told. Usage: VIEWS TRAITOR RESTARTS BREACH STATES_MAX [WIDTH]. */
#include "explore/explore.h"

#include <stdio.h>
#include <stdlib.h>

#define SETTLE_STATES 500u

static const char *const breaches[] = {
    [BREACH_TWO_NOTARIZE] = "two-notarize",
    [BREACH_NOTARIZE_AFTER_NULLIFY] = "notarize-after-nullify",
    [BREACH_NULLIFY_AND_FINALIZE] = "nullify-and-finalize",
    [BREACH_TURN_WITHOUT_END] = "turn-without-end",
    [BREACH_DECIDED] = "decided",
    [BREACH_UNPROPOSED] = "unproposed",
    [BREACH_UNFOUNDED] = "unfounded",
    [BREACH_CERTIFICATES] = "certificates",
    [BREACH_STUCK] = "stuck",
};

static bool is_expected(const struct explore_result *result, const char *breach)
{
    if (result->breach == BREACH_NONE || strcmp(breaches[result->breach], breach) != 0) {
        return false;
    }
    return result->step_count > 0 || result->breach == BREACH_STUCK; /* from the start on */
}

int main(int argc, char **argv)
{
    struct error_text text = {""};
    struct explore_result result;
    if (argc != 6 && argc != 7) {
        return EXIT_FAILURE;
    }
    const struct explore_settings settings = {.views = (unsigned)strtoul(argv[1], NULL, 10),
                                              .traitor = (replica_id)strtoul(argv[2], NULL, 10),
                                              .has_restarts = strtoul(argv[3], NULL, 10) != 0,
                                              .states_max = strtoull(argv[5], NULL, 10),
                                              .width_max =
                                                  argc == 7 ? strtoull(argv[6], NULL, 10) : 0,
                                              .settle_max = SETTLE_STATES};
    if (explore_run(&settings, &result, &text) != OK) {
        (void)fprintf(stderr, "%s\n", text.text);
        explore_result_fini(&result);
        return EXIT_FAILURE;
    }
    (void)printf("%llu states: %s\n", (unsigned long long)result.states,
                 breach_text(result.breach));
    for (uint32_t i = 0; i < result.step_count; i++) {
        char step[EXPLORE_STEP_TEXT_BYTES];
        (void)printf("%u. %s\n", i + 1, explore_step_text(&result.scope, &result.steps[i], step));
    }
    bool is_found = is_expected(&result, argv[4]);
    explore_result_fini(&result);
    return is_found ? EXIT_SUCCESS : EXIT_FAILURE;
}
