/* scenario_sheet.h - the settings of a scenario as texts, from a file and from options, on the way
 * to a scenario. An option stands before what the file says.
 *
 * Whatever is refused is refused with where it comes from: file and line, or the option's name. */
#ifndef STRATEGOS_GENERALS_SCENARIO_SHEET_H
#define STRATEGOS_GENERALS_SCENARIO_SHEET_H

#include "config/document.h"
#include "generals/scenario.h"
#include "generals/scenario_table.h"

struct scenario_option {
    const char *name;  /* "--m"; borrowed */
    const char *value; /* NULL: not given; borrowed */
};

struct scenario_sheet {
    const char *path;          /* the file's; borrowed; NULL without one */
    struct document *document; /* owned; NULL without a file */
    struct scenario_option options[SCENARIO_SETTING_COUNT];
};

void sheet_init(struct scenario_sheet *sheet);
void sheet_fini(struct scenario_sheet *sheet);

/* Takes the settings of a file, once. */
MUST_USE enum error sheet_read(struct scenario_sheet *sheet, const char *path,
                               struct error_text *text);

/* The same from memory; `path` is for messages. */
MUST_USE enum error sheet_parse(struct scenario_sheet *sheet, const char *path, struct slice bytes,
                                struct error_text *text);

/* Takes an option; what is wrong with it alone is refused at once. */
MUST_USE enum error sheet_option(struct scenario_sheet *sheet, enum scenario_setting setting,
                                 const char *name, const char *value, struct error_text *text);

/* What stands in the end: the option, else what the file says, else NULL; borrowed. */
const char *sheet_value(const struct scenario_sheet *sheet, enum scenario_setting setting);
bool sheet_is_option(const struct scenario_sheet *sheet, enum scenario_setting setting);
/* The value of an integer, or the index of a choice; the default if it is not given. */
long sheet_number(const struct scenario_sheet *sheet, enum scenario_setting setting);

/* Makes the scenario; `scenario` is initialised before, and stays to be freed after an error too.
 * Whether it can be played is scenario_check's business. */
MUST_USE enum error sheet_apply(const struct scenario_sheet *sheet, struct scenario *scenario,
                                struct error_text *text);

/* The line of the file where the scenario's lie number `index` is made; 0 if it is not from there.
 */
int sheet_lie_line(const struct scenario_sheet *sheet, const struct scenario *scenario,
                   size_t index);

/* Where a setting comes from, for a message that is not about its value alone: "FILE:12" or "--m";
 * the file itself, or "", if it is not given. */
#define SHEET_WHERE_BYTES 300u
const char *sheet_where(const struct scenario_sheet *sheet, enum scenario_setting setting,
                        char where[SHEET_WHERE_BYTES]);

#endif
