/* group_file_fuzz.c - any bytes as a group file: refused with a message, or a group that reads the
 * same after it is written. */
#include "fuzz.h"

#include "base/assert.h"
#include "config/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct group group;
static struct group again;

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
    char *text = NULL;
    size_t text_size = 0;
    FILE *stream = open_memstream(&text, &text_size);
    if (stream == NULL || group_write(&group, stream) != OK || fclose(stream) != 0) {
        abort();
    }
    enum error error = group_parse("f", slice_of(text, text_size), &again, &reason);
    ASSERT(error == OK);
    ASSERT(memcmp(&group, &again, sizeof group) == 0);
    free(text);
    return 0;
}
