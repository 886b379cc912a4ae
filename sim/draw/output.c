/* output.c - see output.h. */
#include "draw/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum error output_write(const char *path, const struct buffer *content, struct error_text *text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return error_set(text, ERROR_IO, "%s: cannot be written: %s", path, strerrordesc_np(errno));
    }
    struct stat status;
    bool is_file = fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode);
    errno = 0;
    bool is_written = fwrite(content->data, 1, content->size, file) == content->size;
    int cause = errno;
    if (fclose(file) != 0 && is_written) {
        is_written = false;
        cause = errno;
    }
    if (!is_written) {
        if (is_file) { /* half a picture helps nobody; a device stays */
            (void)remove(path);
        }
        return error_set(text, cause == ENOSPC ? ERROR_FULL : ERROR_IO, "%s: cannot be written: %s",
                         path, strerrordesc_np(cause));
    }
    return OK;
}
