/* generals.c - `strategos-sim generals`: one game, played and shown. */
#include "command/command.h"
#include "command/generals_json.h"
#include "command/report.h"
#include "command/settings.h"
#include "console/text.h"
#include "console/ticks.h"
#include "draw/draw.h"
#include "prove/worst.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run of the command. */
struct run {
    struct generals_settings settings;
    bool has_search;
    struct error_text search; /* what came of the strategy worst */
    struct play *play;
    uint64_t played_ns;
};

static int fail(const struct run *run, const struct error_text *text)
{
    (void)fprintf(stderr, "%s: %s\n", run->settings.command.name, text->text);
    return EXIT_USAGE;
}

/* The first lie that the scenario is refused for: it is played without it and all later ones, and
 * not with it. As many as there are if lies are not the reason. */
static size_t find_wrong_lie(const struct scenario *scenario)
{
    struct scenario part = *scenario; /* borrows the lies */
    size_t played = 0;
    size_t refused = scenario->lie_count;
    part.lie_count = 0;
    if (refused == 0 || scenario_check(&part, NULL) != OK) {
        return scenario->lie_count;
    }
    while (refused - played > 1) {
        part.lie_count = played + (refused - played) / 2;
        if (scenario_check(&part, NULL) == OK) {
            played = part.lie_count;
        } else {
            refused = part.lie_count;
        }
    }
    return refused - 1;
}

/* What the scenario is refused for, with its file's name, and the line if a lie is the reason. */
static enum error check(const struct run *run, const struct scenario *scenario,
                        struct error_text *text)
{
    struct error_text reason = {""};
    const char *path = run->settings.sheet.path;
    enum error error = scenario_check(scenario, &reason);
    if (error == OK || path == NULL) {
        return error == OK ? OK : error_set(text, error, "%s", reason.text);
    }
    size_t lie = find_wrong_lie(scenario);
    int line = lie < scenario->lie_count ? sheet_lie_line(&run->settings.sheet, scenario, lie) : 0;
    return line > 0 ? error_set(text, error, "%s:%d: %s", path, line, reason.text)
                    : error_set(text, error, "%s: %s", path, reason.text);
}

/* The same game with loyal generals for those whose lies are still to be found: refused for the
 * same reasons. False if there are none. */
static bool without_search(const struct scenario *scenario, struct scenario *loyal)
{
    bool is_wanted = false;
    *loyal = *scenario;
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (scenario->strategies[general] == STRATEGY_WORST) {
            loyal->strategies[general] = STRATEGY_LOYAL;
            is_wanted = true;
        }
    }
    return is_wanted;
}

/* Finds the worst lies, if they are asked for. */
static enum error search(struct run *run, struct error_text *text)
{
    struct scenario *scenario = &run->settings.scenario;
    struct scenario loyal; /* borrows the lies */
    bool is_found = false;
    struct error_text reason = {""};
    if (!without_search(scenario, &loyal)) {
        return OK;
    }
    TRY(check(run, &loyal, text));
    run->has_search = true;
    enum error error = worst_find(scenario, &is_found, &reason);
    if (error != OK) {
        return error_set(text, error, "--strategy worst: %s", reason.text);
    }
    if (is_found) {
        (void)error_set(&run->search, OK,
                        "A search found lies that break it: %zu of them, as the script of the "
                        "traitors.",
                        scenario->lie_count);
    } else {
        (void)error_set(&run->search, OK, "A search found nothing that breaks it: %s", reason.text);
    }
    return OK;
}

static enum error save(const struct run *run, struct error_text *text)
{
    const char *path = run->settings.save;
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return error_set(text, ERROR_IO, "--save = '%s': cannot be written: %s", path,
                         strerrordesc_np(errno));
    }
    scenario_write(&run->settings.scenario, file);
    bool is_written = ferror(file) == 0;
    if (fclose(file) != 0 || !is_written) {
        return error_set(text, ERROR_IO, "--save = '%s': cannot be written", path);
    }
    return OK;
}

/* The lieutenant whose tree is drawn if none is asked for: the first loyal one. */
static general_id tree_of(const struct run *run)
{
    const struct scenario *scenario = &run->settings.scenario;
    if (run->settings.has_tree) {
        return run->settings.tree_of;
    }
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general != scenario->commander &&
            general_is_in(scenario->traitors, (general_id)general) == 0) {
            return (general_id)general;
        }
    }
    return scenario->commander;
}

static enum error draw(const struct run *run, struct error_text *text)
{
    const struct generals_settings *settings = &run->settings;
    struct error_text reason = {""};
    if (settings->svg != NULL) {
        enum error error = draw_svg(run->play, tree_of(run), settings->svg, &reason);
        if (error != OK) {
            return error_set(text, error, "--svg = '%s': %s", settings->svg, reason.text);
        }
    }
    if (settings->html != NULL) {
        enum error error = draw_html(run->play, settings->html, &reason);
        if (error != OK) {
            return error_set(text, error, "--html = '%s': %s", settings->html, reason.text);
        }
    }
    return settings->save == NULL ? OK : save(run, text);
}

static void print_report(const struct run *run)
{
    bool is_screen = isatty(STDOUT_FILENO) == 1;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    const char *no_colour = getenv("NO_COLOR");
    struct report report = {
        .out = stdout,
        .play = run->play,
        .has_colour = is_screen && (no_colour == NULL || no_colour[0] == '\0'),
        .has_tree = run->settings.has_tree,
        .tree_of = run->settings.tree_of,
        .search = run->has_search ? run->search.text : NULL,
    };
    report_print(&report);
    if (is_screen) { /* files and scripts get the same bytes every time */
        (void)printf("  played in %" PRIu64 ".%03" PRIu64 " ms\n", run->played_ns / TICKS_MS,
                     run->played_ns % TICKS_MS / 1000);
    }
}

static enum error play_and_show(struct run *run, struct error_text *text)
{
    TRY(search(run, text));
    TRY(check(run, &run->settings.scenario, text));
    uint64_t begin_ns = ticks_now_ns();
    TRY(play_run(&run->settings.scenario, &run->play, text));
    run->played_ns = ticks_now_ns() - begin_ns;
    TRY(draw(run, text));
    if (run->settings.json) {
        generals_print_json(run->play, run->has_search ? run->search.text : NULL, stdout);
    } else if (!run->settings.quiet) {
        print_report(run);
    }
    return OK;
}

int command_generals(int argc, char **argv)
{
    struct run run = {.play = NULL};
    struct error_text text = {""};
    int exit_code = EXIT_DONE;
    if (settings_parse(&run.settings, argc, argv, &exit_code)) {
        if (play_and_show(&run, &text) != OK) {
            exit_code = fail(&run, &text);
        } else {
            exit_code = run.play->ic1 && run.play->ic2 ? EXIT_DONE : EXIT_REFUSED;
        }
    }
    play_free(run.play);
    settings_fini(&run.settings);
    return exit_code;
}
