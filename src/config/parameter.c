/* parameter.c - see parameter.h. */
#include "config/parameter.h"

#include "base/assert.h"
#include "config/address.h"
#include "wire/limits.h"

#define NAME_LENGTH_MAX      ((long)NAME_BYTES_MAX - 1)
#define FAULTS_MAX           (((long)REPLICAS_MAX - 1) / 3)
#define PATH_LENGTH_MAX      4000 /* leaves room for the group file's folder in front */
#define GROUP_FILE_BYTES_MAX ((size_t)1024 * 1024)

static const struct parameter table[PARAMETER_COUNT] = {
    [PARAMETER_FORMAT] = {.section = SECTION_GROUP,
                          .type = PARAMETER_INTEGER,
                          .name = "format",
                          .is_required = true,
                          .is_identity = true,
                          .minimum = CONFIG_VERSION,
                          .maximum = CONFIG_VERSION,
                          .unit = "",
                          .help = "Version of this file's format."},
    [PARAMETER_GROUP_NAME] = {.section = SECTION_GROUP,
                              .type = PARAMETER_NAME,
                              .name = "name",
                              .is_required = true,
                              .is_identity = true,
                              .minimum = 1,
                              .maximum = NAME_LENGTH_MAX,
                              .unit = "bytes",
                              .help = "Name of the group."},
    [PARAMETER_MESSAGES] = {.section = SECTION_GROUP,
                            .type = PARAMETER_CHOICE,
                            .name = "messages",
                            .is_identity = true,
                            .choices = {"signed", "oral"},
                            .unit = "",
                            .default_text = "signed",
                            .help =
                                "Whether replicas sign what they say to each other. This version "
                                "has signed."},
    [PARAMETER_TIMING] = {.section = SECTION_GROUP,
                          .type = PARAMETER_CHOICE,
                          .name = "timing",
                          .is_identity = true,
                          .choices = {"partial", "synchronous"},
                          .unit = "",
                          .default_text = "partial",
                          .help = "What is assumed of the network: partial synchrony (safe always, "
                                  "live when messages arrive in time). This version has partial."},
    [PARAMETER_FAULTS] = {.section = SECTION_GROUP,
                          .type = PARAMETER_INTEGER,
                          .name = "faults",
                          .is_identity = true,
                          .minimum = 1,
                          .maximum = FAULTS_MAX,
                          .unit = "replicas",
                          .default_text = "the most that n replicas allow, (n - 1) / 3",
                          .help = "f: how many replicas may fail in any way, or lie, at once. "
                                  "n >= 3f + 1."},
    [PARAMETER_DELTA_MS] = {.section = SECTION_GROUP,
                            .type = PARAMETER_INTEGER,
                            .name = "delta_ms",
                            .minimum = 1,
                            .maximum = 60000,
                            .default_value = DELTA_MS_DEFAULT,
                            .unit = "ms",
                            .default_text = "100",
                            .help =
                                "Time within which a message usually arrives. Too small: views "
                                "end without an order; too large: a dead commander costs more."},
    [PARAMETER_TIME_AHEAD_MS] = {.section = SECTION_GROUP,
                                 .type = PARAMETER_INTEGER,
                                 .name = "time_ahead_ms",
                                 .minimum = 10,
                                 .maximum = 3600000,
                                 .default_value = TIME_AHEAD_MS_DEFAULT,
                                 .unit = "ms",
                                 .default_text = "500",
                                 .help = "How far an order's time may be ahead of a voter's clock. "
                                         "Keep clocks together with NTP."},
    [PARAMETER_DISK_LOW_MB] = {.section = SECTION_GROUP,
                               .type = PARAMETER_INTEGER,
                               .name = "disk_low_mb",
                               .minimum = 0,
                               .maximum = 1024L * 1024,
                               .default_value = 1024,
                               .unit = "MB",
                               .default_text = "1024",
                               .help = "Below this much free disk space `strategos status` warns; "
                                       "0 never."},
    [PARAMETER_MACHINE_NAME] = {.section = SECTION_MACHINE,
                                .type = PARAMETER_NAME,
                                .name = "name",
                                .is_required = true,
                                .is_identity = true,
                                .minimum = 1,
                                .maximum = NAME_LENGTH_MAX,
                                .unit = "bytes",
                                .help = "Built in: kv or counter. With a path: the name that the "
                                        "shared object gives itself."},
    [PARAMETER_MACHINE_PATH] = {.section = SECTION_MACHINE,
                                .type = PARAMETER_PATH,
                                .name = "path",
                                .minimum = 1,
                                .maximum = PATH_LENGTH_MAX,
                                .unit = "bytes",
                                .default_text = "none: the machine is built in",
                                .help = "Shared object with the machine; relative to this file."},
    [PARAMETER_MACHINE_DIGEST] = {.section = SECTION_MACHINE,
                                  .type = PARAMETER_DIGEST,
                                  .name = "digest",
                                  .is_identity = true,
                                  .minimum = 2L * DIGEST_BYTES,
                                  .maximum = 2L * DIGEST_BYTES,
                                  .unit = "hex digits",
                                  .default_text = "none: the machine is built in",
                                  .help =
                                      "Digest of the shared object, so that all replicas run the "
                                      "same code; `strategos init --machine` computes it."},
    [PARAMETER_REPLICA_PEER] = {.section = SECTION_REPLICA,
                                .type = PARAMETER_ADDRESS,
                                .name = "peer",
                                .is_required = true,
                                .minimum = 1,
                                .maximum = ADDRESS_LENGTH_MAX,
                                .unit = "bytes",
                                .help = "Where the other replicas reach it: tcp://HOST:PORT, "
                                        "tcp://[IPv6]:PORT or ipc:///PATH."},
    [PARAMETER_REPLICA_CLIENT] = {.section = SECTION_REPLICA,
                                  .type = PARAMETER_ADDRESS,
                                  .name = "client",
                                  .is_required = true,
                                  .minimum = 1,
                                  .maximum = ADDRESS_LENGTH_MAX,
                                  .unit = "bytes",
                                  .help = "Where clients reach it."},
    [PARAMETER_REPLICA_KEY] = {.section = SECTION_REPLICA,
                               .type = PARAMETER_KEY,
                               .name = "key",
                               .is_required = true,
                               .is_identity = true,
                               .minimum = 2L * PUBLIC_KEY_BYTES,
                               .maximum = 2L * PUBLIC_KEY_BYTES,
                               .unit = "hex digits",
                               .help = "The replica's public key: the last word of its key file."},
    [PARAMETER_CLIENT_KEY] = {.section = SECTION_CLIENT,
                              .type = PARAMETER_KEY,
                              .name = "key",
                              .is_required = true,
                              .minimum = 2L * PUBLIC_KEY_BYTES,
                              .maximum = 2L * PUBLIC_KEY_BYTES,
                              .unit = "hex digits",
                              .help = "The client's public key: the last word of its key file."},
    [PARAMETER_CLIENT_ROLE] = {.section = SECTION_CLIENT,
                               .type = PARAMETER_CHOICE,
                               .name = "role",
                               .choices = {"read", "write", "admin"},
                               .default_value = 1,
                               .unit = "",
                               .default_text = "write",
                               .help =
                                   "read may only ask; write may also change; admin may also ask "
                                   "for the log and operate."},
};

static const struct schema_section sections[SECTION_COUNT] = {
    [SECTION_GROUP] = {.name = "", .help = "The group"},
    [SECTION_MACHINE] = {.name = "machine",
                         .help = "machine { ... }: the replicated state machine, once"},
    [SECTION_REPLICA] = {.name = "replica",
                         .is_titled = true,
                         .help = "replica ID { ... }: once per replica, ids 0 to n - 1"},
    [SECTION_CLIENT] = {.name = "client",
                        .is_titled = true,
                        .help = "client NAME { ... }: once per client key"},
};

const struct schema *parameter_schema(void)
{
    static const struct schema schema = {
        .what = "group file",
        .bytes_max = GROUP_FILE_BYTES_MAX,
        .sections = sections,
        .section_count = SECTION_COUNT,
        .parameters = table,
        .parameter_count = PARAMETER_COUNT,
    };
    return &schema;
}

const struct parameter *parameter_of(enum parameter_id id)
{
    ASSERT((unsigned)id < PARAMETER_COUNT);
    return &table[id];
}
