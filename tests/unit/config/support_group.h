/* support_group.h - group files for tests: one good text, and edits of it. */
#ifndef TESTS_UNIT_CONFIG_SUPPORT_GROUP_H
#define TESTS_UNIT_CONFIG_SUPPORT_GROUP_H

#include "config/group.h"

/* A good group file of four replicas and two clients; every setting is on a line of its own. */
extern const char good_group[];

/* Saves `text` as a temporary file, loads it and removes it. `reason` gets the message with the
 * temporary path cut off: what follows begins with ":LINE: ". */
enum error load_text(const char *text, size_t size, struct group *group, struct error_text *reason);

/* `text` with the first `from` replaced by `to` (which may hold `to_size` bytes of any kind); on
 * the heap. */
char *edit_text(const char *text, const char *from, const char *to, size_t to_size, size_t *size);

#endif
