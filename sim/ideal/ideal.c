/* ideal.c - see ideal.h. */
#include "ideal/ideal.h"

#include "base/prng.h"
#include "crypto/checksum.h"

#define KEY_INPUT_BYTES 4u /* the principal's number; a code's is longer: never mistaken */

void ideal_init(struct ideal_book *book, uint64_t seed)
{
    struct prng prng;
    prng_init(&prng, seed);
    put_u64(book->secret, prng_next(&prng));
    put_u64(book->secret + 8, prng_next(&prng));
    book->sign_count = 0;
    book->verify_count = 0;
    memset(book->memo, 0, sizeof book->memo);
}

static uint64_t under_secret(const struct ideal_book *book, const uint8_t *bytes, size_t size)
{
    _Static_assert(sizeof book->secret == CHECKSUM_KEY_BYTES, "the secret is the checksum's key");
    struct checksum_key key;
    memcpy(key.bytes, book->secret, sizeof key.bytes);
    return checksum_compute(&key, slice_of(bytes, size));
}

struct public_key ideal_key(const struct ideal_book *book, uint32_t number)
{
    struct public_key key = {{0}};
    uint8_t input[KEY_INPUT_BYTES];
    put_u32(input, number);
    put_u32(key.bytes, number);
    put_u64(key.bytes + 4, under_secret(book, input, sizeof input));
    return key;
}

/* The only valid signature of the key for the digest: the code, then zeros. */
static void compute(struct ideal_book *book, const struct public_key *key,
                    const struct digest *digest, struct signature *signature)
{
    uint8_t of[IDEAL_CODE_BYTES];
    memcpy(of, key->bytes, PUBLIC_KEY_BYTES);
    memcpy(of + PUBLIC_KEY_BYTES, digest->bytes, DIGEST_BYTES);
    uint64_t place = get_u64(digest->bytes) + get_u32(key->bytes);
    struct ideal_memo *memo = &book->memo[place % IDEAL_MEMO_ENTRIES];
    if (!memo->is_there || memcmp(memo->of, of, sizeof of) != 0) {
        memcpy(memo->of, of, sizeof of);
        memo->is_there = true;
        memo->code = under_secret(book, of, sizeof of);
    }
    memset(signature, 0, sizeof *signature);
    put_u64(signature->bytes, memo->code);
}

static void sign(void *context, const struct digest *digest, struct signature *signature)
{
    struct ideal_signer *signer = context;
    signer->book->sign_count++;
    compute(signer->book, &signer->key, digest, signature);
}

static bool verify(void *context, const struct public_key *key, const struct digest *digest,
                   const struct signature *signature)
{
    struct ideal_signer *signer = context;
    struct signature valid;
    signer->book->verify_count++;
    compute(signer->book, key, digest, &valid);
    return memcmp(valid.bytes, signature->bytes, sizeof valid.bytes) == 0;
}

struct authority ideal_authority(struct ideal_signer *signer)
{
    return (struct authority){.context = signer, .sign = sign, .verify = verify};
}
