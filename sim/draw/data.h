/* data.h - a game as JSON, for the page's script. */
#ifndef STRATEGOS_DRAW_DATA_H
#define STRATEGOS_DRAW_DATA_H

#include "base/buffer.h"
#include "generals/play.h"

/* More messages than this are embedded as counts of packets. */
#define DATA_MESSAGES_MAX 20000u
#define DATA_STAGE_SIZE   600

/* Safe inside a script element whatever the scenario's texts are. */
void data_put(struct buffer *out, const struct play *play);

#endif
