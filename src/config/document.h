/* document.h - a group file as text: its sections and settings, each with its line.
 *
 * The only code that sees libconfuse. Every value has passed parameter_check when document_read
 * returns; what sections and values mean together is group.c's business.
 *
 * Not for several threads at once: libconfuse's scanner has one state per process. */
#ifndef STRATEGOS_CONFIG_DOCUMENT_H
#define STRATEGOS_CONFIG_DOCUMENT_H

#include "base/bytes.h"
#include "config/parameter.h"

#define DOCUMENT_BYTES_MAX ((size_t)1024 * 1024)

struct document;

/* Reads the file. Errors name file, line, value and bound. */
MUST_USE enum error document_read(const char *path, struct document **document,
                                  struct error_text *text);

/* The same from memory; `path` is for messages. */
MUST_USE enum error document_parse(const char *path, struct slice bytes, struct document **document,
                                   struct error_text *text);

void document_free(struct document *document);

/* How many sections of this kind there are; of SECTION_GROUP always one. */
size_t document_count(const struct document *document, enum parameter_section section);

/* What stands between the section's name and its brace; borrowed; NULL where there is none. */
const char *document_title(const struct document *document, enum parameter_section section,
                           size_t index);

/* The line of the section's closing brace; the file's last line for SECTION_GROUP. */
int document_line(const struct document *document, enum parameter_section section, size_t index);

/* A setting's value in the index-th section of its kind, borrowed; NULL if it is not given. */
const char *document_value(const struct document *document, enum parameter_id id, size_t index);

/* The line where it is given; 0 if it is not. */
int document_value_line(const struct document *document, enum parameter_id id, size_t index);

#endif
