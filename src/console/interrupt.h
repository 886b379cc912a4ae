/* interrupt.h - Ctrl-C and SIGTERM as a question that a loop asks itself. */
#ifndef STRATEGOS_CONSOLE_INTERRUPT_H
#define STRATEGOS_CONSOLE_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM are only noted; a waiting system call ends early. */
void interrupt_catch(void);

bool interrupt_is_caught(void);

#endif
