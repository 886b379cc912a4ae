/* answers.c - see answers.h. */
#include "node/answers.h"

#include "base/assert.h"
#include "wire/codec.h"

#define REPLY_HEAD_BYTES   8u  /* tag, length, outcome */
#define REPLIES_HEAD_BYTES 64u /* tags, length, session, first */

void answers_init(struct answers *answers, const struct answers_sink *sink)
{
    *answers = (struct answers){.sink = *sink};
}

void answers_fini(struct answers *answers)
{
    for (size_t i = 0; i < ANSWERS_LINKS_MAX; i++) {
        buffer_fini(&answers->frames[i].bytes);
    }
}

void answers_flush(struct answers *answers)
{
    for (size_t i = 0; i < answers->used; i++) {
        struct buffer *bytes = &answers->frames[i].bytes;
        if (bytes->size != 0) {
            answers->sink.send(answers->sink.context, answers->frames[i].link, buffer_slice(bytes));
        }
        buffer_clear(bytes);
        if (bytes->capacity > ANSWERS_KEEP_BYTES) {
            buffer_fini(bytes);
        }
        answers->frames[i].message_count = 0;
    }
    answers->used = 0;
}

/* The place of the link's frame; a turn seldom has more than a few links, so they are searched in
 * line. */
static size_t find_frame(struct answers *answers, uint64_t link)
{
    for (size_t i = answers->used; i > 0; i--) {
        if (answers->frames[i - 1].link == link) {
            return i - 1;
        }
    }
    if (answers->used == ANSWERS_LINKS_MAX) {
        answers_flush(answers);
    }
    answers->frames[answers->used].link = link;
    return answers->used++;
}

void answers_add(struct answers *answers, uint64_t link, const struct replica_message *message)
{
    size_t frame = find_frame(answers, link);
    struct buffer *bytes = &answers->frames[frame].bytes;
    size_t before = bytes->size;
    wire_encode_replica_message(bytes, message);
    answers->frames[frame].message_count++;
    if (before == 0 || (bytes->size <= REPLY_FRAME_BYTES_MAX &&
                        answers->frames[frame].message_count <= FRAME_MESSAGES_MAX)) {
        return;
    }
    /* It does not fit: what was there leaves, and it begins the next frame. */
    answers->sink.send(answers->sink.context, link, slice_of(bytes->data, before));
    memmove(bytes->data, bytes->data + before, bytes->size - before);
    bytes->size -= before;
    answers->frames[frame].message_count = 1;
}

void answers_add_replies(struct answers *answers, uint64_t link, const struct replies *replies)
{
    size_t done = 0;
    while (done < replies->count) {
        size_t count = 0;
        size_t size = REPLIES_HEAD_BYTES;
        while (done + count < replies->count && count < REPLIES_PER_SESSION_MAX) {
            size_t more = REPLY_HEAD_BYTES + replies->replies[done + count].result.size;
            if (count != 0 && size + more > REPLY_FRAME_BYTES_MAX) {
                break;
            }
            size += more;
            count++;
        }
        struct replica_message message; /* has room for a status: only what it says is written */
        message.kind = REPLICA_REPLIES;
        message.replies = (struct replies){
            .session = replies->session,
            .first = replies->first + done,
            .count = count,
            .replies = replies->replies + done,
        };
        answers_add(answers, link, &message);
        done += count;
    }
}
