/* play_sm.c - rounds of signed chains between the generals of sm.h. What traitors do is in
 * play_sm_traitors.c. */
#include "generals/play_sm.h"

#include "agreement/sm_graph.h"
#include "base/assert.h"
#include "generals/play_sm_traitors.h"

#include <stdlib.h>

unsigned play_sm_rounds(const struct scenario *scenario)
{
    unsigned sufficient = sm_graph_m_sufficient(scenario->generals);
    general_set loyal = generals_all(scenario->generals) & ~scenario->traitors;
    unsigned sm_m = sufficient;
    if (graph_is_complete(&scenario->graph)) {
        return scenario->m + 1;
    }
    if (!sm_graph_m(&scenario->graph, loyal, scenario->m, &sm_m) || sm_m > sufficient) {
        sm_m = sufficient;
    }
    return sm_m + 1;
}

uint64_t play_sm_memory(unsigned generals)
{
    return (uint64_t)generals * sizeof(struct sm);
}

/* Each traitor is told at most two orders by each loyal general; what they have seen is largest
 * where half are traitors, and while it doubles the old is there too. */
uint64_t play_sm_scratch(unsigned generals)
{
    uint64_t seen = 2 * (uint64_t)generals * generals * sizeof(struct sm_chain);
    return sizeof(struct sm_game) + 3 * (uint64_t)generals * sizeof(struct sm_dues) + seen;
}

static void sign(void *context, const struct digest *digest, struct signature *signature)
{
    struct sm_key *key = context;
    key->play->signature_count++;
    signature_sign(&key->secret, digest, signature);
}

static bool verify(void *context, const struct public_key *key, const struct digest *digest,
                   const struct signature *signature)
{
    struct sm_key *own = context;
    own->play->verify_count++;
    return signature_verify(key, digest, signature);
}

struct digest sm_game_instance(const struct sm_game *game, uint64_t number)
{
    struct digest instance = {{0}};
    put_u64(instance.bytes, game->plot->scenario->seed);
    put_u64(instance.bytes + 8, game->commander);
    put_u64(instance.bytes + 16, number);
    return instance;
}

static void make_generals(struct sm_game *game)
{
    const struct scenario *scenario = game->plot->scenario;
    for (unsigned g = 0; g < scenario->generals; g++) {
        uint8_t seed[SEED_BYTES] = {0};
        put_u64(seed, scenario->seed);
        put_u64(seed + 8, g);
        signature_from_seed(seed, &game->keys[g].secret, &game->public_keys[g]);
        game->keys[g].play = game->recorder->play;
    }
    for (unsigned g = 0; g < scenario->generals; g++) {
        struct sm_settings settings = {
            .generals = scenario->generals,
            .rounds = game->rounds,
            .commander = game->commander,
            .self = (general_id)g,
            .neighbours = scenario->graph.neighbours[g],
            .any_length = !scenario->has_round_rule,
            .instance = sm_game_instance(game, 0),
            .keys = game->public_keys,
            .authority = {.context = &game->keys[g], .sign = sign, .verify = verify},
        };
        sm_init(&game->sms[g], &settings);
    }
}

/* What a traitor gets from a loyal general he can take further; what comes from traitors they can
 * make again. */
static void look(struct sm_game *game, const struct sm_letter *letter)
{
    general_set traitors = game->plot->scenario->traitors;
    if (!general_is_in(traitors, letter->to) || general_is_in(traitors, letter->from)) {
        return;
    }
    if (game->seen_count == game->seen_capacity) {
        size_t capacity = game->seen_capacity == 0 ? 16 : 2 * game->seen_capacity;
        struct sm_chain *grown = realloc(game->seen, capacity * sizeof *grown);
        if (grown == NULL) {
            game->recorder->is_out_of_memory = true;
            return;
        }
        game->seen = grown;
        game->seen_capacity = capacity;
    }
    game->seen[game->seen_count++] = *letter->chain;
}

static void record(struct sm_game *game, const struct sm_letter *letter, enum verdict verdict)
{
    struct occasion occasion = {
        .instance = game->instance,
        .round = letter->round,
        .rounds = game->rounds,
        .from = letter->from,
        .to = letter->to,
        .path = letter->chain->signers,
        .path_count = letter->chain->count,
        .due = letter->due,
    };
    order_nr sent = letter->fate == FATE_SILENT ? ORDER_ABSENT : letter->chain->order;
    struct choice choice = {letter->fate, sent, sent, verdict};
    record_message(game->recorder, &occasion, &choice);
}

struct sm_letter sm_game_letter(const struct sm_game *game, general_id from, general_id to,
                                const struct sm_due *due)
{
    return (struct sm_letter){game->round, from, to, &due->chain, due->chain.order, FATE_LOYAL};
}

enum verdict sm_game_deliver(struct sm_game *game, const struct sm_letter *letter)
{
    struct sm_dues *next = &game->next[letter->to];
    general_set to;
    enum verdict verdict =
        sm_on_chain(&game->sms[letter->to], game->round, letter->chain, &game->relay, &to);
    if (to != 0) {
        ASSERT(next->count < 2);
        next->due[next->count].chain = game->relay;
        next->due[next->count].to = to;
        next->count++;
    }
    if (!general_is_in(game->reached[letter->from], letter->to)) {
        game->reached[letter->from] |= general_bit(letter->to);
        record_packet(game->recorder);
    }
    look(game, letter);
    if (letter->fate != FATE_LATE) { /* that was written down when it was due */
        record(game, letter, verdict);
    }
    return verdict;
}

void sm_game_withhold(struct sm_game *game, const struct sm_letter *letter)
{
    record(game, letter, letter->fate == FATE_LATE ? VERDICT_STALE : VERDICT_ACCEPTED);
}

static void send_due(struct sm_game *game, general_id from, struct sm_due *due)
{
    if (general_is_in(game->plot->scenario->traitors, from)) {
        sm_traitor_on_due(game, from, due);
        return;
    }
    for (general_set left = due->to; left != 0; left &= left - 1) {
        struct sm_letter letter =
            sm_game_letter(game, from, (general_id)__builtin_ctzll(left), due);
        (void)sm_game_deliver(game, &letter);
    }
}

static void play_round(struct sm_game *game, unsigned generals)
{
    for (unsigned g = 0; g < generals; g++) {
        game->reached[g] = 0;
        game->next[g].count = 0;
    }
    for (unsigned g = 0; g < generals; g++) {
        for (unsigned i = 0; i < game->now[g].count; i++) {
            send_due(game, (general_id)g, &game->now[g].due[i]);
        }
        if (general_is_in(game->plot->scenario->traitors, (general_id)g)) {
            sm_traitor_on_round(game, (general_id)g);
        }
    }
    struct sm_dues *old = game->before;
    game->before = game->now;
    game->now = game->next;
    game->next = old;
}

static void play_rounds(struct sm_game *game, unsigned generals)
{
    struct sm_dues *first = &game->now[game->commander];
    first->count = 1;
    first->due[0].to = game->sms[game->commander].settings.neighbours;
    sm_order(&game->sms[game->commander], game->order, &first->due[0].chain);
    for (game->round = 1; game->round <= game->rounds; game->round++) {
        play_round(game, generals);
    }
}

static struct sm_game *game_new(unsigned generals)
{
    struct sm_game *game = calloc(1, sizeof *game);
    struct sm_dues *dues = calloc(3 * (size_t)generals, sizeof *dues);
    if (game == NULL || dues == NULL) {
        free(game);
        free(dues);
        return NULL;
    }
    game->before = dues;
    game->now = dues + generals;
    game->next = dues + 2 * (size_t)generals;
    return game;
}

static void game_free(struct sm_game *game, struct sm_dues *dues)
{
    free(game->seen);
    free(dues);
    free(game);
}

enum error play_sm(struct recorder *recorder, const struct plot *plot, size_t instance,
                   struct error_text *text)
{
    unsigned generals = plot->scenario->generals;
    struct instance *played = &recorder->play->instances[instance];
    TRY(signature_library_init());
    played->sms = calloc(generals, sizeof *played->sms);
    struct sm_game *game = game_new(generals);
    if (game == NULL || played->sms == NULL) {
        if (game != NULL) {
            game_free(game, game->before);
        }
        return error_set(text, ERROR_MEMORY, "no memory for SM(%u) of %u generals",
                         plot->scenario->m, generals);
    }
    struct sm_dues *dues = game->before;
    game->recorder = recorder;
    game->plot = plot;
    game->instance = (unsigned)instance;
    game->rounds = play_sm_rounds(plot->scenario);
    game->commander = played->commander;
    game->order = played->order;
    game->sms = played->sms;
    recorder->play->rounds = game->rounds;
    make_generals(game);
    play_rounds(game, generals);
    for (unsigned g = 0; g < generals; g++) {
        played->decisions[g] = sm_decide(&game->sms[g]);
        game->sms[g].settings.keys = NULL;
        game->sms[g].settings.authority = (struct authority){0};
    }
    game_free(game, dues);
    return OK;
}
