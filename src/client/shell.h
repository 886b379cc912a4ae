/* shell.h - what our own programs may do beyond strategos/client.h: ask one replica for its status
 * or its log, look at the group, and see how the client fared. */
#ifndef STRATEGOS_CLIENT_SHELL_H
#define STRATEGOS_CLIENT_SHELL_H

#include "config/group.h"
#include "strategos/client.h"

/* Called once, as a strategos_callback is. `status` and `part` are borrowed, and NULL unless DONE:
 * TIMEOUT otherwise. One replica's word only. */
typedef void client_status_callback(void *context, enum strategos_status status,
                                    const struct status *report);
typedef void client_log_callback(void *context, enum strategos_status status,
                                 const struct log_part *part);

/* DONE: asked, the callback will come. FULL: too many questions under way; INVALID: no such
 * replica. The log is for admin clients: others are not answered. */
enum strategos_status strategos_client_ask_status(struct strategos_client *client, unsigned replica,
                                                  client_status_callback *callback, void *context);
enum strategos_status strategos_client_ask_log(struct strategos_client *client, unsigned replica,
                                               height_nr from, uint32_t count,
                                               client_log_callback *callback, void *context);

/* The group as it was read. */
const struct group *strategos_client_group(const struct strategos_client *client);
bool strategos_client_is_connected(const struct strategos_client *client, unsigned replica);

/* How often what a replica sent was judged so, by link, codec and core together. */
uint64_t strategos_client_verdict_count(const struct strategos_client *client, unsigned replica,
                                        enum verdict verdict);

struct client_counters {
    uint64_t segments;    /* formed in this session */
    uint64_t retransmits; /* segments sent again */
    uint64_t frames_sent;
    uint64_t frames_received;
};
void strategos_client_counters(const struct strategos_client *client,
                               struct client_counters *counters);

#endif
