/* digest_test.c - domains, framing of fields, and a value computed elsewhere. */
#include "crypto/digest.h"

#include "crypto/signature.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct digest digest_of(enum digest_domain domain, struct slice bytes)
{
    struct digest_state state;
    struct digest digest;
    digest_begin(&state, domain);
    digest_add(&state, bytes);
    digest_end(&state, &digest);
    return digest;
}

static void check_hex(enum digest_domain domain, const char *text, const char *expected)
{
    char hex[2 * DIGEST_BYTES + 1];
    struct digest digest = digest_of(domain, slice_of_text(text));
    digest_to_hex(&digest, hex);
    assert_string_equal(hex, expected);
}

/* From another implementation (CPython's hashlib.blake2b with person=). They pin the format. */
static void digest_known_values_are_reproduced(void **state)
{
    (void)state;
    check_hex(DIGEST_GENESIS, "attack at dawn",
              "a778f3959ba074591b848484ef8b828106f6a1d3ac01ee8fd88d38a842f1d7b4");
    check_hex(DIGEST_LANE, "attack at dawn",
              "38361eceb1be7cf7f026a24ef0994e3865be4469d3d397b97ee2448089188db2");
    check_hex(DIGEST_SEGMENT, "attack at dawn",
              "24ada8e15563d326bb1d21db2e601f3be939c6aeea6ba7a9a606a0578f397e91");
    check_hex(DIGEST_SEGMENT_SIGN, "attack at dawn",
              "5c6cb3525a361304b9fe5ede4bd6d01f7440ab18b1a3620a63276a849a999b64");
    check_hex(DIGEST_ORDER, "attack at dawn",
              "099862ee93fc539af76162edcba5368082d5a6836b9a6e56c4f3d862d95d05ec");
    check_hex(DIGEST_VOTE_SIGN, "attack at dawn",
              "484525ed4b2bfc76126910e9217304590f8dd40efcc7730cc7d53c6e0a75f0bd");
    check_hex(DIGEST_STORE_ENTRY, "attack at dawn",
              "46796b1a145aa725034e4ce474603d9f573dd6df9d8c8ac427285cc07a257ca3");
    check_hex(DIGEST_STORE, "attack at dawn",
              "e00c23f7d9b70eddcc1f3ac129e9bfea7e70db131b903951b236e8aaa3d7a1bf");
    check_hex(DIGEST_PLUGIN, "attack at dawn",
              "24d528134c12d59730639668061d855333193bbb68a1bbf397f5b01e17b7c3a2");
    check_hex(DIGEST_FILE, "attack at dawn",
              "caedf1f46e1af24ecd1ce6cfba2dc74485ac210c34e58c983138d59043df8174");
    check_hex(DIGEST_SESSION, "attack at dawn",
              "3f3267f05af5639f59c36e39e7557bb4278567c9680f9e3071662d4b8d8d0612");
    check_hex(DIGEST_CHAIN_SIGN, "attack at dawn",
              "49625c7c12969b7f9ff09d5f1abe051bee305eaf9895235d55703b713ca7a08e");
    check_hex(DIGEST_ORDER, "", "748ca1958298e6433959169cd791e50af83e61a36d45b88d82ddc03f9d28d3fa");
}

static void digest_same_bytes_in_two_domains_differ(void **state)
{
    (void)state;
    for (int a = 0; a < DIGEST_DOMAIN_COUNT; a++) {
        struct digest of_a = digest_of((enum digest_domain)a, slice_of_text("attack"));
        for (int b = 0; b < a; b++) {
            struct digest of_b = digest_of((enum digest_domain)b, slice_of_text("attack"));
            assert_false(digest_is_equal(&of_a, &of_b));
        }
    }
}

static void digest_in_pieces_equals_digest_at_once(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    struct digest whole = digest_of(DIGEST_ORDER, slice_of(bytes, sizeof bytes));
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        struct digest_state pieces;
        struct digest digest;
        digest_begin(&pieces, DIGEST_ORDER);
        digest_add(&pieces, slice_of(bytes, cut));
        digest_add(&pieces, slice_of(NULL, 0));
        digest_add(&pieces, slice_of(bytes + cut, sizeof bytes - cut));
        digest_end(&pieces, &digest);
        assert_true(digest_is_equal(&digest, &whole));
    }
}

static void digest_u64_is_little_endian(void **state)
{
    (void)state;
    uint8_t const bytes[] = {8, 7, 6, 5, 4, 3, 2, 1};
    struct digest_state number;
    struct digest digest;
    digest_begin(&number, DIGEST_LANE);
    digest_add_u64(&number, UINT64_C(0x0102030405060708));
    digest_end(&number, &digest);
    struct digest expected = digest_of(DIGEST_LANE, slice_of(bytes, sizeof bytes));
    assert_true(digest_is_equal(&digest, &expected));
}

static void digest_sized_fields_do_not_run_together(void **state)
{
    (void)state;
    struct digest digests[2];
    const char *const parts[2][2] = {{"ab", "c"}, {"a", "bc"}};
    for (int i = 0; i < 2; i++) {
        struct digest_state fields;
        digest_begin(&fields, DIGEST_STORE_ENTRY);
        digest_add_sized(&fields, slice_of_text(parts[i][0]));
        digest_add_sized(&fields, slice_of_text(parts[i][1]));
        digest_end(&fields, &digests[i]);
    }
    assert_false(digest_is_equal(&digests[0], &digests[1]));
    uint8_t const framed[] = {2, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 1, 0, 0, 0, 0, 0, 0, 0, 'c'};
    struct digest expected = digest_of(DIGEST_STORE_ENTRY, slice_of(framed, sizeof framed));
    assert_true(digest_is_equal(&digests[0], &expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_known_values_are_reproduced),
        cmocka_unit_test(digest_same_bytes_in_two_domains_differ),
        cmocka_unit_test(digest_in_pieces_equals_digest_at_once),
        cmocka_unit_test(digest_u64_is_little_endian),
        cmocka_unit_test(digest_sized_fields_do_not_run_together),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
