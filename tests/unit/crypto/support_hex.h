/* support_hex.h - published vectors are JSON with hexadecimal strings. */
#ifndef STRATEGOS_TESTS_CRYPTO_SUPPORT_HEX_H
#define STRATEGOS_TESTS_CRYPTO_SUPPORT_HEX_H

#include "base/bytes.h"

#include <jansson.h>

/* Decodes `hex` into `bytes` (of `room`) and returns the size; fails the test otherwise. */
size_t support_hex_decode(const char *hex, uint8_t *bytes, size_t room);

/* The same for the string member `name` of a JSON object. */
size_t support_hex_member(const json_t *object, const char *name, uint8_t *bytes, size_t room);

/* Parses a file of tests/data; fails the test if it cannot. Release with json_decref. */
json_t *support_json_load(const char *name);

#endif
