/* reply.c - results on their way to clients: read in place, because they carry payload. */
#include "wire/pack.h"
#include "wire/parts.h"
#include "wire/walk.h"

#include "base/assert.h"

enum { REPLIES_SESSION = 1, REPLIES_FIRST, REPLIES_REPLY };
enum { QUERY_REPLY_NUMBER = 1, QUERY_REPLY_HEIGHT, QUERY_REPLY_REPLY };

/* A reply: outcome u8 | result. */
static bool read_reply(struct walk *walk, uint32_t number, struct reply *reply)
{
    struct slice bytes;
    if (!walk_bytes(walk, number, &bytes) || bytes.size < 1 || bytes.data[0] > OUTCOME_FORBIDDEN ||
        bytes.size - 1 > REPLY_BYTES_MAX) {
        return false;
    }
    reply->outcome = (enum outcome)bytes.data[0];
    reply->result = slice_of(bytes.data + 1, bytes.size - 1);
    return true;
}

static void pack_reply(struct buffer *out, uint32_t number, const struct reply *reply)
{
    uint8_t outcome = (uint8_t)reply->outcome;
    pack_head(out, number, 1 + reply->result.size);
    buffer_append(out, slice_of(&outcome, 1));
    buffer_append(out, reply->result);
}

/* The replies that are left; 0 if there are none, too many, or something else. */
static size_t count_replies(struct walk walk)
{
    size_t count = 0;
    while (!walk_is_at_end(&walk)) {
        struct slice bytes;
        if (!walk_bytes(&walk, REPLIES_REPLY, &bytes) || count == REPLIES_PER_SESSION_MAX) {
            return 0;
        }
        count++;
    }
    return count;
}

enum verdict wire_decode_replies(struct slice bytes, struct arena *arena, struct replies *replies)
{
    struct walk walk = walk_of(bytes);
    if (!walk_u64(&walk, REPLIES_SESSION, &replies->session) ||
        !walk_u64(&walk, REPLIES_FIRST, &replies->first) || replies->first < 1) {
        return VERDICT_MALFORMED;
    }
    size_t count = count_replies(walk);
    if (count == 0 || replies->first > UINT64_MAX - count) {
        return VERDICT_MALFORMED;
    }
    struct reply *all = arena_take_array(arena, count, sizeof *all);
    if (all == NULL) {
        return VERDICT_MALFORMED;
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_reply(&walk, REPLIES_REPLY, &all[i])) {
            return VERDICT_MALFORMED;
        }
    }
    replies->count = count;
    replies->replies = all;
    return VERDICT_ACCEPTED;
}

size_t wire_replies_size(const struct replies *replies)
{
    size_t size = pack_u64_size(replies->session) + pack_u64_size(replies->first);
    for (size_t i = 0; i < replies->count; i++) {
        size += pack_bytes_size(1 + replies->replies[i].result.size);
    }
    return size;
}

void wire_encode_replies(struct buffer *out, const struct replies *replies)
{
    ASSERT(replies->count >= 1 && replies->count <= REPLIES_PER_SESSION_MAX);
    pack_u64(out, REPLIES_SESSION, replies->session);
    pack_u64(out, REPLIES_FIRST, replies->first);
    for (size_t i = 0; i < replies->count; i++) {
        pack_reply(out, REPLIES_REPLY, &replies->replies[i]);
    }
}

enum verdict wire_decode_query_reply(struct slice bytes, struct query_reply *reply)
{
    struct walk walk = walk_of(bytes);
    return walk_u64(&walk, QUERY_REPLY_NUMBER, &reply->number) &&
                   walk_u64(&walk, QUERY_REPLY_HEIGHT, &reply->height) &&
                   read_reply(&walk, QUERY_REPLY_REPLY, &reply->reply) && walk_is_at_end(&walk)
               ? VERDICT_ACCEPTED
               : VERDICT_MALFORMED;
}

size_t wire_query_reply_size(const struct query_reply *reply)
{
    return pack_u64_size(reply->number) + pack_u64_size(reply->height) +
           pack_bytes_size(1 + reply->reply.result.size);
}

void wire_encode_query_reply(struct buffer *out, const struct query_reply *reply)
{
    pack_u64(out, QUERY_REPLY_NUMBER, reply->number);
    pack_u64(out, QUERY_REPLY_HEIGHT, reply->height);
    pack_reply(out, QUERY_REPLY_REPLY, &reply->reply);
}
