/* answers.h - messages on their way to clients, collected during a loop turn into one frame per
 * link, or several of at most REPLY_FRAME_BYTES_MAX: a raw REP socket silently drops what a
 * client's pipe cannot take. A message that is larger by itself goes in a frame of its own. Knows
 * nothing of sockets. */
#ifndef STRATEGOS_NODE_ANSWERS_H
#define STRATEGOS_NODE_ANSWERS_H

#include "base/buffer.h"
#include "wire/message.h"

#define ANSWERS_LINKS_MAX  128u         /* with a frame under way; one more flushes all */
#define ANSWERS_KEEP_BYTES (128u << 10) /* of a frame's buffer between turns */

struct answers_sink {
    void *context;
    void (*send)(void *context, uint64_t link, struct slice frame);
};

struct answers {
    struct answers_sink sink;
    size_t used; /* of the frames below */
    struct {
        uint64_t link;
        size_t message_count;
        struct buffer bytes;
    } frames[ANSWERS_LINKS_MAX];
};

void answers_init(struct answers *answers, const struct answers_sink *sink);
void answers_fini(struct answers *answers);

void answers_add(struct answers *answers, uint64_t link, const struct replica_message *message);

/* Any number of consecutive replies: split into as many messages as it takes. */
void answers_add_replies(struct answers *answers, uint64_t link, const struct replies *replies);

void answers_flush(struct answers *answers);

#endif
