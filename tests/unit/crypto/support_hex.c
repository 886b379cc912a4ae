/* support_hex.c - see support_hex.h. */
#include "support_hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <sodium.h>

size_t support_hex_decode(const char *hex, uint8_t *bytes, size_t room)
{
    size_t size = 0;
    assert_non_null(hex);
    assert_int_equal(sodium_hex2bin(bytes, room, hex, strlen(hex), NULL, &size, NULL), 0);
    return size;
}

size_t support_hex_member(const json_t *object, const char *name, uint8_t *bytes, size_t room)
{
    return support_hex_decode(json_string_value(json_object_get(object, name)), bytes, room);
}

json_t *support_json_load(const char *name)
{
    char path[512];
    json_error_t error;
    assert_true((size_t)snprintf(path, sizeof path, "%s/%s", TEST_DATA, name) < sizeof path);
    json_t *root = json_load_file(path, 0, &error);
    if (root == NULL) {
        fail_msg("%s:%d: %s", path, error.line, error.text);
    }
    return root;
}
