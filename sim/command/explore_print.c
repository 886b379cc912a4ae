/* explore_print.c - see explore_print.h. */
#include "command/explore_print.h"

#include "base/plural.h"
#include "console/ticks.h"

#include <inttypes.h>

static const char *what_was_seen(const struct explore_result *result)
{
    if (result->breach != BREACH_NONE) {
        return "then a breach";
    }
    return result->is_complete ? "all there are" : "not all there are";
}

static void print_bounds(const struct explore_result *result, FILE *out)
{
    unsigned views = result->scope.views;
    if (!result->is_complete && result->breach == BREACH_NONE) {
        (void)fprintf(out, "  all states within %u step%s%s\n", result->depth_whole,
                      plural(result->depth_whole),
                      result->is_sampled ? ", and some of those farther away" : "");
    }
    (void)fprintf(out, "  states by the highest view that a loyal replica is in: ");
    for (unsigned view = 1; view <= views; view++) {
        (void)fprintf(out, "view %u: %" PRIu64 ", ", view, result->by_view[view - 1]);
    }
    (void)fprintf(out, "past them: %" PRIu64 "\n", result->by_view[views]);
}

void explore_print(const struct explore_result *result, uint64_t spent_ns, FILE *out)
{
    const struct scope *scope = &result->scope;
    (void)fprintf(out, "traitor %u: %" PRIu64 " state%s, %s; depth %u, %" PRIu64 " transitions\n",
                  (unsigned)scope->traitor, result->states, plural(result->states),
                  what_was_seen(result), result->depth, result->transitions);
    print_bounds(result, out);
    (void)fprintf(out,
                  "  loyal replicas %u, %u, %u have %u, %u, %u states; Simplex was given %" PRIu64
                  " events\n",
                  (unsigned)scope->loyal[0], (unsigned)scope->loyal[1], (unsigned)scope->loyal[2],
                  result->locals[0], result->locals[1], result->locals[2], result->calls);
    (void)fprintf(out,
                  "  %" PRIu64 " states without a step; from %" PRIu64
                  " states the group was let run on\n",
                  result->endings, result->settled);
    if (spent_ns != 0) {
        uint64_t spent_ms = spent_ns / TICKS_MS + 1;
        (void)fprintf(out, "  %" PRIu64 ".%03" PRIu64 " s, %" PRIu64 " states/s\n", spent_ms / 1000,
                      spent_ms % 1000, result->states * 1000 / spent_ms);
    }
    if (result->breach != BREACH_NONE) {
        (void)fprintf(out, "  VIOLATED: %s\n", breach_text(result->breach));
    }
    for (uint32_t i = 0; i < result->step_count; i++) {
        char text[EXPLORE_STEP_TEXT_BYTES];
        (void)fprintf(out, "  %3u. %s\n", i + 1, explore_step_text(scope, &result->steps[i], text));
    }
}

json_t *explore_json(const struct explore_result *result)
{
    json_t *locals = json_array();
    json_t *by_view = json_array();
    json_t *steps = json_array();
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        (void)json_array_append_new(locals, json_integer(result->locals[seat]));
    }
    for (unsigned view = 0; view <= result->scope.views; view++) {
        (void)json_array_append_new(by_view, json_integer((json_int_t)result->by_view[view]));
    }
    for (uint32_t i = 0; i < result->step_count; i++) {
        char text[EXPLORE_STEP_TEXT_BYTES];
        (void)json_array_append_new(
            steps, json_string(explore_step_text(&result->scope, &result->steps[i], text)));
    }
    return json_pack(
        "{s:i, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:b, s:b, s:o, s:o}", "traitor",
        (int)result->scope.traitor, "states", (json_int_t)result->states, "transitions",
        (json_int_t)result->transitions, "endings", (json_int_t)result->endings, "by_view", by_view,
        "locals", locals, "calls", (json_int_t)result->calls, "settled",
        (json_int_t)result->settled, "depth", (json_int_t)result->depth, "depth_whole",
        (json_int_t)result->depth_whole, "sampled", (int)result->is_sampled, "complete",
        (int)result->is_complete, "breach",
        result->breach == BREACH_NONE ? json_null() : json_string(breach_text(result->breach)),
        "steps", steps);
}
