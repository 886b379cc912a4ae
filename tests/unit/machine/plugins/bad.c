/* bad.c - plugins that must be refused; the build defines which mistake each one makes. */
#include <strategos/machine.h>

static enum strategos_outcome apply(struct strategos_store *store,
                                    const struct strategos_context *context,
                                    struct strategos_slice command, struct strategos_reply *reply)
{
    (void)store;
    (void)context;
    (void)command;
    (void)reply;
    return STRATEGOS_DONE;
}

#ifdef BAD_SYMBOL
#define SYMBOL another_name
extern const struct strategos_machine another_name;
#else
#define SYMBOL strategos_machine
#endif
#ifndef BAD_ABI
#define BAD_ABI STRATEGOS_MACHINE_ABI
#endif
#ifndef BAD_NAME
#define BAD_NAME "bad"
#endif
#ifndef BAD_APPLY
#define BAD_APPLY apply
#endif

__attribute__((visibility("default"))) const struct strategos_machine SYMBOL = {
    .abi = BAD_ABI,
    .version = 1,
    .name = BAD_NAME,
    .apply = BAD_APPLY,
    .query = apply,
};
