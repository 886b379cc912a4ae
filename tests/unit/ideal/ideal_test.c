/* ideal_test.c - a signature is valid if, and only if, its key signed that digest through this
 * book; and all of it follows from the seed. */
#include "base/bytes.h"
#include "ideal/ideal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct ideal_book book;
static struct ideal_signer alice, bob;
static struct digest digest = {{1, 2, 3}};

static int set_up(void **state)
{
    (void)state;
    ideal_init(&book, 42);
    alice = (struct ideal_signer){.book = &book, .key = ideal_key(&book, 0)};
    bob = (struct ideal_signer){.book = &book, .key = ideal_key(&book, 1)};
    return 0;
}

static struct signature sign(struct ideal_signer *signer, const struct digest *of)
{
    struct signature signature;
    struct authority authority = ideal_authority(signer);
    authority.sign(authority.context, of, &signature);
    return signature;
}

static bool verify(struct ideal_signer *by, const struct public_key *key, const struct digest *of,
                   const struct signature *signature)
{
    struct authority authority = ideal_authority(by);
    return authority.verify(authority.context, key, of, signature);
}

static void signature_verifies_for_all_of_the_book(void **state)
{
    (void)state;
    struct signature signature = sign(&alice, &digest);
    assert_true(verify(&alice, &alice.key, &digest, &signature));
    assert_true(verify(&bob, &alice.key, &digest, &signature));
}

static void signature_of_another_key_or_digest_is_refused(void **state)
{
    (void)state;
    struct signature signature = sign(&alice, &digest);
    assert_false(verify(&bob, &bob.key, &digest, &signature));
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        struct digest other = digest;
        other.bytes[i] ^= 0x80;
        assert_false(verify(&bob, &alice.key, &other, &signature));
    }
}

static void signature_with_any_bit_changed_is_refused(void **state)
{
    (void)state;
    struct signature signature = sign(&alice, &digest);
    for (size_t bit = 0; bit < 8 * (size_t)SIGNATURE_BYTES; bit++) {
        struct signature other = signature;
        other.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(verify(&bob, &alice.key, &digest, &other));
    }
}

static void signature_verifies_after_codes_of_many_others(void **state)
{
    (void)state;
    struct signature signature = sign(&alice, &digest);
    for (uint32_t i = 0; i < 4 * IDEAL_MEMO_ENTRIES; i++) {
        struct digest other = digest;
        put_u32(other.bytes, i);
        put_u32(other.bytes + 8, i);
        (void)sign(&bob, &other);
    }
    assert_true(verify(&bob, &alice.key, &digest, &signature));
}

static void signature_of_another_book_is_refused(void **state)
{
    (void)state;
    struct ideal_book other_book;
    ideal_init(&other_book, 43);
    struct ideal_signer mallory = {.book = &other_book, .key = alice.key};
    struct signature signature = sign(&mallory, &digest);
    assert_true(verify(&mallory, &alice.key, &digest, &signature));
    assert_false(verify(&bob, &alice.key, &digest, &signature));
}

static void book_follows_from_the_seed(void **state)
{
    (void)state;
    struct ideal_book same;
    struct ideal_book other;
    ideal_init(&same, 42);
    ideal_init(&other, 43);
    struct public_key keys[] = {ideal_key(&same, 0), ideal_key(&other, 0)};
    assert_true(public_key_is_equal(&keys[0], &alice.key));
    assert_false(public_key_is_equal(&keys[1], &alice.key));
    struct ideal_signer again = {.book = &same, .key = keys[0]};
    struct signature signatures[] = {sign(&alice, &digest), sign(&again, &digest)};
    assert_memory_equal(&signatures[0], &signatures[1], sizeof signatures[0]);
}

static void keys_of_principals_differ(void **state)
{
    (void)state;
    for (uint32_t a = 0; a < 300; a++) {
        for (uint32_t b = 0; b < a; b++) {
            struct public_key keys[] = {ideal_key(&book, a), ideal_key(&book, b)};
            assert_false(public_key_is_equal(&keys[0], &keys[1]));
        }
    }
}

static void book_counts_what_was_done(void **state)
{
    (void)state;
    struct signature signature = sign(&alice, &digest);
    (void)sign(&bob, &digest);
    (void)verify(&bob, &bob.key, &digest, &signature);
    assert_int_equal(book.sign_count, 2);
    assert_int_equal(book.verify_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(signature_verifies_for_all_of_the_book, set_up),
        cmocka_unit_test_setup(signature_of_another_key_or_digest_is_refused, set_up),
        cmocka_unit_test_setup(signature_with_any_bit_changed_is_refused, set_up),
        cmocka_unit_test_setup(signature_verifies_after_codes_of_many_others, set_up),
        cmocka_unit_test_setup(signature_of_another_book_is_refused, set_up),
        cmocka_unit_test_setup(book_follows_from_the_seed, set_up),
        cmocka_unit_test_setup(keys_of_principals_differ, set_up),
        cmocka_unit_test_setup(book_counts_what_was_done, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
