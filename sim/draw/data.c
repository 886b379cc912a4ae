/* data.c - see data.h. Messages are arrays to keep pages small: [instance, round, from, to, due,
 * sent, fate, verdict, [path]]; packets [instance, round, from, to, not due, [[order, count] ...]].
 */
#include "draw/data.h"

#include "draw/layout.h"
#include "draw/packets.h"
#include "draw/parts.h"

#include <inttypes.h>

static void put_comma(struct buffer *out, bool is_wanted)
{
    if (is_wanted) {
        text_put(out, ",");
    }
}

static void put_pair(struct buffer *out, const char *name, const char *value)
{
    text_put(out, ",\"%s\":", name);
    text_json(out, value);
}

static void put_numbers(struct buffer *out, const char *name, const uint8_t *numbers,
                        unsigned count)
{
    text_put(out, ",\"%s\":[", name);
    for (unsigned i = 0; i < count; i++) {
        text_put(out, i == 0 ? "%u" : ",%u", numbers[i]);
    }
    text_put(out, "]");
}

static void put_set(struct buffer *out, const char *name, general_set set)
{
    text_put(out, ",\"%s\":[", name);
    bool is_first = true;
    for (; set != 0; set &= set - 1) {
        put_comma(out, !is_first);
        text_put(out, "%u", general_lowest(set));
        is_first = false;
    }
    text_put(out, "]");
}

static void put_scenario(struct buffer *out, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    char game[GAME_TEXT_BYTES];
    game_text(game, play);
    text_put(out, "{\"generals\":%u,\"m\":%u,\"rounds\":%u,\"algorithm\":\"%s\"",
             scenario->generals, scenario->m, play->rounds, algorithm_name(scenario->algorithm));
    put_pair(out, "name", scenario->name);
    put_pair(out, "text", scenario->text);
    put_pair(out, "game", game);
    text_put(out, ",\"orders\":[");
    for (unsigned i = 0; i < scenario->order_count; i++) {
        put_comma(out, i > 0);
        text_json(out, scenario_order_name(scenario, (order_nr)i));
    }
    text_put(out, "],\"letters\":[");
    for (unsigned i = 0; i < scenario->order_count; i++) {
        char letter[8];
        order_letter(play, (order_nr)i, letter);
        put_comma(out, i > 0);
        text_json(out, letter);
    }
    text_put(out, "]");
    put_set(out, "traitors", scenario->traitors);
    text_put(out, ",\"strategies\":[");
    for (unsigned g = 0; g < scenario->generals; g++) {
        put_comma(out, g > 0);
        text_json(out, strategy_name(scenario->strategies[g]));
    }
    text_put(out, "],\"fates\":[");
    for (unsigned fate = 0; fate < FATE_COUNT; fate++) {
        put_comma(out, fate > 0);
        text_json(out, fate_name((enum fate)fate));
    }
    text_put(out, "],\"verdicts\":[");
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        put_comma(out, verdict > 0);
        text_json(out, verdict_name((enum verdict)verdict));
    }
    text_put(out, "]");
}

static void put_graph(struct buffer *out, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    struct point places[GENERALS_MAX] = {{0, 0}};
    layout_place(&scenario->graph, DATA_STAGE_SIZE, places);
    text_put(out, ",\"places\":[");
    for (unsigned g = 0; g < scenario->generals; g++) {
        text_put(out, g == 0 ? "[%d,%d]" : ",[%d,%d]", places[g].x, places[g].y);
    }
    text_put(out, "],\"edges\":[");
    bool is_first = true;
    for (unsigned a = 0; a < scenario->generals && !graph_is_complete(&scenario->graph); a++) {
        for (unsigned b = a + 1; b < scenario->generals; b++) {
            if (general_is_in(scenario->graph.neighbours[a], (general_id)b)) {
                text_put(out, is_first ? "[%u,%u]" : ",[%u,%u]", a, b);
                is_first = false;
            }
        }
    }
    text_put(out, "]");
}

/* The disjoint paths from a commander's regular set to each general. */
static void put_paths(struct buffer *out, const struct play *play)
{
    general_set members = play_regular_set(play, 0);
    put_set(out, "regular", members);
    text_put(out, ",\"ways\":[");
    for (unsigned g = 0; members != 0 && g < play->scenario.generals; g++) {
        struct graph_path paths[GENERALS_MAX];
        general_id commander = play->instances[0].commander;
        general_set within = generals_all(play->scenario.generals) & ~general_bit(commander);
        unsigned count = g == commander ? 0
                                        : graph_disjoint_paths(&play->scenario.graph, within,
                                                               members, (general_id)g, paths);
        text_put(out, g == 0 ? "[" : ",[");
        for (unsigned i = 0; i < count; i++) {
            text_put(out, i == 0 ? "[%u" : ",[%u", commander);
            for (unsigned k = 0; k < paths[i].count; k++) {
                text_put(out, ",%u", paths[i].at[k]);
            }
            text_put(out, "]");
        }
        text_put(out, "]");
    }
    text_put(out, "]");
}

static void put_messages(struct buffer *out, const struct play *play)
{
    text_put(out, ",\"messages\":[");
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        const general_id *path = message_path(play, message);
        put_comma(out, i > 0);
        text_put(out, "\n[%u,%u,%u,%u,%u,%u,%d,%d,[", message->instance, message->round,
                 message->from, message->to, message->due, message->sent, (int)message->fate,
                 (int)message->verdict);
        for (unsigned k = 0; k < message->path_count; k++) {
            text_put(out, k == 0 ? "%u" : ",%u", path[k]);
        }
        text_put(out, "]]");
    }
    text_put(out, "]");
}

static void put_packet(struct buffer *out, const struct packets *packets,
                       const struct packet *packet)
{
    struct piece pieces[PIECES_MAX];
    unsigned count = packet_pieces(packets, packet, END_SENT, 0, pieces);
    text_put(out, "\n[%u,%u,%u,%u,%u,[", packets->instance, packet->round, packet->from, packet->to,
             packet->count - packet->fates[FATE_LOYAL]);
    for (unsigned i = 0; i < count; i++) {
        text_put(out, i == 0 ? "[%u,%u]" : ",[%u,%u]", pieces[i].order, pieces[i].count);
    }
    text_put(out, "]]");
}

static void put_packets(struct buffer *out, const struct play *play)
{
    size_t instances = play->instance_count == 0 ? 1 : play->instance_count;
    bool is_first = true;
    text_put(out, ",\"packets\":[");
    for (size_t i = 0; i < instances; i++) {
        struct packets packets;
        packets_init(&packets, play, (unsigned)i);
        for (size_t k = 0; k < packets.count; k++) {
            put_comma(out, !is_first);
            put_packet(out, &packets, &packets.items[k]);
            is_first = false;
        }
        packets_fini(&packets);
    }
    text_put(out, "]");
}

static void put_verdict(struct buffer *out, const char *name, const char *state, const char *reason)
{
    text_put(out, ",\"%s\":{\"state\":\"%s\",\"reason\":", name, state);
    text_json(out, reason);
    text_put(out, "}");
}

static void put_outcome(struct buffer *out, const struct play *play)
{
    unsigned n = play->scenario.generals;
    put_numbers(out, "decisions", play->decisions, n);
    text_put(out, ",\"instances\":[");
    for (size_t i = 0; i < play->instance_count; i++) {
        const struct instance *instance = &play->instances[i];
        put_comma(out, i > 0);
        text_put(out, "{\"commander\":%u,\"order\":%u", instance->commander, instance->order);
        put_numbers(out, "decisions", instance->decisions, n);
        text_put(out, "}");
    }
    text_put(out, "]");
    put_verdict(out, "ic1", play->ic1 ? "holds" : "violated", play->ic1_reason);
    put_verdict(out, "ic2",
                !play->has_ic2 ? "no case"
                : play->ic2    ? "holds"
                               : "violated",
                play->ic2_reason);
    text_put(out,
             ",\"sent\":%" PRIu64 ",\"packet_count\":%" PRIu64 ",\"signed\":%" PRIu64
             ",\"checked\":%" PRIu64 ",\"formula\":%" PRIu64 ",\"recorded\":%s",
             play->sent_count, play->packet_count, play->signature_count, play->verify_count,
             play->messages_formula, play->is_recorded ? "true" : "false");
}

void data_put(struct buffer *out, const struct play *play)
{
    put_scenario(out, play);
    put_graph(out, play);
    put_paths(out, play);
    put_outcome(out, play);
    if (play->message_count <= DATA_MESSAGES_MAX) {
        put_messages(out, play);
    } else {
        put_packets(out, play);
    }
    text_put(out, "}");
}
