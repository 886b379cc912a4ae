/* scenario_file_fuzz.c - any bytes as a scenario file: refused with a message, or a scenario that
 * is written and read back as the same. */
#include "fuzz.h"

#include "base/assert.h"
#include "generals/scenario_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *write_text(const struct scenario *scenario, size_t *size)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, size);
    if (stream == NULL) {
        abort();
    }
    scenario_write(scenario, stream);
    if (fclose(stream) != 0) {
        abort();
    }
    return text;
}

static enum error parse(struct scenario *scenario, struct slice bytes, struct error_text *reason)
{
    struct scenario_sheet sheet;
    sheet_init(&sheet);
    scenario_init(scenario);
    enum error error = sheet_parse(&sheet, "f", bytes, reason);
    error = error == OK ? sheet_apply(&sheet, scenario, reason) : error;
    sheet_fini(&sheet);
    return error;
}

/* A graph's file may be anything: only graphs by name or by edges are played with here. */
static bool names_a_file(struct slice bytes)
{
    return memmem(bytes.data, bytes.size, "graph", 5) != NULL &&
           memchr(bytes.data, '/', bytes.size) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    struct error_text reason = {""};
    struct scenario first;
    struct scenario second;
    if (size == 0 || names_a_file(bytes)) {
        return 0;
    }
    if (parse(&first, bytes, &reason) != OK) {
        ASSERT(strncmp(reason.text, "f:", 2) == 0);
        scenario_fini(&first);
        return 0;
    }
    enum error error = scenario_check(&first, &reason);
    ASSERT(error == OK || reason.text[0] != '\0');
    size_t first_size = 0;
    size_t second_size = 0;
    char *written = write_text(&first, &first_size);
    error = parse(&second, slice_of(written, first_size), &reason);
    ASSERT(error == OK);
    char *again = write_text(&second, &second_size);
    ASSERT(slice_is_equal(slice_of(written, first_size), slice_of(again, second_size)));
    free(written);
    free(again);
    scenario_fini(&first);
    scenario_fini(&second);
    return 0;
}
