/* play_om.c - rounds of packets between the generals of om.h; values of traitors are changed one by
 * one on their way. */
#include "generals/play_om.h"

#include "base/assert.h"

#include <stdlib.h>

/* Where the values of a general begin: after all the structs, at a multiple of 16. */
#define VALUES_ALIGN 16u

/* One instance that is being played. */
struct om_game {
    struct recorder *recorder;
    const struct plot *plot;
    unsigned instance;
    struct om_shape shape;
    struct om *oms;
    order_nr *packet; /* room for the largest */
};

static uint64_t values_bytes(unsigned generals, unsigned m)
{
    uint64_t bytes = om_memory_bytes(generals, m);
    return bytes > UINT64_MAX - VALUES_ALIGN
               ? UINT64_MAX
               : (bytes + VALUES_ALIGN - 1) / VALUES_ALIGN * VALUES_ALIGN;
}

uint64_t play_om_memory(unsigned generals, unsigned m)
{
    uint64_t each = values_bytes(generals, m);
    uint64_t structs = (uint64_t)generals * (sizeof(struct om) + VALUES_ALIGN);
    return each > (UINT64_MAX - structs) / generals ? UINT64_MAX : each * generals + structs;
}

/* The generals, and what they will be told, in one block. */
static struct om *make_generals(const struct om_shape *shape, order_nr order)
{
    uint64_t bytes = play_om_memory(shape->generals, shape->m);
    struct om *oms = bytes > SIZE_MAX ? NULL : malloc((size_t)bytes);
    if (oms == NULL) {
        return NULL;
    }
    uint64_t each = values_bytes(shape->generals, shape->m);
    uint8_t *values = (uint8_t *)(oms + shape->generals);
    values += VALUES_ALIGN - (uintptr_t)values % VALUES_ALIGN;
    for (unsigned g = 0; g < shape->generals; g++) {
        om_init(&oms[g], shape, (general_id)g, values + g * each);
    }
    om_set_order(&oms[shape->commander], order);
    return oms;
}

/* What a general was told first: the commander's own word. */
static order_nr first_of(const struct om_game *game, general_id general)
{
    const struct om *om = &game->oms[general];
    return general == game->shape.commander ? om->order : om_stored(om, &game->shape.commander, 1);
}

/* Each value by itself: a traitor's is what he chooses. True if anything was sent. */
static bool send_values(struct om_game *game, unsigned round, general_id from, general_id to)
{
    bool is_traitor = general_is_in(game->plot->scenario->traitors, from);
    size_t count = om_packet_values(&game->shape, round, from, to);
    bool is_sent = false;
    general_id path[ROUNDS_MAX];
    struct occasion occasion = {.instance = game->instance,
                                .round = round,
                                .rounds = game->shape.m + 1,
                                .from = from,
                                .to = to,
                                .path = path,
                                .path_count = round,
                                .first = is_traitor ? first_of(game, from) : RETREAT};
    for (size_t i = 0; i < count; i++) {
        om_packet_path(&game->shape, round, from, to, i, path);
        occasion.due = game->packet[i];
        struct choice choice =
            is_traitor ? strategy_choose(game->plot, &occasion) : choice_loyal(occasion.due);
        record_message(game->recorder, &occasion, &choice);
        is_sent = is_sent || choice.sent != ORDER_ABSENT;
        game->packet[i] = choice.heard;
    }
    return is_sent;
}

static void send_packet(struct om_game *game, unsigned round, general_id from, general_id to)
{
    size_t count = om_packet_values(&game->shape, round, from, to);
    if (count == 0) {
        return;
    }
    om_pack(&game->oms[from], round, to, game->packet);
    bool is_sent = true;
    if (!game->recorder->play->is_recorded &&
        !general_is_in(game->plot->scenario->traitors, from)) {
        record_bulk(game->recorder, count);
    } else {
        is_sent = send_values(game, round, from, to);
    }
    if (is_sent) {
        record_packet(game->recorder);
    }
    om_take(&game->oms[to], round, from, game->packet);
}

/* The largest packet of any round: what a lieutenant says in the last one. */
static size_t packet_room(const struct om_shape *shape)
{
    size_t room = 1;
    general_id from = shape->commander == 0 ? 1 : 0;
    for (unsigned round = 1; round <= shape->m + 1; round++) {
        for (unsigned to = 0; to < shape->generals; to++) {
            size_t count = om_packet_values(shape, round, from, (general_id)to);
            room = count > room ? count : room;
        }
    }
    return room;
}

enum error play_om(struct recorder *recorder, const struct plot *plot, size_t instance,
                   struct error_text *text)
{
    const struct scenario *scenario = plot->scenario;
    struct instance *played = &recorder->play->instances[instance];
    struct om_game game = {.recorder = recorder,
                           .plot = plot,
                           .instance = (unsigned)instance,
                           .shape = {.generals = scenario->generals,
                                     .m = scenario->m,
                                     .commander = played->commander}};
    ASSERT(graph_is_complete(&scenario->graph));
    recorder->play->rounds = scenario->m + 1;
    game.packet = malloc(packet_room(&game.shape));
    game.oms = make_generals(&game.shape, played->order);
    played->oms = game.oms;
    if (game.packet == NULL || game.oms == NULL) {
        free(game.packet);
        return error_set(text, ERROR_MEMORY, "no memory for OM(%u) of %u generals", scenario->m,
                         scenario->generals);
    }
    for (unsigned round = 1; round <= scenario->m + 1; round++) {
        for (unsigned from = 0; from < scenario->generals; from++) {
            for (unsigned to = 0; to < scenario->generals; to++) {
                send_packet(&game, round, (general_id)from, (general_id)to);
            }
        }
    }
    for (unsigned g = 0; g < scenario->generals; g++) {
        played->decisions[g] = om_decide(&game.oms[g]);
    }
    free(game.packet);
    return OK;
}
