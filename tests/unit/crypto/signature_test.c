/* signature_test.c - RFC 8032, the Wycheproof cases, and what a signature binds.
 *
 * All replicas must accept exactly the same signatures, so every Wycheproof case must give the
 * result that its file states: a library that changes its rule fails here first. */
#include "crypto/signature.h"

#include "support_hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <sodium.h>

enum { HEX_DIGITS = 2 * PUBLIC_KEY_BYTES };

static uint8_t const seed[SEED_BYTES] = {1, 2, 3};

/* The stated result of a case against ours; true if the case was a valid one. */
static bool check_case(const struct public_key *key, const json_t *test)
{
    uint8_t message[2048];
    uint8_t bytes[256];
    size_t message_size = support_hex_member(test, "msg", message, sizeof message);
    size_t size = support_hex_member(test, "sig", bytes, sizeof bytes);
    const char *result = json_string_value(json_object_get(test, "result"));
    bool expected = strcmp(result, "valid") == 0;
    assert_true(expected || strcmp(result, "invalid") == 0);
    bool accepted = false;
    if (size == SIGNATURE_BYTES) { /* struct signature can hold no other */
        struct signature signature;
        memcpy(signature.bytes, bytes, sizeof signature.bytes);
        accepted = signature_verify_message(key, slice_of(message, message_size), &signature);
    }
    if (accepted != expected) {
        fail_msg("case %lld (%s): stated %s",
                 (long long)json_integer_value(json_object_get(test, "tcId")),
                 json_string_value(json_object_get(test, "comment")), result);
    }
    return expected;
}

static void signature_every_wycheproof_case_gives_its_stated_result(void **state)
{
    (void)state;
    json_t *root = support_json_load("wycheproof_ed25519.json");
    json_int_t stated = json_integer_value(json_object_get(root, "numberOfTests"));
    json_int_t valid = 0;
    json_int_t seen = 0;
    size_t i;
    const json_t *group;
    json_array_foreach(json_object_get(root, "testGroups"), i, group)
    {
        struct public_key key;
        size_t j;
        const json_t *test;
        assert_int_equal(support_hex_member(json_object_get(group, "publicKey"), "pk", key.bytes,
                                            sizeof key.bytes),
                         PUBLIC_KEY_BYTES);
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            valid += check_case(&key, test) ? 1 : 0;
            seen++;
        }
    }
    assert_int_equal(seen, stated);
    assert_true(valid > 0 && valid < seen);
    json_decref(root);
}

/* RFC 8032, section 7.1, test 1. */
static void signature_from_rfc8032_seed_gives_its_public_key(void **state)
{
    (void)state;
    uint8_t rfc_seed[SEED_BYTES];
    struct secret_key secret;
    struct public_key public;
    char hex[HEX_DIGITS + 1];
    (void)support_hex_decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                             rfc_seed, sizeof rfc_seed);
    signature_from_seed(rfc_seed, &secret, &public);
    public_key_to_hex(&public, hex);
    assert_string_equal(hex, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

static void signature_binds_digest_and_key_in_every_bit(void **state)
{
    (void)state;
    struct secret_key secret;
    struct public_key public;
    struct digest digest = {{7}};
    struct signature signature;
    signature_from_seed(seed, &secret, &public);
    signature_sign(&secret, &digest, &signature);
    assert_true(signature_verify(&public, &digest, &signature));
    for (size_t i = 0; i < 8 * (size_t)DIGEST_BYTES; i++) {
        digest.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_false(signature_verify(&public, &digest, &signature));
        digest.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t i = 0; i < 8 * (size_t)SIGNATURE_BYTES; i++) {
        signature.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_false(signature_verify(&public, &digest, &signature));
        signature.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t i = 0; i < 8 * (size_t)PUBLIC_KEY_BYTES; i++) {
        public.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_false(signature_verify(&public, &digest, &signature));
        public.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    assert_true(signature_verify(&public, &digest, &signature));
}

static void signature_under_all_zero_key_is_refused(void **state)
{
    (void)state;
    struct public_key const zero = {{0}};
    struct public_key const one = {{1}}; /* the neutral point, of small order */
    struct digest const digest = {{0}};
    struct signature const signature = {{1}};
    assert_false(signature_verify(&zero, &digest, &signature));
    assert_false(signature_verify(&one, &digest, &signature));
}

static void signature_generated_keys_differ_and_work(void **state)
{
    (void)state;
    struct secret_key secrets[2];
    struct public_key publics[2];
    struct digest const digest = {{9}};
    for (int i = 0; i < 2; i++) {
        struct signature signature;
        signature_generate(&secrets[i], &publics[i]);
        signature_sign(&secrets[i], &digest, &signature);
        assert_true(signature_verify(&publics[i], &digest, &signature));
    }
    assert_false(public_key_is_equal(&publics[0], &publics[1]));
    assert_int_not_equal(public_key_compare(&publics[0], &publics[1]), 0);
}

static void signature_forget_wipes_the_secret(void **state)
{
    (void)state;
    struct secret_key secret;
    struct public_key public;
    signature_from_seed(seed, &secret, &public);
    signature_forget(&secret);
    assert_true(sodium_is_zero(secret.bytes, sizeof secret.bytes));
}

static void public_key_hex_round_trips_and_refuses_anything_else(void **state)
{
    (void)state;
    struct secret_key secret;
    struct public_key public;
    struct public_key back;
    char hex[HEX_DIGITS + 2];
    signature_from_seed(seed, &secret, &public);
    public_key_to_hex(&public, hex);
    assert_true(public_key_from_hex(hex, &back));
    assert_true(public_key_is_equal(&public, &back));
    for (size_t i = 0; i < HEX_DIGITS; i++) { /* not a digit, then too short */
        char digit = hex[i];
        hex[i] = 'g';
        assert_false(public_key_from_hex(hex, &back));
        hex[i] = '\0';
        assert_false(public_key_from_hex(hex, &back));
        hex[i] = digit;
    }
    hex[HEX_DIGITS] = '0';
    hex[HEX_DIGITS + 1] = '\0';
    assert_false(public_key_from_hex(hex, &back));
    assert_false(public_key_from_hex("", &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signature_every_wycheproof_case_gives_its_stated_result),
        cmocka_unit_test(signature_from_rfc8032_seed_gives_its_public_key),
        cmocka_unit_test(signature_binds_digest_and_key_in_every_bit),
        cmocka_unit_test(signature_under_all_zero_key_is_refused),
        cmocka_unit_test(signature_generated_keys_differ_and_work),
        cmocka_unit_test(signature_forget_wipes_the_secret),
        cmocka_unit_test(public_key_hex_round_trips_and_refuses_anything_else),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
