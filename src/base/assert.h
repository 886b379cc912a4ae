/* assert.h - assertions that stay on in release.
 *
 * ASSERT is for our own bugs only: no byte that comes from outside may reach one. Trouble with the
 * environment is an `enum error`; a peer's misbehaviour is an `enum verdict`. */
#ifndef STRATEGOS_BASE_ASSERT_H
#define STRATEGOS_BASE_ASSERT_H

/* Prints the place and the condition to stderr and aborts. */
_Noreturn void assert_fail(const char *file, int line, const char *condition);

#define ASSERT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            assert_fail(__FILE__, __LINE__, #condition);                                           \
        }                                                                                          \
    } while (0)

#endif
