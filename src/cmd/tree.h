/* tree.h - a tree of folders and files, on the disk when the call returns. For what is made once,
 * by `init`; a replica's own files are the storage layer's. */
#ifndef STRATEGOS_CMD_TREE_H
#define STRATEGOS_CMD_TREE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>

/* Makes a folder; ERROR_EXISTS if something is there. */
MUST_USE enum error tree_make_folder(const char *path, unsigned mode, struct error_text *text);

/* Makes a file; never overwrites one. */
MUST_USE enum error tree_write_file(const char *path, struct slice bytes, unsigned mode,
                                    struct error_text *text);

/* Appends a whole file to `out`; ERROR_LIMIT if it is larger than `bytes_max`. */
MUST_USE enum error tree_read_file(const char *path, size_t bytes_max, struct buffer *out,
                                   struct error_text *text);

/* True if `path` is a folder with nothing in it. */
bool tree_is_empty_folder(const char *path);

/* Removes everything below `path`, and `path` itself unless it is to be kept. Best effort. */
void tree_remove_tree(const char *path, bool keep_top);

#endif
