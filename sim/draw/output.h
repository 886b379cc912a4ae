/* output.h - writes a finished picture to a file, all of it or an error that names the path. */
#ifndef STRATEGOS_DRAW_OUTPUT_H
#define STRATEGOS_DRAW_OUTPUT_H

#include "base/buffer.h"
#include "base/error.h"

/* ERROR_FULL if the disk is full, ERROR_IO otherwise. */
MUST_USE enum error output_write(const char *path, const struct buffer *content,
                                 struct error_text *text);

#endif
