/* record.h - writes down what is said in a game: counts, and each message while there are at most
 * PLAY_RECORD_MAX.
 *
 * Who plays an algorithm gives every value or chain that is sent, or that a traitor kept back, to
 * record_message, in the order of rounds, and says record_packet for what travels together. Where
 * play->is_recorded is false already, loyal messages may be counted in bulk instead.
 *
 * An algorithm is a function `enum error play_NAME(struct recorder *, const struct plot *, size_t
 * instance, struct error_text *)`: it plays recorder->play->instances[instance], whose commander
 * and order are filled in, sets its decisions (of traitors too, had they followed the rules) and
 * play->rounds, and leaves the verdicts to play_run. */
#ifndef STRATEGOS_GENERALS_RECORD_H
#define STRATEGOS_GENERALS_RECORD_H

#include "generals/play.h"
#include "generals/strategy.h"

struct recorder {
    struct play *play;
    size_t message_capacity;
    size_t path_count; /* generals in play->paths */
    size_t path_capacity;
    bool is_out_of_memory; /* the record is lost: play_run fails with ERROR_MEMORY */
};

/* `expected`: messages that are known to come, 0 if that is not known beforehand. */
void record_begin(struct recorder *recorder, struct play *play, uint64_t expected);

/* One message, or one that was kept back. Nothing due and nothing sent is no message. */
void record_message(struct recorder *recorder, const struct occasion *occasion,
                    const struct choice *choice);

/* `count` messages of loyal generals; only if play->is_recorded is false. */
void record_bulk(struct recorder *recorder, uint64_t count);

/* Something travelled: one or more messages together. */
void record_packet(struct recorder *recorder);

#endif
