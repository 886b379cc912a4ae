/* tally.h - what an enumeration has found so far, and its file: state to go on from after a stop,
 * and the result of a shard, to be merged with others.
 *
 * The strategies of a question are cut into chunks, always the same ones; a tally knows which of
 * them it covers. Tallies that cover different chunks add up to one, in any order. */
#ifndef STRATEGOS_PROVE_TALLY_H
#define STRATEGOS_PROVE_TALLY_H

#include "prove/om_proof.h"

#define TALLY_CHUNKS_MAX 65536u

struct tally {
    struct om_question question;
    uint32_t chunk_count; /* 1 .. TALLY_CHUNKS_MAX */
    uint32_t done_count;
    uint8_t done[TALLY_CHUNKS_MAX / 8]; /* bit c: chunk c is covered */
    uint64_t strategies;                /* up to exchanging lieutenants */
    uint64_t ic1_broken;
    uint64_t ic2_broken;
    bool has_first;
    uint32_t
        first_case; /* the lowest strategy that breaks something: of which case (enumerate.h) */
    uint64_t first;
};

void tally_init(struct tally *tally, const struct om_question *question, uint32_t chunk_count);

static inline bool tally_is_done(const struct tally *tally, uint32_t chunk)
{
    return (tally->done[chunk / 8] >> chunk % 8 & 1) != 0;
}

/* Chunks first .. end - 1 are shard `index` (from 1) of `count`. */
void tally_shard(const struct tally *tally, uint32_t index, uint32_t count, uint32_t *first,
                 uint32_t *end);

/* One more chunk, which is not covered yet. */
void tally_cover(struct tally *tally, uint32_t chunk);

/* Adds `part`. ERROR_FOREIGN: of another question; ERROR_EXISTS: covers a chunk twice. */
MUST_USE enum error tally_add(struct tally *tally, const struct tally *part,
                              struct error_text *text);

/* Written beside `path` first and renamed: whoever reads sees the old one or the new one. */
MUST_USE enum error tally_write(const struct tally *tally, const char *path,
                                struct error_text *text);
/* ERROR_MISSING: no such file; ERROR_DAMAGED: not one of ours, or not complete. */
MUST_USE enum error tally_read(struct tally *tally, const char *path, struct error_text *text);

#endif
