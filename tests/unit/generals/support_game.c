/* support_game.c - see support_game.h. */
#include "support_game.h"

#include "base/bytes.h"

#include <string.h>

struct scenario game_of(enum algorithm algorithm, unsigned generals, unsigned m)
{
    struct scenario scenario;
    scenario_init(&scenario);
    scenario.algorithm = algorithm;
    scenario.generals = generals;
    scenario.m = m;
    graph_complete(&scenario.graph, generals);
    return scenario;
}

void game_betray(struct scenario *scenario, general_set traitors, enum strategy strategy)
{
    scenario->traitors = traitors;
    for (unsigned g = 0; g < GENERALS_MAX; g++) {
        scenario->strategies[g] =
            general_is_in(traitors, (general_id)g) ? strategy : STRATEGY_LOYAL;
    }
}

void game_lie(struct scenario *scenario, general_id from, general_id to, order_nr order,
              const general_id *path, unsigned path_count)
{
    struct lie lie = {.from = from, .to = to, .order = order, .path_count = (uint8_t)path_count};
    memcpy(lie.path, path, path_count);
    assert_int_equal(scenario_add_lie(scenario, &lie, NULL), OK);
}

struct play *game_play(const struct scenario *scenario)
{
    struct play *play = NULL;
    struct error_text text = {""};
    if (play_run(scenario, &play, &text) != OK) {
        fail_msg("refused: %s", text.text);
    }
    return play;
}

void game_is_refused(const struct scenario *scenario, const char *part)
{
    struct play *play = NULL;
    struct error_text text = {""};
    assert_int_not_equal(scenario_check(scenario, &text), OK);
    if (strstr(text.text, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text.text, part);
    }
    assert_int_not_equal(play_run(scenario, &play, NULL), OK);
    assert_null(play);
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
    uint8_t bytes[8];
    put_u64(bytes, number);
    return hash_bytes(hash, bytes, sizeof bytes);
}

static uint64_t hash_message(uint64_t hash, const struct play *play, const struct message *message)
{
    hash = hash_number(hash, message->instance);
    hash = hash_number(hash, message->round);
    hash = hash_number(hash, message->from);
    hash = hash_number(hash, message->to);
    hash = hash_number(hash, message->due);
    hash = hash_number(hash, message->sent);
    hash = hash_number(hash, message->fate);
    hash = hash_number(hash, message->verdict);
    return hash_bytes(hash, message_path(play, message), message->path_count);
}

uint64_t game_hash(const struct play *play)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < play->message_count; i++) {
        hash = hash_message(hash, play, &play->messages[i]);
    }
    hash = hash_bytes(hash, play->decisions, sizeof play->decisions);
    hash = hash_bytes(hash, play->vectors, sizeof play->vectors);
    for (unsigned g = 0; g < GENERALS_MAX; g++) {
        hash = hash_number(hash, play->acted[g]);
    }
    hash = hash_number(hash, play->sent_count);
    hash = hash_number(hash, play->packet_count);
    hash = hash_number(hash, play->signature_count);
    hash = hash_number(hash, play->verify_count);
    hash = hash_bytes(hash, play->ic1_reason, strlen(play->ic1_reason));
    return hash_bytes(hash, play->ic2_reason, strlen(play->ic2_reason));
}

uint64_t game_acts(const struct play *play)
{
    uint64_t acts = 0;
    for (unsigned g = 0; g < GENERALS_MAX; g++) {
        acts += play->acted[g];
    }
    return acts;
}

size_t game_count(const struct play *play, enum fate fate, enum verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < play->message_count; i++) {
        count += play->messages[i].fate == fate && play->messages[i].verdict == verdict ? 1 : 0;
    }
    return count;
}

const struct message *game_find(const struct play *play, unsigned round, general_id from,
                                general_id to)
{
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        if (message->round == round && message->from == from && message->to == to) {
            return message;
        }
    }
    return NULL;
}
