/* exit_code.h - what every program's exit code means. */
#ifndef STRATEGOS_CONSOLE_EXIT_CODE_H
#define STRATEGOS_CONSOLE_EXIT_CODE_H

enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, /* refused or failed */
    EXIT_USAGE = 2,   /* wrong arguments */
    EXIT_TIMEOUT = 3,
};

#endif
