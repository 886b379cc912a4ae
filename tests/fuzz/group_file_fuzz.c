/* group_file_fuzz.c - any bytes as a group file: refused with a message, or a group that is written
 * and read back as the same. */
#include "fuzz.h"

#include "base/assert.h"
#include "config/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct group group;
static struct group again;

static char *write_text(const struct group *written, size_t *size)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, size);
    if (stream == NULL || group_write(written, stream) != OK || fclose(stream) != 0) {
        abort();
    }
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error_text reason = {{0}};
    if (signature_library_init() != OK) {
        abort();
    }
    if (group_parse("f", slice_of(data, size), &group, &reason) != OK) {
        ASSERT(strncmp(reason.text, "f:", 2) == 0);
        return 0;
    }
    size_t first_size = 0;
    size_t second_size = 0;
    char *first = write_text(&group, &first_size);
    enum error error = group_parse("f", slice_of(first, first_size), &again, &reason);
    ASSERT(error == OK);
    char *second = write_text(&again, &second_size);
    ASSERT(slice_is_equal(slice_of(first, first_size), slice_of(second, second_size)));
    ASSERT(digest_is_equal(&group.genesis, &again.genesis));
    free(first);
    free(second);
    return 0;
}
