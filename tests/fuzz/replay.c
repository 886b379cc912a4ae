/* replay.c - runs a harness over every file of the folders it is given: the corpus as a test, for
 * compilers without libFuzzer. A folder that is missing or empty fails. */
#include "fuzz.h"

#include "wire/limits.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Twice a frame: more than any corpus file. */
#define FILE_BYTES_MAX (FRAME_BYTES_MAX << 1)

static int replay_file(const char *path, uint8_t *memory)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t size = fread(memory, 1, FILE_BYTES_MAX, file);
    int is_whole = feof(file) || fgetc(file) == EOF;
    (void)fclose(file);
    if (!is_whole) {
        (void)fprintf(stderr, "%s: larger than %u bytes\n", path, FILE_BYTES_MAX);
        return 1;
    }
    uint8_t *exact = malloc(size + (size == 0)); /* so that a sanitizer sees reads beyond it */
    if (exact == NULL) {
        return 1;
    }
    memcpy(exact, memory, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int replay_folder(const char *folder, uint8_t *memory)
{
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        perror(folder);
        return 1;
    }
    int failed = 0;
    size_t count = 0;
    const struct dirent *entry;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    while ((entry = readdir(entries)) != NULL) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        failed |= length < 0 || (size_t)length >= sizeof path || replay_file(path, memory) != 0;
        count++;
    }
    (void)closedir(entries);
    (void)printf("%s: %zu files\n", folder, count);
    return failed || count == 0;
}

int main(int argc, char **argv)
{
    uint8_t *memory = malloc(FILE_BYTES_MAX);
    int failed = memory == NULL || argc < 2;
    for (int i = 1; i < argc && !failed; i++) {
        failed = replay_folder(argv[i], memory);
    }
    free(memory);
    return failed;
}
