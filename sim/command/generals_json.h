/* generals_json.h - a game as one JSON object, its keys in a fixed order: byte for byte the same
 * for the same game. */
#ifndef STRATEGOS_COMMAND_GENERALS_JSON_H
#define STRATEGOS_COMMAND_GENERALS_JSON_H

#include "generals/play.h"

/* `search`: what came of the strategy worst, or NULL; `stream` is a FILE *. */
void generals_print_json(const struct play *play, const char *search, void *stream);

#endif
