/* support_game.c - sets up games, draws them into a folder and reads them back. */
#include "support_game.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scenario game_of(enum algorithm algorithm, unsigned generals, unsigned m)
{
    struct scenario scenario;
    scenario_init(&scenario);
    scenario.algorithm = algorithm;
    scenario.generals = generals;
    scenario.m = m;
    graph_complete(&scenario.graph, generals);
    (void)snprintf(scenario.name, sizeof scenario.name, "a game");
    return scenario;
}

void game_betray(struct scenario *scenario, general_id general, enum strategy strategy)
{
    scenario->traitors |= general_bit(general);
    scenario->strategies[general] = strategy;
}

void game_graph(struct scenario *scenario, const char *name, const general_id edges[][2])
{
    graph_init(&scenario->graph, scenario->generals);
    for (size_t i = 0; edges[i][0] != edges[i][1]; i++) {
        graph_connect(&scenario->graph, edges[i][0], edges[i][1]);
    }
    (void)snprintf(scenario->graph_name, sizeof scenario->graph_name, "%s", name);
}

struct play *game_play(struct scenario *scenario)
{
    struct error_text text = {{0}};
    struct play *play = NULL;
    if (play_run(scenario, &play, &text) != OK) {
        fail_msg("%s", text.text);
    }
    scenario_fini(scenario);
    return play;
}

static char *take(const struct test_folder *folder, const char *name)
{
    char *content = test_read_file(test_path(folder, "%s", name), NULL);
    assert_non_null(content);
    return content;
}

char *game_svg(const struct play *play, general_id tree_of)
{
    struct test_folder folder;
    struct error_text text = {{0}};
    test_folder_init(&folder);
    assert_int_equal(draw_svg(play, tree_of, test_path(&folder, "game.svg"), &text), OK);
    char *content = take(&folder, "game.svg");
    test_folder_fini(&folder);
    return content;
}

char *game_html(const struct play *play)
{
    struct test_folder folder;
    struct error_text text = {{0}};
    test_folder_init(&folder);
    assert_int_equal(draw_html(play, test_path(&folder, "game.html"), &text), OK);
    char *content = take(&folder, "game.html");
    test_folder_fini(&folder);
    return content;
}

size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

uint64_t marks_of(const char *text, const char *class)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "class=\"mark %s", class);
    uint64_t sum = 0;
    for (const char *at = strstr(text, wanted); at != NULL; at = strstr(at + 1, wanted)) {
        const char *count = strstr(at, "data-count=\"");
        assert_non_null(count);
        sum += strtoull(count + strlen("data-count=\""), NULL, 10);
    }
    return sum;
}

size_t fates_of(const struct play *play, enum fate fate)
{
    size_t count = 0;
    for (size_t i = 0; i < play->message_count; i++) {
        count += play->messages[i].fate == fate;
    }
    return count;
}

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:_"
#define DEPTH_MAX       64

struct reader {
    const char *at;
    unsigned depth;
    unsigned roots;
    struct {
        const char *name;
        size_t size;
    } open[DEPTH_MAX];
};

static const char *read_entity(struct reader *reader)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (strncmp(reader->at, entities[i], strlen(entities[i])) == 0) {
            reader->at += strlen(entities[i]);
            return NULL;
        }
    }
    return "an ampersand that is no entity";
}

static const char *read_attributes(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\n') {
        reader->at += strspn(reader->at, " \n");
        size_t size = strspn(reader->at, NAME_CHARACTERS);
        if (size == 0) {
            return NULL;
        }
        reader->at += size;
        if (strncmp(reader->at, "=\"", 2) != 0) {
            return "an attribute without a quoted value";
        }
        reader->at += 2;
        while (*reader->at != '"') {
            if (*reader->at == '\0' || *reader->at == '<') {
                return "an attribute that does not end";
            }
            const char *trouble = *reader->at == '&' ? read_entity(reader) : (reader->at++, NULL);
            if (trouble != NULL) {
                return trouble;
            }
        }
        reader->at++;
    }
    return NULL;
}

static const char *read_close(struct reader *reader)
{
    reader->at += 2;
    size_t size = strspn(reader->at, NAME_CHARACTERS);
    if (reader->depth == 0 || size != reader->open[reader->depth - 1].size ||
        strncmp(reader->at, reader->open[reader->depth - 1].name, size) != 0) {
        return "an end tag that ends nothing";
    }
    reader->depth--;
    reader->at += size;
    return *reader->at++ == '>' ? NULL : "an end tag that does not end";
}

static const char *read_tag(struct reader *reader)
{
    if (reader->at[1] == '/') {
        return read_close(reader);
    }
    reader->at++;
    const char *name = reader->at;
    size_t size = strspn(name, NAME_CHARACTERS);
    if (size == 0) {
        return "a bracket that opens nothing";
    }
    reader->at += size;
    const char *trouble = read_attributes(reader);
    if (trouble != NULL) {
        return trouble;
    }
    reader->roots += reader->depth == 0;
    if (strncmp(reader->at, "/>", 2) == 0) {
        reader->at += 2;
        return NULL;
    }
    if (*reader->at++ != '>') {
        return "a tag that does not end";
    }
    if (reader->depth == DEPTH_MAX) {
        return "too deep";
    }
    reader->open[reader->depth].name = name;
    reader->open[reader->depth++].size = size;
    return NULL;
}

const char *xml_trouble(const char *text)
{
    static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    struct reader reader = {.at = text};
    if (strncmp(text, declaration, strlen(declaration)) == 0) {
        reader.at += strlen(declaration);
    }
    while (*reader.at != '\0') {
        const char *trouble = NULL;
        if (*reader.at == '<') {
            trouble = read_tag(&reader);
        } else if (*reader.at == '&') {
            trouble = read_entity(&reader);
        } else if (reader.depth == 0 && *reader.at != '\n') {
            trouble = "text outside of the root";
        } else if ((unsigned char)*reader.at < ' ' && *reader.at != '\n') {
            trouble = "a control character";
        } else {
            reader.at++;
        }
        if (trouble != NULL) {
            return trouble;
        }
    }
    return reader.depth != 0   ? "an element that is not closed"
           : reader.roots != 1 ? "not one root"
                               : NULL;
}
