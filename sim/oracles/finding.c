/* finding.c - see finding.h. */
#include "oracles/finding.h"

#include <stdarg.h>
#include <stdio.h>

void oracle_finding_note(struct oracle_finding *finding, const char *format, ...)
{
    if (finding->is_set) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
    finding->is_set = true;
}

const char *oracle_finding_text(const struct oracle_finding *finding)
{
    return finding->is_set ? finding->text : NULL;
}

struct oracle_hex oracle_hex_of(const struct digest *digest)
{
    static const char digits[] = "0123456789abcdef";
    struct oracle_hex hex;
    for (size_t i = 0; i < 8; i++) {
        hex.text[2 * i] = digits[digest->bytes[i] >> 4];
        hex.text[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    hex.text[16] = 0;
    return hex;
}
