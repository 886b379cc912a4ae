/* machine_file.h - a state machine's shared object, on its way into a new group. */
#ifndef STRATEGOS_CMD_MACHINE_FILE_H
#define STRATEGOS_CMD_MACHINE_FILE_H

#include "base/buffer.h"
#include "config/group.h"

/* Reads the shared object at `path` into `bytes` (empty before), takes its digest, and loads it to
 * ask for its name. */
MUST_USE enum error machine_file_read(const char *path, struct buffer *bytes,
                                      char name[NAME_BYTES_MAX], struct digest *digest,
                                      struct error_text *text);

#endif
