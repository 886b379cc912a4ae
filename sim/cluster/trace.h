/* trace.h - a run as text: one line for everything that happens, for eyes and grep.
 *
 *     1.204531  0→2      #4711     sent        412  notarize v12 a3f9 · finalized v11 77d0
 *     1.204883  0→2      #4711     came
 *     1.204531  0→3      #4712     lost             cut
 *     1.204883  2        -         vote             finalize v12 a3f9
 *     1.204883  2        -         decided          a3f9 h9 v12 on v11 77d0 {c0#4}, 3 segments
 *     1.204883  2←0      -         judged           equivocation
 *     1.230000  c1       -         asks             #5 put k3=c1.5
 *     1.250000  *        -         fault            replicas 0+1: partition from all others, for
 * 200 ms
 *
 * Lines are in the order in which the world does things; a turn takes its replica some time, so
 * that its lines may be ahead of those below. Columns, at the same place in each line: virtual time
 * in seconds; who (a replica, its twin with ', a customer with c), or from whom to whom, or whose
 * message is judged; the number of the frame, by which one finds what became of it; what; the
 * frame's bytes; and what is in it, messages apart by " · ".
 *
 * What: sent, came, lost (frames); start, crash, traitor, bad-disk, view, applied, checkpoint,
 * no-room; persisted: holds (a segment), drops, order, vote, cert; decided, serves, busy, gone (a
 * session); judged (but what is accepted, stale or known); asks, got, unknown (a client's
 * operation); fault, note, calm, end. */
#ifndef STRATEGOS_CLUSTER_TRACE_H
#define STRATEGOS_CLUSTER_TRACE_H

#include "cluster/trace_text.h"

struct trace {
    struct trace_names names;
    void *stream; /* FILE * */
    struct buffer line;
    struct buffer memory; /* of the arena */
    struct arena arena;
    size_t told; /* messages of the frame */
};

/* `plan` and `stream` (a FILE *) outlive it. Trouble with the stream is left to its owner: see
 * ferror. */
void trace_init(struct trace *trace, const struct plan *plan, void *stream);
void trace_fini(struct trace *trace);
/* For world_run; holds `trace`. */
struct watcher trace_watcher(struct trace *trace);

#endif
