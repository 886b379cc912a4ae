/* noise_test.c - the published transcript of Noise_IK_25519_ChaChaPoly_BLAKE2b, byte for byte. */
#include "crypto/noise.h"

#include "crypto/signature.h"
#include "support_hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <sodium.h>

#define BYTES_MAX 256

/* One message of the transcript. */
struct vector_message {
    uint8_t payload[BYTES_MAX];
    size_t payload_size;
    uint8_t ciphertext[BYTES_MAX];
    size_t ciphertext_size;
};

struct vector {
    json_t *root;
    const json_t *fields;
    const json_t *messages;
    uint8_t prologue[BYTES_MAX];
    size_t prologue_size;
    uint8_t initiator_static[NOISE_KEY_BYTES];
    uint8_t initiator_public[NOISE_KEY_BYTES];
    uint8_t initiator_ephemeral[NOISE_KEY_BYTES];
    uint8_t responder_static[NOISE_KEY_BYTES];
    uint8_t responder_public[NOISE_KEY_BYTES];
    uint8_t responder_ephemeral[NOISE_KEY_BYTES];
    uint8_t hash[NOISE_HASH_BYTES];
};

static void vector_load(struct vector *vector)
{
    vector->root = support_json_load("noise_ik_25519_chachapoly_blake2b.json");
    vector->fields = json_array_get(json_object_get(vector->root, "vectors"), 0);
    vector->messages = json_object_get(vector->fields, "messages");
    const json_t *fields = vector->fields;
    assert_string_equal(json_string_value(json_object_get(fields, "protocol_name")),
                        "Noise_IK_25519_ChaChaPoly_BLAKE2b");
    vector->prologue_size =
        support_hex_member(fields, "init_prologue", vector->prologue, BYTES_MAX);
    struct {
        const char *name;
        uint8_t *to;
        size_t size;
    } const keys[] = {
        {"init_static", vector->initiator_static, NOISE_KEY_BYTES},
        {"init_ephemeral", vector->initiator_ephemeral, NOISE_KEY_BYTES},
        {"init_remote_static", vector->responder_public, NOISE_KEY_BYTES},
        {"resp_static", vector->responder_static, NOISE_KEY_BYTES},
        {"resp_ephemeral", vector->responder_ephemeral, NOISE_KEY_BYTES},
        {"handshake_hash", vector->hash, NOISE_HASH_BYTES},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(support_hex_member(fields, keys[i].name, keys[i].to, keys[i].size),
                         keys[i].size);
    }
    assert_int_equal(
        crypto_scalarmult_curve25519_base(vector->initiator_public, vector->initiator_static), 0);
}

static void vector_message(const struct vector *vector, size_t index,
                           struct vector_message *message)
{
    const json_t *fields = json_array_get(vector->messages, index);
    assert_non_null(fields);
    message->payload_size = support_hex_member(fields, "payload", message->payload, BYTES_MAX);
    message->ciphertext_size =
        support_hex_member(fields, "ciphertext", message->ciphertext, BYTES_MAX);
}

static struct slice payload_of(const struct vector_message *message)
{
    return slice_of(message->payload, message->payload_size);
}

static struct slice ciphertext_of(const struct vector_message *message)
{
    return slice_of(message->ciphertext, message->ciphertext_size);
}

static void check_transport(const struct vector *vector, const struct noise_transport_keys *keys)
{
    size_t const count = json_array_size(vector->messages);
    assert_true(count > 4);
    for (size_t i = 2; i < count; i++) { /* the initiator sends the even ones */
        const uint8_t *key = i % 2 == 0 ? keys->to_responder : keys->to_initiator;
        uint64_t nonce = (i - 2) / 2;
        struct vector_message message;
        uint8_t sealed[BYTES_MAX];
        uint8_t opened[BYTES_MAX];
        vector_message(vector, i, &message);
        assert_int_equal(message.ciphertext_size, message.payload_size + NOISE_TAG_BYTES);
        noise_seal(key, nonce, slice_of(NULL, 0), payload_of(&message), sealed);
        assert_memory_equal(sealed, message.ciphertext, message.ciphertext_size);
        assert_true(noise_open(key, nonce, slice_of(NULL, 0), ciphertext_of(&message), opened));
        assert_memory_equal(opened, message.payload, message.payload_size);
        assert_false(
            noise_open(key, nonce + 1, slice_of(NULL, 0), ciphertext_of(&message), opened));
    }
}

static void noise_published_transcript_is_reproduced(void **state)
{
    (void)state;
    struct vector v;
    struct vector_message message;
    struct noise_initiator initiator;
    struct noise_responder responder;
    struct noise_transport_keys initiator_keys;
    struct noise_transport_keys responder_keys;
    uint8_t bytes[BYTES_MAX];
    vector_load(&v);
    struct noise_static const of_initiator = {v.initiator_static, v.initiator_public};
    struct noise_static const of_responder = {v.responder_static, v.responder_public};
    struct slice const prologue = slice_of(v.prologue, v.prologue_size);

    vector_message(&v, 0, &message);
    assert_int_equal(message.ciphertext_size,
                     message.payload_size + NOISE_MESSAGE_1_OVERHEAD_BYTES);
    assert_true(noise_write_message_1(&initiator, prologue, of_initiator, v.responder_public,
                                      v.initiator_ephemeral, payload_of(&message), bytes));
    assert_memory_equal(bytes, message.ciphertext, message.ciphertext_size);
    assert_true(
        noise_read_message_1(&responder, prologue, of_responder, ciphertext_of(&message), bytes));
    assert_memory_equal(bytes, message.payload, message.payload_size);
    assert_memory_equal(responder.remote_static, v.initiator_public, NOISE_KEY_BYTES);

    vector_message(&v, 1, &message);
    assert_int_equal(message.ciphertext_size,
                     message.payload_size + NOISE_MESSAGE_2_OVERHEAD_BYTES);
    assert_true(noise_write_message_2(&responder, v.responder_ephemeral, payload_of(&message),
                                      bytes, &responder_keys));
    assert_memory_equal(bytes, message.ciphertext, message.ciphertext_size);
    assert_true(noise_read_message_2(&initiator, of_initiator, ciphertext_of(&message), bytes,
                                     &initiator_keys));
    assert_memory_equal(bytes, message.payload, message.payload_size);

    assert_memory_equal(initiator.symmetric.hash, v.hash, NOISE_HASH_BYTES);
    assert_memory_equal(responder.symmetric.hash, v.hash, NOISE_HASH_BYTES);
    assert_memory_equal(&initiator_keys, &responder_keys, sizeof initiator_keys);
    check_transport(&v, &initiator_keys);
    json_decref(v.root);
}

static void noise_message_1_with_other_prologue_is_refused(void **state)
{
    (void)state;
    struct vector v;
    struct vector_message message;
    struct noise_responder responder;
    uint8_t payload[BYTES_MAX];
    vector_load(&v);
    vector_message(&v, 0, &message);
    struct noise_static const own = {v.responder_static, v.responder_public};
    assert_false(noise_read_message_1(&responder, slice_of(v.prologue, v.prologue_size - 1), own,
                                      ciphertext_of(&message), payload));
    assert_true(sodium_is_zero((const uint8_t *)&responder, sizeof responder));
    json_decref(v.root);
}

static void noise_message_shorter_than_its_keys_is_refused(void **state)
{
    (void)state;
    struct vector v;
    struct vector_message message;
    struct noise_responder responder;
    struct noise_initiator initiator = {0};
    struct noise_transport_keys keys;
    uint8_t payload[BYTES_MAX];
    vector_load(&v);
    vector_message(&v, 0, &message);
    struct noise_static const own = {v.responder_static, v.responder_public};
    for (size_t size = 0; size < message.ciphertext_size; size++) {
        assert_false(noise_read_message_1(&responder, slice_of(v.prologue, v.prologue_size), own,
                                          slice_of(message.ciphertext, size), payload));
    }
    for (size_t size = 0; size < NOISE_MESSAGE_2_OVERHEAD_BYTES; size++) {
        assert_false(noise_read_message_2(&initiator, own, slice_of(message.ciphertext, size),
                                          payload, &keys));
    }
    json_decref(v.root);
}

static void noise_small_order_keys_are_refused(void **state)
{
    (void)state;
    struct vector v;
    struct noise_initiator initiator;
    struct noise_responder responder;
    struct noise_transport_keys keys;
    uint8_t const zero[NOISE_KEY_BYTES] = {0};
    uint8_t message[BYTES_MAX] = {0};
    uint8_t payload[BYTES_MAX];
    vector_load(&v);
    struct noise_static const own = {v.initiator_static, v.initiator_public};
    struct slice const none = slice_of(NULL, 0);
    assert_false(
        noise_write_message_1(&initiator, none, own, zero, v.initiator_ephemeral, none, message));
    assert_true(sodium_is_zero((const uint8_t *)&initiator, sizeof initiator));
    memset(message, 0, sizeof message);
    assert_false(noise_read_message_1(&responder, none, own,
                                      slice_of(message, NOISE_MESSAGE_1_OVERHEAD_BYTES), payload));
    assert_true(noise_write_message_1(&initiator, none, own, v.responder_public,
                                      v.initiator_ephemeral, none, message));
    memset(message, 0, sizeof message);
    assert_false(noise_read_message_2(
        &initiator, own, slice_of(message, NOISE_MESSAGE_2_OVERHEAD_BYTES), payload, &keys));
    memset(&responder, 0, sizeof responder);
    assert_false(noise_write_message_2(&responder, v.responder_ephemeral, none, message, &keys));
    json_decref(v.root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_published_transcript_is_reproduced),
        cmocka_unit_test(noise_message_1_with_other_prologue_is_refused),
        cmocka_unit_test(noise_message_shorter_than_its_keys_is_refused),
        cmocka_unit_test(noise_small_order_keys_are_refused),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
