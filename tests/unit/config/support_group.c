/* support_group.c - see support_group.h. The keys are those of the seeds 01 01 ..., 02 02 ... */
#include "support_group.h"

#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>

const char good_group[] =
    "format = 1\n"                      /* line 1 */
    "name = \"demo\"\n"                 /* 2 */
    "messages = \"signed\"\n"           /* 3 */
    "timing = partial\n"                /* 4 */
    "faults = 1\n"                      /* 5 */
    "delta_ms = 100\n"                  /* 6 */
    "time_ahead_ms = 500\n"             /* 7 */
    "disk_low_mb = 1024\n"              /* 8 */
    "machine {\n"                       /* 9 */
    "    name = \"kv\"\n"               /* 10 */
    "}\n"                               /* 11 */
    "replica 0 {\n"                     /* 12 */
    "    peer = tcp://127.0.0.1:7400\n" /* 13 */
    "    client = \"tcp://127.0.0.1:7401\"\n"
    "    key = 8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c\n" /* 15 */
    "}\n"
    "replica 1 {\n"                            /* 17 */
    "    peer = \"tcp://[::1]:7402\"\n"        /* 18 */
    "    client = \"tcp://kings-host:7403\"\n" /* 19 */
    "    key = \"8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394\"\n"
    "}\n"
    "replica 2 {\n"                     /* 22 */
    "    peer = \"ipc:///run/two.p\"\n" /* 23 */
    "    client = \"ipc:///run/two.c\"\n"
    "    key = \"ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1\"\n" /* 25 */
    "}\n"
    "replica 3 {\n" /* 27 */
    "    peer = \"tcp://127.0.0.1:7406\"\n"
    "    client = \"tcp://127.0.0.1:7407\"\n"
    "    key = \"ca93ac1705187071d67b83c7ff0efe8108e8ec4530575d7726879333dbdabe7c\"\n" /* 30 */
    "}\n"                                                                              /* 31 */
    "client \"operator\" {\n"                                                          /* 32 */
    "    key = \"6e7a1cdd29b0b78fd13af4c5598feff4ef2a97166e3ca6f2e4fbfccd80505bf1\"\n"
    "    role = \"admin\"\n" /* 34 */
    "}\n"                    /* 35 */
    "client shop {\n"        /* 36 */
    "    key = \"8a875fff1eb38451577acd5afee405456568dd7c89e090863a0557bc7af49f17\"\n"
    "}\n"; /* 38 */

enum error load_text(const char *text, size_t size, struct group *group, struct error_text *reason)
{
    struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "group.conf");
    size_t prefix = strlen(path);
    test_write_file(path, text, size);
    *reason = (struct error_text){{0}};
    enum error error = group_load(path, group, reason);
    if (error != OK) {
        assert_memory_equal(reason->text, path, prefix);
        memmove(reason->text, reason->text + prefix, sizeof reason->text - prefix);
    }
    test_folder_fini(&folder);
    return error;
}

char *edit_text(const char *text, const char *from, const char *to, size_t to_size, size_t *size)
{
    const char *place = strstr(text, from);
    assert_non_null(place);
    size_t before = (size_t)(place - text);
    size_t after = strlen(place) - strlen(from);
    char *edited = malloc(before + to_size + after + 1);
    assert_non_null(edited);
    memcpy(edited, text, before);
    bytes_copy(edited + before, to, to_size);
    memcpy(edited + before + to_size, place + strlen(from), after + 1);
    *size = before + to_size + after;
    return edited;
}
