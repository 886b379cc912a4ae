/* group_test.c - good group files, written ones, and what belongs to the group's identity. */
#include "support/folder.h"
#include "support_group.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct group group;
static struct group other;

static void load_good(struct group *loaded)
{
    struct error_text reason;
    enum error error = load_text(good_group, strlen(good_group), loaded, &reason);
    if (error != OK) {
        fail_msg("%s", reason.text);
    }
}

static void good_file_is_loaded_whole(void **state)
{
    (void)state;
    load_good(&group);
    assert_string_equal(group.name, "demo");
    assert_int_equal(group.messages, MESSAGES_SIGNED);
    assert_int_equal(group.timing, TIMING_PARTIAL);
    assert_int_equal(group.faults, 1);
    assert_int_equal(group.delta_ms, 100);
    assert_int_equal(group.time_ahead_ms, 500);
    assert_int_equal(group.disk_low_mb, 1024);
    assert_string_equal(group.machine_name, "kv");
    assert_string_equal(group.machine_path, "");
    assert_int_equal(group.replica_count, 4);
    assert_int_equal(group.replicas[1].id, 1);
    assert_string_equal(group.replicas[1].peer_address, "tcp://[::1]:7402");
    assert_string_equal(group.replicas[2].client_address, "ipc:///run/two.c");
    assert_int_equal(group.client_count, 2);
    assert_string_equal(group.clients[0].name, "operator");
    assert_int_equal(group.clients[0].role, ROLE_ADMIN);
    assert_int_equal(group.clients[1].role, ROLE_WRITE);
}

static void settings_left_out_have_their_defaults(void **state)
{
    (void)state;
    char *text = strdup(good_group);
    assert_non_null(text);
    static const char *const optional[] = {
        "messages = \"signed\"\n", "timing = partial\n",    "faults = 1\n",
        "delta_ms = 100\n",        "time_ahead_ms = 500\n", "disk_low_mb = 1024\n"};
    size_t size = strlen(text);
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
        char *shorter = edit_text(text, optional[i], "", 0, &size);
        free(text);
        text = shorter;
    }
    struct error_text reason;
    assert_int_equal(load_text(text, size, &group, &reason), OK);
    free(text);
    load_good(&other);
    assert_int_equal(group.messages, other.messages);
    assert_int_equal(group.timing, other.timing);
    assert_int_equal(group.faults, other.faults);
    assert_int_equal(group.delta_ms, other.delta_ms);
    assert_int_equal(group.time_ahead_ms, other.time_ahead_ms);
    assert_int_equal(group.disk_low_mb, other.disk_low_mb);
    assert_true(digest_is_equal(&group.genesis, &other.genesis));
}

static void file_with_comments_and_crlf_is_loaded(void **state)
{
    (void)state;
    size_t size = 0;
    char *text =
        edit_text(good_group, "format = 1\n", "# a\r\n// b\r\n/* c\n */ format = 1\r\n", 32, &size);
    struct error_text reason;
    enum error error = load_text(text, strlen(text), &group, &reason);
    free(text);
    if (error != OK) {
        fail_msg("%s", reason.text);
    }
}

static void folder_stands_for_its_group_file(void **state)
{
    (void)state;
    struct test_folder folder;
    struct error_text reason;
    test_folder_init(&folder);
    test_write_file(test_path(&folder, "group.conf"), good_group, strlen(good_group));
    assert_int_equal(group_load(folder.path, &group, &reason), OK);
    assert_string_equal(group.path, test_path(&folder, "group.conf"));
    test_folder_fini(&folder);
}

static void replica_and_client_are_found_by_key(void **state)
{
    (void)state;
    load_good(&group);
    struct public_key nobody = {{1}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(group_find_replica(&group, &group.replicas[i].key), i);
        assert_int_equal(group_find_client(&group, &group.replicas[i].key), -1);
    }
    assert_int_equal(group_find_client(&group, &group.clients[1].key), 1);
    assert_int_equal(group_find_replica(&group, &group.clients[1].key), -1);
    assert_int_equal(group_find_replica(&group, &nobody), -1);
    assert_int_equal(group_find_client(&group, &nobody), -1);
}

/* Writes `group` and loads what was written into `other`. */
static void write_and_load(void)
{
    char *text = NULL;
    size_t size = 0;
    struct error_text reason;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(group_write(&group, stream), OK);
    assert_int_equal(fclose(stream), 0);
    enum error error = load_text(text, size, &other, &reason);
    free(text);
    if (error != OK) {
        fail_msg("%s", reason.text);
    }
}

static void written_group_is_loaded_the_same(void **state)
{
    (void)state;
    load_good(&group);
    write_and_load();
    memcpy(other.path, group.path, sizeof other.path);
    assert_memory_equal(&group, &other, sizeof group);
    (void)snprintf(group.machine_name, sizeof group.machine_name, "bank");
    (void)snprintf(group.machine_path, sizeof group.machine_path, "lib/bank.so");
    memset(group.machine_digest.bytes, 0xa5, sizeof group.machine_digest.bytes);
    group_genesis(&group, &group.genesis);
    write_and_load();
    memcpy(other.path, group.path, sizeof other.path);
    assert_memory_equal(&group, &other, sizeof group);
}

static void machine_path_begins_at_the_group_file(void **state)
{
    (void)state;
    static struct group at = {.path = "conf/demo/group.conf", .machine_path = "lib/bank.so"};
    char path[64];
    struct error_text text;
    assert_int_equal(group_machine_path(&at, path, sizeof path, &text), OK);
    assert_string_equal(path, "conf/demo/lib/bank.so");
    assert_int_equal(group_machine_path(&at, path, 21, &text), ERROR_INVALID);
    (void)snprintf(at.machine_path, sizeof at.machine_path, "/lib/bank.so");
    assert_int_equal(group_machine_path(&at, path, sizeof path, &text), OK);
    assert_string_equal(path, "/lib/bank.so");
    (void)snprintf(at.path, sizeof at.path, "group.conf");
    (void)snprintf(at.machine_path, sizeof at.machine_path, "bank.so");
    assert_int_equal(group_machine_path(&at, path, sizeof path, &text), OK);
    assert_string_equal(path, "bank.so");
}

static void write_to_full_device_is_an_error(void **state)
{
    (void)state;
    load_good(&group);
    FILE *stream = fopen("/dev/full", "we");
    assert_non_null(stream);
    assert_int_equal(group_write(&group, stream), ERROR_IO);
    (void)fclose(stream);
}

static bool genesis_is_changed(void)
{
    struct digest now;
    group_genesis(&group, &now);
    bool is_changed = !digest_is_equal(&now, &group.genesis);
    load_good(&group);
    return is_changed;
}

static void every_identity_setting_changes_the_genesis(void **state)
{
    (void)state;
    load_good(&group);
    group.name[0] = 'D';
    assert_true(genesis_is_changed());
    group.faults = 2;
    assert_true(genesis_is_changed());
    group.messages = MESSAGES_ORAL;
    assert_true(genesis_is_changed());
    group.timing = TIMING_SYNCHRONOUS;
    assert_true(genesis_is_changed());
    group.replica_count = 3;
    assert_true(genesis_is_changed());
    group.replicas[3].id = 7;
    assert_true(genesis_is_changed());
    group.replicas[3].key.bytes[31] ^= 1;
    assert_true(genesis_is_changed());
    struct public_key swapped = group.replicas[0].key;
    group.replicas[0].key = group.replicas[1].key;
    group.replicas[1].key = swapped;
    assert_true(genesis_is_changed());
    group.machine_name[0] = 'K';
    assert_true(genesis_is_changed());
    group.machine_digest.bytes[0] ^= 1;
    assert_true(genesis_is_changed());
    /* The end of one text is not the beginning of another. */
    (void)snprintf(group.name, sizeof group.name, "demok");
    (void)snprintf(group.machine_name, sizeof group.machine_name, "v");
    assert_true(genesis_is_changed());
}

static void no_other_setting_changes_the_genesis(void **state)
{
    (void)state;
    load_good(&group);
    group.path[0] = 'x';
    group.delta_ms++;
    group.time_ahead_ms++;
    group.disk_low_mb++;
    group.replicas[0].peer_address[7]++;
    group.replicas[0].client_address[7]++;
    group.client_count = 1;
    group.clients[0].key.bytes[0] ^= 1;
    group.clients[0].role = ROLE_READ;
    group.clients[0].name[0]++;
    group.machine_path[0] = 'x';
    assert_false(genesis_is_changed());
}

/* The identity is a format: a group made by one version must be the same group to the next. */
static void genesis_of_the_good_file_is_pinned(void **state)
{
    (void)state;
    char hex[2 * DIGEST_BYTES + 1];
    load_good(&group);
    digest_to_hex(&group.genesis, hex);
    assert_string_equal(hex, "a42f0c967506a171f3e67b9aff35031fc60b3294f76c3322304c9e9209b2cd6f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_file_is_loaded_whole),
        cmocka_unit_test(settings_left_out_have_their_defaults),
        cmocka_unit_test(file_with_comments_and_crlf_is_loaded),
        cmocka_unit_test(folder_stands_for_its_group_file),
        cmocka_unit_test(replica_and_client_are_found_by_key),
        cmocka_unit_test(written_group_is_loaded_the_same),
        cmocka_unit_test(machine_path_begins_at_the_group_file),
        cmocka_unit_test(write_to_full_device_is_an_error),
        cmocka_unit_test(every_identity_setting_changes_the_genesis),
        cmocka_unit_test(no_other_setting_changes_the_genesis),
        cmocka_unit_test(genesis_of_the_good_file_is_pinned),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
