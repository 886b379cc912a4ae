/* put_get.c - the simplest client: one command after the other, waiting for each.
 *
 *     put_get GROUP KEYFILE NAME VALUE
 *
 * Sets NAME to VALUE in the group's key-value store, reads it back through the log, and then asks
 * one replica alone what it holds, which is faster and may be stale. */
#include "strategos/client.h"
#include "strategos/kv.h"

#include <stdio.h>
#include <string.h>

static unsigned char command[STRATEGOS_KV_COMMAND_BYTES_MAX];

static struct strategos_slice text(const char *bytes)
{
    return strategos_slice(bytes, strlen(bytes));
}

static int put(struct strategos_client *client, const char *key, const char *value)
{
    size_t size = strategos_kv_put(command, sizeof command, text(key), text(value));
    if (size == 0) {
        (void)fprintf(stderr, "put_get: the name or the value is too long\n");
        return 1;
    }
    enum strategos_status status =
        strategos_client_call(client, strategos_slice(command, size), NULL);
    (void)printf("put %s: %s\n", key, strategos_status_name(status));
    return status != STRATEGOS_STATUS_DONE;
}

static int show(const char *how, enum strategos_status status, struct strategos_slice reply)
{
    bool found = false;
    struct strategos_slice value;
    if (status != STRATEGOS_STATUS_DONE || !strategos_kv_get_reply(reply, &found, &value)) {
        (void)fprintf(stderr, "put_get: %s: %s\n", how, strategos_status_name(status));
        return 1;
    }
    if (found) {
        (void)printf("%s: %.*s\n", how, (int)value.size, (const char *)value.data);
    } else {
        (void)printf("%s: no such name\n", how);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "usage: put_get GROUP KEYFILE NAME VALUE\n");
        return 2;
    }
    struct strategos_client_options options = {.group = argv[1], .key = argv[2]};
    struct strategos_client *client = NULL;
    char reason[STRATEGOS_REASON_BYTES];
    if (strategos_client_open(&client, &options, reason) != STRATEGOS_STATUS_DONE) {
        (void)fprintf(stderr, "put_get: %s\n", reason);
        return 1;
    }

    int failed = put(client, argv[3], argv[4]);
    if (!failed) {
        struct strategos_slice reply;
        size_t size = strategos_kv_get(command, sizeof command, text(argv[3]));
        struct strategos_slice get = strategos_slice(command, size);
        enum strategos_status status = strategos_client_call(client, get, &reply);
        failed = show("agreed by the group", status, reply);
        status = strategos_client_call_query(client, 0, get, &reply);
        failed |= show("replica 0 alone", status, reply);
    }
    strategos_client_close(client);
    return failed;
}
