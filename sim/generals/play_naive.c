/* play_naive.c - one round, one majority. */
#include "generals/play_naive.h"

static void tell(struct recorder *recorder, const struct plot *plot, general_id from, general_id to)
{
    const struct scenario *scenario = plot->scenario;
    order_nr own = scenario->private_orders[from];
    struct occasion occasion = {.round = 1,
                                .rounds = 1,
                                .from = from,
                                .to = to,
                                .path = &from,
                                .path_count = 1,
                                .due = own,
                                .first = own};
    struct choice choice = general_is_in(scenario->traitors, from)
                               ? strategy_choose(plot, &occasion)
                               : choice_loyal(own);
    record_message(recorder, &occasion, &choice);
    if (choice.sent != ORDER_ABSENT) {
        record_packet(recorder);
    }
    recorder->play->vectors[to][from] = choice.heard == ORDER_ABSENT ? RETREAT : choice.heard;
}

void play_naive(struct recorder *recorder, const struct plot *plot)
{
    struct play *play = recorder->play;
    const struct scenario *scenario = plot->scenario;
    play->rounds = 1;
    for (unsigned from = 0; from < scenario->generals; from++) {
        play->vectors[from][from] = scenario->private_orders[from];
        for (unsigned to = 0; to < scenario->generals; to++) {
            if (to != from) {
                tell(recorder, plot, (general_id)from, (general_id)to);
            }
        }
    }
}
