/* status_print.c - see status_print.h. */
#include "cmd/status_print.h"

#include "console/table.h"
#include "console/text.h"

#include <jansson.h>
#include <stdio.h>

#define DIGITS_SHOWN 16 /* of a digest */

static const struct table_column columns[] = {
    {"id", true},      {"reachable", false}, {"view", true},   {"commander", true},
    {"height", true},  {"digest", false},    {"lag", true},    {"pending", true},
    {"sync us", true}, {"free disk", true},  {"notes", false},
};
#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

static void add_note(char *notes, size_t room, const char *note)
{
    size_t used = strlen(notes);
    (void)snprintf(notes + used, room - used, "%s%s", used == 0 ? "" : ", ", note);
}

static void make_notes(const struct status *report, char *notes, size_t room)
{
    notes[0] = '\0';
    if (report->syncing) {
        add_note(notes, room, "catching up");
    }
    if (report->disk_full) {
        add_note(notes, room, "disk full: does not vote");
    } else if (report->disk_low) {
        add_note(notes, room, "disk low");
    }
    if (report->descriptors_low) {
        add_note(notes, room, "descriptors low");
    }
    if (report->digest_height != report->height) {
        char text[64];
        (void)snprintf(text, sizeof text, "digest of height %llu",
                       (unsigned long long)report->digest_height);
        add_note(notes, room, text);
    }
}

static void add_row(struct table *table, const struct status *report, height_nr highest)
{
    char hex[2 * DIGEST_BYTES + 1];
    char size[TEXT_SIZE_BYTES];
    char notes[160];
    digest_to_hex(&report->digest, hex);
    make_notes(report, notes, sizeof notes);
    table_add(table, "%u", report->id);
    table_add(table, "yes");
    table_add(table, "%llu", (unsigned long long)report->view);
    table_add(table, "%u", report->commander);
    table_add(table, "%llu", (unsigned long long)report->height);
    table_add(table, "%.*s", DIGITS_SHOWN, hex);
    table_add(table, "%llu", (unsigned long long)(highest - report->height));
    table_add(table, "%llu", (unsigned long long)report->pending);
    if (report->sync_ns == 0) {
        table_add(table, "-");
    } else {
        table_add(table, "%llu", (unsigned long long)(report->sync_ns / 1000));
    }
    table_add(table, "%s", text_of_size(report->disk_free_bytes, size));
    table_add(table, "%s", notes);
}

/* What an operator need not see every time: things that happen between honest replicas. */
static bool is_everyday(enum verdict verdict)
{
    return verdict == VERDICT_ACCEPTED || verdict == VERDICT_STALE ||
           verdict == VERDICT_DUPLICATE || verdict == VERDICT_EARLY;
}

static void print_verdicts(const struct status *report, bool verbose, FILE *out,
                           const char *line_end)
{
    for (size_t i = 0; i < report->peer_count; i++) {
        const struct peer_status *peer = &report->peers[i];
        bool is_begun = false;
        for (size_t v = 0; v < VERDICT_COUNT; v++) {
            /* Frames for sessions that it no longer has come to any replica after a restart. */
            bool is_own_past = v == VERDICT_UNKNOWN_SENDER && peer->id == report->id;
            if (peer->verdicts[v] == 0 ||
                (!verbose && (is_own_past || is_everyday((enum verdict)v)))) {
                continue;
            }
            if (!is_begun && peer->id == report->id) {
                (void)fprintf(out, "replica %u on clients and strangers:", report->id);
            } else if (!is_begun) {
                (void)fprintf(out, "replica %u on replica %u%s:", report->id, peer->id,
                              peer->connected ? "" : " (not connected)");
            }
            (void)fprintf(out, "%s %s %llu", is_begun ? "," : "", verdict_name((enum verdict)v),
                          (unsigned long long)peer->verdicts[v]);
            is_begun = true;
        }
        if (!is_begun && !peer->connected) {
            (void)fprintf(out, "replica %u on replica %u: not connected", report->id, peer->id);
            is_begun = true;
        }
        if (is_begun) {
            (void)fprintf(out, "%s\n", line_end);
        }
    }
}

void status_print_table(const struct status_board *board, uint64_t since_ns, bool verbose,
                        void *stream, const char *line_end)
{
    struct table table;
    const struct group *group = strategos_client_group(board->client);
    height_nr highest = status_board_height(board, since_ns);
    table_init(&table, columns, COLUMN_COUNT);
    for (size_t i = 0; i < board->count; i++) {
        const struct status_slot *slot = &board->slots[i];
        if (slot->answered_ns >= since_ns) {
            add_row(&table, &slot->report, highest);
            continue;
        }
        table_add(&table, "%zu", i);
        table_add(&table, "no");
        for (size_t column = 2; column + 1 < COLUMN_COUNT; column++) {
            table_add(&table, "-");
        }
        table_add(&table, "no answer from %s", group->replicas[i].client_address);
    }
    (void)table_print(&table, stream, line_end);
    table_fini(&table);
    for (size_t i = 0; i < board->count; i++) {
        if (board->slots[i].answered_ns >= since_ns) {
            print_verdicts(&board->slots[i].report, verbose, stream, line_end);
        }
    }
}

static json_t *json_of_u64(uint64_t number)
{
    return json_integer((json_int_t)(number > INT64_MAX ? INT64_MAX : number));
}

static json_t *json_of_digest(const struct digest *digest)
{
    char hex[2 * DIGEST_BYTES + 1];
    digest_to_hex(digest, hex);
    return json_string(hex);
}

static json_t *json_of_peers(const struct status *report)
{
    json_t *peers = json_array();
    for (size_t i = 0; i < report->peer_count; i++) {
        const struct peer_status *peer = &report->peers[i];
        json_t *verdicts = json_object();
        for (size_t v = 0; v < VERDICT_COUNT; v++) {
            (void)json_object_set_new(verdicts, verdict_name((enum verdict)v),
                                      json_of_u64(peer->verdicts[v]));
        }
        (void)json_array_append_new(peers,
                                    json_pack("{s:i, s:b, s:o}", "id", (int)peer->id, "connected",
                                              peer->connected, "verdicts", verdicts));
    }
    return peers;
}

static json_t *json_of_report(const struct status_slot *slot, height_nr highest)
{
    const struct status *report = &slot->report;
    return json_pack(
        "{s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:b, s:b, "
        "s:b, s:b, s:s, s:o}",
        "view", json_of_u64(report->view), "commander", (int)report->commander, "height",
        json_of_u64(report->height), "digest", json_of_digest(&report->digest), "digest_height",
        json_of_u64(report->digest_height), "order_digest", json_of_digest(&report->order_digest),
        "lag", json_of_u64(highest - report->height), "pending", json_of_u64(report->pending),
        "executed", json_of_u64(report->executed), "ledger_bytes",
        json_of_u64(report->ledger_bytes), "disk_free_bytes", json_of_u64(report->disk_free_bytes),
        "sync_us", json_real((double)report->sync_ns / 1000), "rtt_us",
        json_real((double)slot->rtt_ns / 1000), "uptime_s",
        json_real((double)report->uptime_ns / 1e9), "clients", (int)report->clients_connected,
        "disk_full", report->disk_full, "disk_low", report->disk_low, "catching_up",
        report->syncing, "descriptors_low", report->descriptors_low, "version", report->version,
        "peers", json_of_peers(report));
}

/* An unreachable replica has all keys too, with null. */
static json_t *json_of_nothing(void)
{
    static const char *const keys[] = {
        "view",
        "commander",
        "height",
        "digest",
        "digest_height",
        "order_digest",
        "lag",
        "pending",
        "executed",
        "ledger_bytes",
        "sync_us",
        "disk_free_bytes",
        "rtt_us",
        "uptime_s",
        "clients",
        "disk_full",
        "disk_low",
        "catching_up",
        "descriptors_low",
        "version",
        "peers",
    };
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        (void)json_object_set_new(object, keys[i], json_null());
    }
    return object;
}

void status_print_json(const struct status_board *board, uint64_t since_ns, void *stream)
{
    const struct group *group = strategos_client_group(board->client);
    height_nr highest = status_board_height(board, since_ns);
    json_t *list = json_array();
    for (size_t i = 0; i < board->count; i++) {
        const struct status_slot *slot = &board->slots[i];
        bool is_reachable = slot->answered_ns >= since_ns;
        json_t *object = json_pack("{s:i, s:s, s:b}", "id", (int)i, "address",
                                   group->replicas[i].client_address, "reachable", is_reachable);
        json_t *rest = is_reachable ? json_of_report(slot, highest) : json_of_nothing();
        (void)json_object_update(object, rest);
        json_decref(rest);
        (void)json_array_append_new(list, object);
    }
    (void)json_dumpf(list, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    (void)fputc('\n', stream);
    json_decref(list);
}
