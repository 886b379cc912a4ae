# revision.cmake - which revision a tree is, as code; written anew only if that has changed:
# cmake -D OUTPUT=revision.c -D SOURCE=... -P
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT revision)
    set(revision "unknown")
endif()
set(code "/* Made by revision.cmake. */\n#include \"command/run_options.h\"\n\n")
string(APPEND code "const char *run_revision(void)\n{\n    return STRATEGOS_VERSION \" ${revision}\";\n}\n")
set(written "")
if(EXISTS ${OUTPUT})
    file(READ ${OUTPUT} written)
endif()
if(NOT written STREQUAL code)
    file(WRITE ${OUTPUT} "${code}")
endif()
