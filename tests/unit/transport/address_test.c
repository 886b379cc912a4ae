/* address_test.c - what is an address, and what nanomsg is given for it. */
#include "support_net.h"

#include <stdio.h>

static void address_that_is_valid_gives_its_endpoint(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *endpoint; /* NULL: a name, to be looked up */
        bool is_ipv6;
    } cases[] = {
        {"tcp://127.0.0.1:4000", "tcp://127.0.0.1:4000", false},
        {"tcp://0.0.0.0:1", "tcp://0.0.0.0:1", false},
        {"tcp://*:65535", "tcp://0.0.0.0:65535", false},
        {"tcp://[::1]:4000", "tcp://[::1]:4000", true},
        {"tcp://[2001:db8::7]:80", "tcp://[2001:db8::7]:80", true},
        {"tcp://host-1.example.org:4000", NULL, false},
        {"ipc:///run/strategos/0", "ipc:///run/strategos/0", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct address address;
        struct endpoint endpoint;
        assert_int_equal(address_parse(&address, cases[i].text, NULL), OK);
        assert_string_equal(address.text, cases[i].text);
        assert_int_equal(address_to_endpoint(&address, &endpoint), cases[i].endpoint != NULL);
        if (cases[i].endpoint != NULL) {
            assert_string_equal(endpoint.text, cases[i].endpoint);
            assert_int_equal(endpoint.is_ipv6, cases[i].is_ipv6);
        }
    }
}

static void address_that_is_wrong_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "tcp",
        "tcp://",
        "tcp://:4000",
        "tcp://host",
        "tcp://host:",
        "tcp://host:0",
        "tcp://host:65536",
        "tcp://host:99999999999",
        "tcp://host:12x",
        "tcp://host:-1",
        "tcp://ho st:1",
        "tcp://eth0;host:1",
        "tcp://::1:4000",
        "tcp://[::1:4000",
        "tcp://[host]:4000",
        "tcp://[]:4000",
        "udp://host:4000",
        "ipc://relative",
        "ipc:///",
        "ipc://",
        "inproc://a",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct address address;
        struct error_text text = {.text = ""};
        assert_int_equal(address_parse(&address, wrong[i], &text), ERROR_INVALID);
        assert_non_null(strstr(text.text, wrong[i]));
    }
}

static void address_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[2 * ADDRESS_BYTES_MAX];
    struct address address;
    struct endpoint endpoint;
    for (size_t size = 8; size < sizeof text - 1; size++) {
        (void)snprintf(text, sizeof text, "ipc:///%0*d", (int)size, 0);
        bool fits = size + 1 < IPC_PATH_BYTES_MAX;
        assert_int_equal(address_parse(&address, text, NULL), fits ? OK : ERROR_INVALID);
        if (fits) { /* and nanomsg takes it */
            assert_true(address_to_endpoint(&address, &endpoint));
        }
        (void)snprintf(text, sizeof text, "tcp://%0*d:1", (int)size, 0);
        fits = strlen(text) < ADDRESS_BYTES_MAX;
        assert_int_equal(address_parse(&address, text, NULL), fits ? OK : ERROR_INVALID);
    }
}

static void address_of_localhost_resolves_in_turn(void **state)
{
    (void)state;
    struct address address;
    struct endpoint endpoint;
    assert_int_equal(address_parse(&address, "tcp://localhost:7", NULL), OK);
    for (unsigned attempt = 0; attempt < 4; attempt++) {
        assert_int_equal(address_resolve(&address, attempt, &endpoint, NULL), OK);
        assert_string_equal(endpoint.text,
                            endpoint.is_ipv6 ? "tcp://[::1]:7" : "tcp://127.0.0.1:7");
    }
}

static void address_of_no_host_is_missing(void **state)
{
    (void)state;
    struct address address;
    struct endpoint endpoint;
    struct error_text text = {.text = ""};
    assert_int_equal(address_parse(&address, "tcp://no-such-host.invalid:7", NULL), OK);
    assert_int_equal(address_resolve(&address, 0, &endpoint, &text), ERROR_MISSING);
    assert_non_null(strstr(text.text, "no-such-host.invalid"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_that_is_valid_gives_its_endpoint),
        cmocka_unit_test(address_that_is_wrong_is_refused_by_name),
        cmocka_unit_test(address_that_is_too_long_is_refused),
        cmocka_unit_test(address_of_localhost_resolves_in_turn),
        cmocka_unit_test(address_of_no_host_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
