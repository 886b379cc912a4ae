/* single_replica.c - see single_replica.h. */
#include "cmd/single_replica.h"

struct search {
    size_t asked;
    size_t failed;
    bool found;
    unsigned replica;
    height_nr height;
};

static void on_status(void *context, enum strategos_status status, const struct status *report)
{
    struct search *search = context;
    if (status != STRATEGOS_STATUS_DONE) {
        search->failed++;
    } else if (!search->found) {
        search->found = true;
        search->replica = report->id;
        search->height = report->height;
    }
}

int single_replica_find(struct connection *connection, uint64_t wanted, unsigned *replica,
                        height_nr *height)
{
    /* Static: answers of slower replicas may come after we return, until the client is closed. */
    static struct search search;
    search = (struct search){0};
    size_t count = connection->group->replica_count;
    if (wanted != SINGLE_REPLICA_ANY && wanted >= count) {
        return arguments_refuse(connection->command, "--replica %llu: the group's are 0 to %zu",
                                (unsigned long long)wanted, count - 1);
    }
    for (unsigned i = 0; i < count; i++) {
        if (wanted == SINGLE_REPLICA_ANY || wanted == i) {
            enum strategos_status status =
                strategos_client_ask_status(connection->client, i, on_status, &search);
            search.asked += status == STRATEGOS_STATUS_DONE;
        }
    }
    while (!search.found && search.failed < search.asked) {
        (void)strategos_client_step(connection->client, -1);
    }
    if (!search.found) {
        return connection_explain(connection, STRATEGOS_STATUS_NOT_SENT, strategos_slice(NULL, 0));
    }
    *replica = search.replica;
    *height = search.height;
    return EXIT_DONE;
}
