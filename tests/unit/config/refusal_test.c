/* refusal_test.c - every wrong value of a group file is refused, with line, value and bound. */
#include "support_group.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define KEY_0 "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"
#define KEY_1 "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"
#define KEY_5 "8a875fff1eb38451577acd5afee405456568dd7c89e090863a0557bc7af49f17"

struct refusal {
    const char *from; /* replaced once in the good text */
    const char *to;
    const char *reason; /* all of the message after the path */
};

static const struct refusal grammar[] = {
    {"delta_ms = 100", "delta_m = 100", ":6: unknown setting or section \"delta_m\""},
    {"    role = \"admin\"", "    rule = \"admin\"",
     ":34: unknown setting or section \"rule\" in section client"},
    {"machine {", "engine {", ":9: unknown setting or section \"engine\""},
    {"delta_ms = 100", "include(\"/etc/passwd\")", ":6: unknown setting or section \"include\""},
    {"timing = partial\n", "timing = partial timing = partial\n",
     ":4: timing is given twice, first on line 4"},
    {"disk_low_mb = 1024", "delta_ms = 100", ":8: delta_ms is given twice, first on line 6"},
    {"    role = \"admin\"\n", "    role = \"admin\"\n    role = \"read\"\n",
     ":35: role is given twice, first on line 34"},
    {"format = 1", "# one\n  # two\n// three\nformat = 1 # four\n/* five\nsix */ bogus = 1",
     ":6: unknown setting or section \"bogus\""},
    {"delta_ms = 100", "delta_ms = 100 # \"quoted\n# 'and not closed\nbogus = 1",
     ":8: unknown setting or section \"bogus\""},
    {"replica 3 {", "# another\n\n# twice\nreplica 2 {",
     ":30: a section with the title \"2\" is given twice"},
    {"format = 1", "/* no end\nformat = 1",
     ":39: the file ends in the middle of a section, setting, text or comment"},
    {"format = 1", "format = 1\nformat = 1", ":2: format is given twice, first on line 1"},
    {"    key = \"" KEY_5 "\"\n}\n", "    key = \"" KEY_5 "\"\n",
     ":37: the file ends in the middle of a section, setting, text or comment"},
    {"    key = \"" KEY_5 "\"\n}\n", "    key = \"" KEY_5 "\n}\n",
     ":38: the file ends in the middle of a section, setting, text or comment"},
    {"client shop {", "/* client shop {",
     ":38: the file ends in the middle of a section, setting, text or comment"},
    {KEY_5 "\"\n}\n", KEY_5 "\"\n} faults =",
     ":38: the file ends in the middle of a section, setting, text or comment"},
    {KEY_5 "\"\n}\n", KEY_5 "\"\n} faults",
     ":38: the file ends in the middle of a section, setting, text or comment"},
    {"delta_ms = 100", "strategos_end_of_file = 1",
     ":6: unknown setting or section \"strategos_end_of_file\""},
    {"delta_ms = 100", "}", ":6: unexpected closing brace"},
    {"delta_ms = 100", "delta_ms 100", ":6: missing equal sign after option 'delta_ms'"},
    {"delta_ms = 100", "delta_ms += 100", ":6: attempt to append to non-list option 'delta_ms'"},
    {"delta_ms = 100", "delta_ms = { 100, 200 }", ":6: unexpected token '{'"},
    {"replica 3 {", "replica {", ":27: missing title for section 'replica'"},
    {"machine {", "machine \"kv\" {", ":9: missing opening brace for section 'machine'"},
    {"client shop {\n", "replica|peer = \"tcp://a:1\"\nclient shop {\n",
     ":36: 'peer' belongs inside its section's braces"},
    {"name = \"demo\"", "name = \"${HOME}\"",
     ":2: environment variables have no place in a group file: it must be the same on every host"},
    {"name = \"demo\"", "name = \"de\\x00mo\"", ":2: '\\' has no meaning in a group file"},
    {"name = \"demo\"", "name = \"de\x01mo\"", ":2: control byte 0x01 in a text file"},
};

static const struct refusal values[] = {
    {"format = 1", "format = 2", ":1: format = \"2\": must be 1 to 1"},
    {"name = \"demo\"", "name = \"\"",
     ":2: name = \"\": must be 1 to 63 letters, digits, '.', '_' or '-'"},
    {"name = \"demo\"", "name = \"de mo\"",
     ":2: name = \"de mo\": must be 1 to 63 letters, digits, '.', '_' or '-'"},
    {"name = \"demo\"",
     "name = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
     ":2: name = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": must be 1 "
     "to "
     "63 letters, digits, '.', '_' or '-'"},
    {"messages = \"signed\"", "messages = \"sealed\"",
     ":3: messages = \"sealed\": must be one of signed, oral"},
    {"messages = \"signed\"", "messages = \"oral\"",
     ":3: messages = \"oral\": this version has messages = signed with timing = partial only"},
    {"timing = partial", "timing = synchronous",
     ":4: timing = \"synchronous\": this version has messages = signed with timing = partial only"},
    {"timing = partial", "timing = 7", ":4: timing = \"7\": must be one of partial, synchronous"},
    {"faults = 1", "faults = 0", ":5: faults = \"0\": must be 1 to 10 replicas"},
    {"faults = 1", "faults = 11", ":5: faults = \"11\": must be 1 to 10 replicas"},
    {"faults = 1", "faults = -1", ":5: faults = \"-1\": must be 1 to 10 replicas"},
    {"faults = 1", "faults = 2",
     ":5: faults = 2: must be 1 to 1 for 4 replicas (n >= 3f + 1; 2 faults need 7 replicas)"},
    {"delta_ms = 100", "delta_ms = 0", ":6: delta_ms = \"0\": must be 1 to 60000 ms"},
    {"delta_ms = 100", "delta_ms = 60001", ":6: delta_ms = \"60001\": must be 1 to 60000 ms"},
    {"delta_ms = 100", "delta_ms = 18446744073709551716",
     ":6: delta_ms = \"18446744073709551716\": must be 1 to 60000 ms"},
    {"delta_ms = 100", "delta_ms = -99999999999999999999",
     ":6: delta_ms = \"-99999999999999999999\": must be 1 to 60000 ms"},
    {"delta_ms = 100", "delta_ms = fast",
     ":6: delta_ms = \"fast\": must be a whole number, 1 to 60000 ms"},
    {"delta_ms = 100", "delta_ms = 1.5",
     ":6: delta_ms = \"1.5\": must be a whole number, 1 to 60000 ms"},
    {"delta_ms = 100", "delta_ms = \"\"",
     ":6: delta_ms = \"\": must be a whole number, 1 to 60000 ms"},
    {"delta_ms = 100", "delta_ms = -",
     ":6: delta_ms = \"-\": must be a whole number, 1 to 60000 ms"},
    {"time_ahead_ms = 500", "time_ahead_ms = 9",
     ":7: time_ahead_ms = \"9\": must be 10 to 3600000 ms"},
    {"time_ahead_ms = 500", "time_ahead_ms = 3600001",
     ":7: time_ahead_ms = \"3600001\": must be 10 to 3600000 ms"},
    {"disk_low_mb = 1024", "disk_low_mb = 1048577",
     ":8: disk_low_mb = \"1048577\": must be 0 to 1048576 MB"},
    {"    key = " KEY_0, "    key = 8a88", ":15: key = \"8a88\": must be 64 hex digits"},
    {"    key = " KEY_0,
     "    key = 0000000000000000000000000000000000000000000000000000000000000000",
     ":15: key = \"0000000000000000000000000000000000000000000000000000000000000000\": is not an "
     "Ed25519 public key"},
    {"    role = \"admin\"", "    role = \"root\"",
     ":34: role = \"root\": must be one of read, write, admin"},
};

static const struct refusal addresses[] = {
    {"tcp://127.0.0.1:7400", "udp://127.0.0.1:7400",
     ":13: peer = \"udp://127.0.0.1:7400\": must be tcp://HOST:PORT, tcp://[IPv6]:PORT or "
     "ipc:///PATH"},
    {"tcp://127.0.0.1:7400", "tcp://127.0.0.1",
     ":13: peer = \"tcp://127.0.0.1\": must be tcp://HOST:PORT, with a host and a port"},
    {"tcp://127.0.0.1:7400", "tcp://:7400",
     ":13: peer = \"tcp://:7400\": must be tcp://HOST:PORT, with a host and a port"},
    {"tcp://127.0.0.1:7400", "tcp://127.0.0.1:0",
     ":13: peer = \"tcp://127.0.0.1:0\": the port must be 1 to 65535"},
    {"tcp://127.0.0.1:7400", "tcp://127.0.0.1:65536",
     ":13: peer = \"tcp://127.0.0.1:65536\": the port must be 1 to 65535"},
    {"tcp://127.0.0.1:7400", "tcp://127.0.0.1:74x",
     ":13: peer = \"tcp://127.0.0.1:74x\": the port must be 1 to 65535"},
    {"tcp://127.0.0.1:7400", "tcp://127.0.0.256:7400",
     ":13: peer = \"tcp://127.0.0.256:7400\": the host is not a valid IPv4 address"},
    {"tcp://127.0.0.1:7400", "tcp://0.0.0.0:7400",
     ":13: peer = \"tcp://0.0.0.0:7400\": 0.0.0.0 is no address that others can connect to; name "
     "the host"},
    {"tcp://127.0.0.1:7400", "\"tcp://*:7400\"",
     ":13: peer = \"tcp://*:7400\": the host may have letters, digits, '.', '-' and '_' only; an "
     "IPv6 address stands in brackets"},
    {"tcp://[::1]:7402", "tcp://::1:7402",
     ":18: peer = \"tcp://::1:7402\": the host may have letters, digits, '.', '-' and '_' only; an "
     "IPv6 address stands in brackets"},
    {"tcp://[::1]:7402", "tcp://[::1:7402",
     ":18: peer = \"tcp://[::1:7402\": must be tcp://HOST:PORT, with a host and a port"},
    {"tcp://[::1]:7402", "tcp://[::g]:7402",
     ":18: peer = \"tcp://[::g]:7402\": what is in brackets is not an IPv6 address"},
    {"tcp://[::1]:7402", "tcp://[::]:7402",
     ":18: peer = \"tcp://[::]:7402\": [::] is no address that others can connect to; name the "
     "host"},
    {"ipc:///run/two.p", "ipc://run/two.p",
     ":23: peer = \"ipc://run/two.p\": the path must be absolute and at most 100 bytes long"},
};

static const struct refusal wholes[] = {
    {"format = 1\n", "", ":37: setting 'format' is missing"},
    {"name = \"demo\"\n", "", ":37: setting 'name' is missing"},
    {"    name = \"kv\"\n", "", ":10: machine setting 'name' is missing"},
    {"    client = \"tcp://kings-host:7403\"\n", "",
     ":20: replica \"1\" setting 'client' is missing"},
    {"    key = \"" KEY_5 "\"\n", "", ":37: client \"shop\" setting 'key' is missing"},
    {"machine {\n    name = \"kv\"\n}\n", "", ":35: there are 0 machine sections: must be 1"},
    {"machine {", "machine { name = kv }\nmachine {",
     ":12: there are 2 machine sections: must be 1"},
    {"    name = \"kv\"", "    name = \"bank\"",
     ":10: name = \"bank\": the built-in machines are kv and counter; any other needs a path and a "
     "digest"},
    {"    name = \"kv\"", "    name = \"bank\"\n path = \"bank.so\"",
     ":12: machine has a path but no digest: a shared object needs both"},
    {"    name = \"kv\"", "    name = \"bank\"\n digest = " KEY_0,
     ":12: machine has a digest but no path: a shared object needs both"},
    {"    name = \"kv\"", "    name = \"bank\"\n path = \"bank.so\" digest = abc",
     ":11: digest = \"abc\": must be 64 hex digits"},
    {"    name = \"kv\"", "    name = \"bank\"\n path = \"\" digest = " KEY_0,
     ":11: path = \"\": must be 1 to 4000 bytes long"},
    {"    name = \"kv\"", "    name = \"bank\"\n path = 'a\"b' digest = " KEY_0,
     ":11: path = \"a\"b\": must be without quotation marks"},
    {"\"ipc:///run/two.p\"", "'ipc:///run/\"two'",
     ":23: peer = \"ipc:///run/\"two\": the path must be without quotation marks"},
    {"replica 3 {", "replica 4 {",
     ":31: replica \"4\": ids must be 0 to 3, one of each, for these 4 replicas"},
    {"replica 3 {", "replica 03 {",
     ":31: replica \"03\": ids must be 0 to 3, one of each, for these 4 replicas"},
    {"replica 3 {", "replica three {",
     ":31: replica \"three\": ids must be 0 to 3, one of each, for these 4 replicas"},
    {"replica 3 {", "replica 2 {", ":27: a section with the title \"2\" is given twice"},
    {"client shop {", "client operator {",
     ":36: a section with the title \"operator\" is given twice"},
    {"client shop {", "client \"a b\" {",
     ":38: client \"a b\": the name must be 1 to 63 letters, digits, '.', '_' or '-'"},
    {"tcp://kings-host:7403", "tcp://127.0.0.1:7400",
     ":19: client = \"tcp://127.0.0.1:7400\": stands on line 13 too; every address and every key "
     "is "
     "for one purpose"},
    {"tcp://[::1]:7402", "TCP://127.0.0.1:7400",
     ":18: peer = \"TCP://127.0.0.1:7400\": must be tcp://HOST:PORT, tcp://[IPv6]:PORT or "
     "ipc:///PATH"},
    {KEY_1, KEY_0,
     ":20: key = \"" KEY_0 "\": stands on line 15 too; every address and every key is for one "
     "purpose"},
    {KEY_5, KEY_0,
     ":37: key = \"" KEY_0 "\": stands on line 15 too; every address and every key is for one "
     "purpose"},
};

static void expect_refusals(const struct refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = 0;
        char *text =
            edit_text(good_group, refusals[i].from, refusals[i].to, strlen(refusals[i].to), &size);
        struct group group;
        struct error_text reason;
        enum error error = load_text(text, size, &group, &reason);
        free(text);
        if (error != ERROR_INVALID || strcmp(reason.text, refusals[i].reason) != 0) {
            fail_msg("%s: got error %d\n  %s\nexpected\n  %s", refusals[i].to, (int)error,
                     reason.text, refusals[i].reason);
        }
    }
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void group_file_with_bad_grammar_is_refused_with_line(void **state)
{
    (void)state;
    expect_refusals(grammar, COUNT(grammar));
}

static void value_out_of_bounds_is_refused_with_line_value_and_bound(void **state)
{
    (void)state;
    expect_refusals(values, COUNT(values));
}

static void address_of_bad_form_is_refused_with_line_and_reason(void **state)
{
    (void)state;
    expect_refusals(addresses, COUNT(addresses));
}

static void values_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    expect_refusals(wholes, COUNT(wholes));
}

/* n replicas on `text`, with made-up distinct keys from seeds. */
static size_t many_replicas(char *text, size_t room, size_t count)
{
    size_t used = (size_t)snprintf(text, room, "format = 1\nname = many\nmachine { name = kv }\n");
    for (size_t i = 0; i < count; i++) {
        uint8_t seed[SEED_BYTES];
        memset(seed, (int)i + 1, sizeof seed);
        struct secret_key secret;
        struct public_key public;
        char hex[2 * PUBLIC_KEY_BYTES + 1];
        signature_from_seed(seed, &secret, &public);
        public_key_to_hex(&public, hex);
        used +=
            (size_t)snprintf(text + used, room - used,
                             "replica %zu { peer = tcp://h:%zu client = tcp://h:%zu key = %s }\n",
                             i, 2 * i + 1, 2 * i + 2, hex);
    }
    return used;
}

static void replica_count_outside_4_to_31_is_refused(void **state)
{
    (void)state;
    static char text[32768];
    static struct group group;
    struct error_text reason;
    size_t size = many_replicas(text, sizeof text, 3);
    assert_int_equal(load_text(text, size, &group, &reason), ERROR_INVALID);
    assert_string_equal(reason.text, ":6: there are 3 replica sections: must be 4 to 31");
    size = many_replicas(text, sizeof text, 32);
    assert_int_equal(load_text(text, size, &group, &reason), ERROR_INVALID);
    assert_string_equal(reason.text, ":35: there are 32 replica sections: must be 4 to 31");
    for (size_t count = 4; count <= 31; count++) {
        size = many_replicas(text, sizeof text, count);
        assert_int_equal(load_text(text, size, &group, &reason), OK);
        assert_int_equal(group.replica_count, count);
        assert_int_equal(group.faults, (count - 1) / 3);
    }
}

static void client_count_above_128_is_refused(void **state)
{
    (void)state;
    static char text[65536];
    static struct group group;
    struct error_text reason;
    size_t used = many_replicas(text, sizeof text, 4);
    for (size_t i = 0; i < 129; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "client c%zu { key = " KEY_0 "}\n", i);
    }
    assert_int_equal(load_text(text, used, &group, &reason), ERROR_INVALID);
    assert_string_equal(reason.text, ":136: there are 129 client sections: must be at most 128");
}

static void embedded_nul_is_refused(void **state)
{
    (void)state;
    size_t size = 0;
    char *text = edit_text(good_group, "partial", "par\0tial", 8, &size);
    static struct group group;
    struct error_text reason;
    assert_int_equal(load_text(text, size, &group, &reason), ERROR_INVALID);
    assert_string_equal(reason.text, ":4: control byte 0x00 in a text file");
    free(text);
}

static void empty_file_is_refused(void **state)
{
    (void)state;
    static struct group group;
    struct error_text reason;
    assert_int_equal(load_text("", 0, &group, &reason), ERROR_INVALID);
    assert_string_equal(reason.text, ":1: setting 'format' is missing");
}

static void huge_file_is_refused(void **state)
{
    (void)state;
    size_t size = (size_t)1024 * 1024 + 1;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, '\n', size);
    static struct group group;
    struct error_text reason;
    assert_int_equal(load_text(text, size, &group, &reason), ERROR_INVALID);
    assert_string_equal(reason.text, ": must be at most 1048576 bytes long");
    free(text);
}

/* Every prefix of a good file either lacks something or is whole; none may crash or leak. */
static void truncated_file_is_refused_at_every_byte(void **state)
{
    (void)state;
    static struct group group;
    struct error_text reason;
    size_t size = strlen(good_group);
    size_t replicas_end = (size_t)(strstr(good_group, "client \"operator\"") - good_group);
    for (size_t cut = 0; cut + 2 < size; cut++) {
        enum error error = load_text(good_group, cut, &group, &reason);
        if (cut + 1 < replicas_end) {
            assert_int_equal(error, ERROR_INVALID);
        }
    }
}

static void missing_file_is_refused_with_its_path(void **state)
{
    (void)state;
    static struct group group;
    struct error_text reason;
    assert_int_equal(group_load("/nonexistent/group.conf", &group, &reason), ERROR_MISSING);
    assert_string_equal(
        reason.text,
        "/nonexistent/group.conf: cannot read the group file: No such file or directory");
    assert_int_equal(group_load("/dev/null", &group, &reason), ERROR_INVALID);
    assert_string_equal(reason.text, "/dev/null: not a regular file, so not a group file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(group_file_with_bad_grammar_is_refused_with_line),
        cmocka_unit_test(value_out_of_bounds_is_refused_with_line_value_and_bound),
        cmocka_unit_test(address_of_bad_form_is_refused_with_line_and_reason),
        cmocka_unit_test(values_that_contradict_each_other_are_refused),
        cmocka_unit_test(replica_count_outside_4_to_31_is_refused),
        cmocka_unit_test(client_count_above_128_is_refused),
        cmocka_unit_test(embedded_nul_is_refused),
        cmocka_unit_test(empty_file_is_refused),
        cmocka_unit_test(huge_file_is_refused),
        cmocka_unit_test(truncated_file_is_refused_at_every_byte),
        cmocka_unit_test(missing_file_is_refused_with_its_path),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
