/* event_loop.c - a client inside an event loop: many commands under way, one descriptor to watch.
 *
 *     event_loop GROUP KEYFILE < names
 *
 * Counts the lines of standard input in the group's key-value store: each line is a name whose
 * number grows by one. Reading input and talking to the group go on side by side. */
#include "strategos/client.h"
#include "strategos/kv.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define IN_FLIGHT_MAX 256u

struct counter {
    struct strategos_client *client;
    char input[4096];
    size_t input_size;
    bool at_end;
    unsigned long done;
    unsigned long failed;
};

static void on_counted(void *context, enum strategos_status status, struct strategos_slice result)
{
    struct counter *counter = context;
    (void)result; /* the new number, see strategos_kv_incr_reply */
    if (status == STRATEGOS_STATUS_DONE) {
        counter->done++;
    } else {
        counter->failed++;
        (void)fprintf(stderr, "event_loop: %s\n", strategos_status_name(status));
    }
}

/* Submits each whole line that is in the buffer, as long as there is room under way. */
static void submit_lines(struct counter *counter)
{
    unsigned char command[STRATEGOS_KEY_BYTES_MAX + 16];
    char *end = NULL;
    while (strategos_client_pending(counter->client) < IN_FLIGHT_MAX &&
           (end = memchr(counter->input, '\n', counter->input_size)) != NULL) {
        size_t length = (size_t)(end - counter->input);
        size_t size =
            strategos_kv_incr(command, sizeof command, strategos_slice(counter->input, length), 1);
        if (size != 0) { /* else an empty line, or one too long for a key */
            enum strategos_status status = strategos_client_submit(
                counter->client, strategos_slice(command, size), on_counted, counter);
            if (status == STRATEGOS_STATUS_FULL) {
                return; /* the line stays, to be tried again after a callback */
            }
            counter->failed += status != STRATEGOS_STATUS_DONE;
        }
        counter->input_size -= length + 1;
        memmove(counter->input, end + 1, counter->input_size);
    }
}

static void read_input(struct counter *counter)
{
    size_t room = sizeof counter->input - counter->input_size;
    ssize_t size = read(STDIN_FILENO, counter->input + counter->input_size, room);
    if (size > 0) {
        counter->input_size += (size_t)size;
    } else if (size == 0 || errno != EINTR) {
        counter->at_end = true;
    }
}

/* True when there is no whole line left to submit and none to come. */
static bool is_drained(const struct counter *counter)
{
    bool has_line = memchr(counter->input, '\n', counter->input_size) != NULL;
    return counter->at_end && !has_line && strategos_client_pending(counter->client) == 0;
}

static void run(struct counter *counter)
{
    while (!is_drained(counter)) {
        bool has_line = memchr(counter->input, '\n', counter->input_size) != NULL;
        bool wants_input = !counter->at_end && !has_line;
        struct pollfd wanted[2] = {
            {.fd = strategos_client_fd(counter->client), .events = POLLIN},
            {.fd = wants_input ? STDIN_FILENO : -1, .events = POLLIN},
        };
        if (wants_input && counter->input_size == sizeof counter->input) {
            counter->input_size = 0; /* a line without an end: no name */
        }
        if (poll(wanted, 2, -1) < 0 && errno != EINTR) {
            perror("event_loop: poll");
            return;
        }
        if (wanted[1].revents != 0) {
            read_input(counter);
        }
        submit_lines(counter);
        (void)strategos_client_step(counter->client, 0); /* calls on_counted */
        submit_lines(counter);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: event_loop GROUP KEYFILE < names\n");
        return 2;
    }
    struct strategos_client_options options = {
        .group = argv[1], .key = argv[2], .in_flight_max = IN_FLIGHT_MAX};
    static struct counter counter;
    char reason[STRATEGOS_REASON_BYTES];
    if (strategos_client_open(&counter.client, &options, reason) != STRATEGOS_STATUS_DONE) {
        (void)fprintf(stderr, "event_loop: %s\n", reason);
        return 1;
    }
    run(&counter);
    strategos_client_close(counter.client);
    (void)printf("counted %lu, failed %lu\n", counter.done, counter.failed);
    return counter.failed != 0;
}
