/* document.h - a configuration file as text: its sections and settings, each with its line.
 *
 * The only code that sees libconfuse. Every value has passed parameter_check when document_read
 * returns; what sections and values mean together is the business of whoever reads the document
 * (group.c, the simulator's scenario files).
 *
 * Sections and parameters are numbered as in the schema; section 0 is the file itself.
 *
 * Not for several threads at once: libconfuse's scanner has one state per process. */
#ifndef STRATEGOS_CONFIG_DOCUMENT_H
#define STRATEGOS_CONFIG_DOCUMENT_H

#include "base/bytes.h"
#include "config/schema.h"

struct document;

/* Reads the file. Errors name file, line, value and bound. `schema` and `path` outlive the
 * document. */
MUST_USE enum error document_read(const struct schema *schema, const char *path,
                                  struct document **document, struct error_text *text);

/* The same from memory; `path` is for messages. */
MUST_USE enum error document_parse(const struct schema *schema, const char *path,
                                   struct slice bytes, struct document **document,
                                   struct error_text *text);

void document_free(struct document *document);

/* How many sections of this kind there are; of section 0 always one. */
size_t document_count(const struct document *document, unsigned section);

/* What stands between the section's name and its brace; borrowed; NULL where there is none. */
const char *document_title(const struct document *document, unsigned section, size_t index);

/* The line of the section's closing brace; the file's last line for section 0. */
int document_line(const struct document *document, unsigned section, size_t index);

/* The value of parameter `id` in the index-th section of its kind, borrowed; NULL if it is not
 * given. */
const char *document_value(const struct document *document, unsigned id, size_t index);

/* The line where it is given; 0 if it is not. */
int document_value_line(const struct document *document, unsigned id, size_t index);

/* ERROR_INVALID with a text if a required setting of this section is missing. */
MUST_USE enum error document_check_required(const struct document *document, unsigned section,
                                            size_t index, struct error_text *text);

#endif
