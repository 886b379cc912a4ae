/* fuzz.h - what every harness defines: libFuzzer's entry point, which replay.c calls too. */
#ifndef STRATEGOS_TESTS_FUZZ_H
#define STRATEGOS_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
