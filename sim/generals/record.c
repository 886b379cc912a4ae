/* record.c - counts always, messages while there is room. */
#include "generals/record.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>

static void forget(struct recorder *recorder)
{
    struct play *play = recorder->play;
    free(play->messages);
    free(play->paths);
    play->messages = NULL;
    play->paths = NULL;
    play->message_count = 0;
    play->is_recorded = false;
}

void record_begin(struct recorder *recorder, struct play *play, uint64_t expected)
{
    *recorder = (struct recorder){.play = play};
    play->is_recorded = expected <= PLAY_RECORD_MAX;
}

/* Room for one more message along a path; false: no record from here on. */
static bool make_room(struct recorder *recorder, unsigned path_count)
{
    struct play *play = recorder->play;
    if (play->message_count == recorder->message_capacity) {
        size_t capacity = play->message_count == 0 ? 64 : 2 * play->message_count;
        struct message *grown = realloc(play->messages, capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        play->messages = grown;
        recorder->message_capacity = capacity;
    }
    if (recorder->path_count + path_count > recorder->path_capacity) {
        size_t capacity = 2 * (recorder->path_count + path_count);
        general_id *grown = realloc(play->paths, capacity);
        if (grown == NULL) {
            return false;
        }
        play->paths = grown;
        recorder->path_capacity = capacity;
    }
    return true;
}

static void keep(struct recorder *recorder, const struct occasion *occasion,
                 const struct choice *choice)
{
    struct play *play = recorder->play;
    if (play->message_count == PLAY_RECORD_MAX) {
        forget(recorder);
        return;
    }
    if (!make_room(recorder, occasion->path_count)) {
        forget(recorder);
        recorder->is_out_of_memory = true;
        return;
    }
    play->messages[play->message_count++] = (struct message){
        .instance = (uint16_t)occasion->instance,
        .round = (uint16_t)occasion->round,
        .from = occasion->from,
        .to = occasion->to,
        .due = occasion->due,
        .sent = choice->sent,
        .fate = choice->fate,
        .verdict = choice->verdict,
        .path_count = (uint8_t)occasion->path_count,
        .path_at = (uint32_t)recorder->path_count,
    };
    if (occasion->path_count != 0) {
        memcpy(play->paths + recorder->path_count, occasion->path, occasion->path_count);
        recorder->path_count += occasion->path_count;
    }
}

void record_message(struct recorder *recorder, const struct occasion *occasion,
                    const struct choice *choice)
{
    struct play *play = recorder->play;
    ASSERT(occasion->path_count <= UINT8_MAX && occasion->round <= UINT16_MAX);
    if (occasion->due == ORDER_ABSENT && choice->sent == ORDER_ABSENT) {
        return;
    }
    if (choice->fate != FATE_LOYAL) {
        play->acted[occasion->from]++;
    }
    if (choice->fate != FATE_SILENT) {
        play->sent_count++;
    }
    if (play->is_recorded) {
        keep(recorder, occasion, choice);
    }
}

void record_bulk(struct recorder *recorder, uint64_t count)
{
    ASSERT(!recorder->play->is_recorded);
    recorder->play->sent_count += count;
}

void record_packet(struct recorder *recorder)
{
    recorder->play->packet_count++;
}
