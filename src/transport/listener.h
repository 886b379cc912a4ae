/* listener.h - a replica's side of its clients: one raw REP socket, a sealed link per client
 * process.
 *
 * Many clients share the socket; each process has its own link, also where they share a key. A raw
 * REP socket silently drops what a client's pipe cannot take (about 64 frames or 128 KB
 * unacknowledged), so replies are sent in frames of at most REPLY_FRAME_BYTES_MAX and clients ask
 * again for what they lack. */
#ifndef STRATEGOS_TRANSPORT_LISTENER_H
#define STRATEGOS_TRANSPORT_LISTENER_H

#include "base/error.h"
#include "transport/events.h"

struct listener;

struct listener_settings {
    struct digest genesis;
    struct secret_key secret;
    const char *address; /* to bind */
    size_t client_count;
    const struct public_key *clients; /* who may connect; index is the client's number */
};

MUST_USE enum error listener_open(struct listener **listener,
                                  const struct listener_settings *settings,
                                  struct error_text *text);
void listener_close(struct listener *listener);
int listener_fd(const struct listener *listener);

bool listener_receive(struct listener *listener, uint64_t now_ns, struct listener_event *event);

/* Seals and sends one frame. False if the link is gone. A frame that nanomsg drops is lost. */
bool listener_send(struct listener *listener, link_nr link, struct slice bytes, uint64_t now_ns);

/* Links that were heard from within the last 60 s. */
size_t listener_link_count(const struct listener *listener, uint64_t now_ns);

#endif
