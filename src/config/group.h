/* group.h - the group file: the same on every replica and client.
 *
 * libconfuse syntax; every parameter's bounds, default, unit and help text are in one table
 * (parameter.c). Any wrong value is refused with file:line, the value and the bound. */
#ifndef STRATEGOS_CONFIG_GROUP_H
#define STRATEGOS_CONFIG_GROUP_H

#include "base/error.h"
#include "wire/message.h"

#define GROUP_ADDRESS_BYTES_MAX 256u

enum group_messages { MESSAGES_SIGNED, MESSAGES_ORAL };
enum group_timing { TIMING_PARTIAL, TIMING_SYNCHRONOUS };
enum client_role { ROLE_READ, ROLE_WRITE, ROLE_ADMIN };

struct group_replica {
    replica_id id;
    char peer_address[GROUP_ADDRESS_BYTES_MAX];
    char client_address[GROUP_ADDRESS_BYTES_MAX];
    struct public_key key;
};

struct group_client {
    char name[NAME_BYTES_MAX];
    struct public_key key;
    enum client_role role;
};

struct group {
    char path[4096]; /* of the file, for messages */
    char name[NAME_BYTES_MAX];
    enum group_messages messages;
    enum group_timing timing;
    size_t faults; /* f; where the file does not say: the most that n allows */
    uint32_t delta_ms;
    uint32_t time_ahead_ms; /* how far an order's time may be ahead of a voter's clock */
    uint32_t disk_low_mb;   /* `status` warns below this much free disk */
    size_t replica_count;
    struct group_replica replicas[REPLICAS_MAX]; /* replicas[i].id == i */
    size_t client_count;
    struct group_client clients[CLIENTS_MAX];
    char machine_name[NAME_BYTES_MAX]; /* built in: "kv" or "counter"; else the plugin's own name */
    char machine_path[4096]; /* "" for a built-in; relative paths are relative to the group file */
    struct digest machine_digest; /* of the shared object; zeros for a built-in */
    struct digest genesis;        /* the group's identity, see group_genesis */
};

/* Reads and checks everything, n, f and protocol against each other too. `path` may be a folder:
 * then its group.conf. Not for several threads at once (document.h). */
MUST_USE enum error group_load(const char *path, struct group *group, struct error_text *text);

/* The same from memory; `path` is for messages. */
MUST_USE enum error group_parse(const char *path, struct slice bytes, struct group *group,
                                struct error_text *text);

/* H(name, config version, f, messages, timing, replica ids and keys, machine name and digest).
 * Addresses, timers, limits and clients are not in it: they may change by a rolling restart. */
void group_genesis(const struct group *group, struct digest *genesis);

/* The group file's text, commented, for `init`: writes to an open stream. */
MUST_USE enum error group_write(const struct group *group, void *stream /* FILE * */);

/* Where the machine's shared object lies: a relative path begins at the group file's folder.
 * ERROR_INVALID if that gets longer than `room`. Not for built-in machines. */
MUST_USE enum error group_machine_path(const struct group *group, char *path, size_t room,
                                       struct error_text *text);

/* The replica or client that has this key; -1 if none. */
int group_find_replica(const struct group *group, const struct public_key *key);
int group_find_client(const struct group *group, const struct public_key *key);

#endif
