/* status_board.c - see status_board.h. */
#include "cmd/status_board.h"

#include "console/interrupt.h"
#include "console/ticks.h"

void status_board_init(struct status_board *board, struct strategos_client *client)
{
    memset(board, 0, sizeof *board);
    board->client = client;
    board->count = strategos_client_group(client)->replica_count;
    for (size_t i = 0; i < board->count; i++) {
        board->slots[i].board = board;
    }
}

static void on_status(void *context, enum strategos_status status, const struct status *report)
{
    struct status_slot *slot = context;
    slot->is_asked = false;
    /* Whatever it claims, a replica reports for itself only. */
    if (status == STRATEGOS_STATUS_DONE && report->id == (size_t)(slot - slot->board->slots)) {
        slot->report = *report;
        slot->answered_ns = ticks_now_ns();
        slot->rtt_ns = slot->answered_ns - slot->asked_ns;
    }
}

static void ask(struct status_board *board, unsigned replica)
{
    struct status_slot *slot = &board->slots[replica];
    if (!slot->is_asked) {
        slot->asked_ns = ticks_now_ns();
        slot->is_asked = strategos_client_ask_status(board->client, replica, on_status, slot) ==
                         STRATEGOS_STATUS_DONE;
    }
}

void status_board_ask(struct status_board *board)
{
    for (unsigned i = 0; i < board->count; i++) {
        ask(board, i);
    }
}

uint64_t status_board_ping(struct status_board *board, unsigned replica, uint64_t patience_ns)
{
    struct status_slot *slot = &board->slots[replica];
    uint64_t now_ns = ticks_now_ns();
    uint64_t began_ns = now_ns;
    uint64_t until_ns = now_ns + patience_ns;
    if (slot->is_asked) {
        return 0; /* it still owes an answer: no point in waiting again */
    }
    ask(board, replica);
    while (slot->is_asked && now_ns < until_ns && !interrupt_is_caught()) {
        (void)strategos_client_step(board->client, ticks_until_ms(now_ns, until_ns, 100));
        now_ns = ticks_now_ns();
    }
    return slot->answered_ns >= began_ns ? slot->rtt_ns : 0;
}

static bool is_waiting(const struct status_board *board)
{
    for (size_t i = 0; i < board->count; i++) {
        if (board->slots[i].is_asked) {
            return true;
        }
    }
    return false;
}

uint64_t status_board_refresh(struct status_board *board, uint64_t patience_ns)
{
    uint64_t began_ns = ticks_now_ns();
    uint64_t now_ns = began_ns;
    status_board_ask(board);
    while (is_waiting(board) && now_ns < began_ns + patience_ns && !interrupt_is_caught()) {
        int wait_ms = ticks_until_ms(now_ns, began_ns + patience_ns, 100);
        (void)strategos_client_step(board->client, wait_ms);
        now_ns = ticks_now_ns();
    }
    return began_ns;
}

height_nr status_board_height(const struct status_board *board, uint64_t since_ns)
{
    height_nr height = 0;
    for (size_t i = 0; i < board->count; i++) {
        const struct status_slot *slot = &board->slots[i];
        if (slot->answered_ns >= since_ns && slot->report.height > height) {
            height = slot->report.height;
        }
    }
    return height;
}

static bool is_settled(const struct status_slot *slot, uint64_t since_ns)
{
    return slot->answered_ns >= since_ns && slot->report.digest_height == slot->report.height;
}

size_t status_board_equal(const struct status_board *board, uint64_t since_ns)
{
    size_t most = 0;
    for (size_t i = 0; i < board->count; i++) {
        const struct status_slot *one = &board->slots[i];
        size_t count = 0;
        for (size_t k = 0; k < board->count; k++) {
            const struct status_slot *other = &board->slots[k];
            count += is_settled(one, since_ns) && is_settled(other, since_ns) &&
                     one->report.height == other->report.height &&
                     digest_is_equal(&one->report.digest, &other->report.digest);
        }
        most = count > most ? count : most;
    }
    return most;
}
