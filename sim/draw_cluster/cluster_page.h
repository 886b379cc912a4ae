/* cluster_page.h - a page that shows the end of a simulated run: replicas and customers as lanes
 * over virtual time, views, messages, votes, decisions, faults and treason, to zoom into and read.
 *
 * A recorder looks on (it is a watcher) and keeps the last CLUSTER_PAGE_EVENTS events; then it
 * writes one file that needs nothing else, the same bytes for the same run. The page's address may
 * name a frame by the number that it has in a trace: page.html#4711. */
#ifndef STRATEGOS_DRAW_CLUSTER_CLUSTER_PAGE_H
#define STRATEGOS_DRAW_CLUSTER_CLUSTER_PAGE_H

#include "cluster/world.h"

#define CLUSTER_PAGE_EVENTS 5000u

struct cluster_page;

/* `plan` outlives the page. ERROR_MEMORY only. */
MUST_USE enum error cluster_page_new(struct cluster_page **page, const struct plan *plan);
void cluster_page_free(struct cluster_page *page); /* NULL is allowed */

/* The command that plays this run again, for the page's heading; it is copied (left out if there is
 * no memory). */
void cluster_page_set_command(struct cluster_page *page, const char *command);

/* For world_run; holds `page`. */
struct watcher cluster_page_watcher(struct cluster_page *page);

/* ERROR_IO or ERROR_FULL with a text that names the path. */
MUST_USE enum error cluster_page_write(struct cluster_page *page,
                                       const struct world_outcome *outcome, const char *path,
                                       struct error_text *text);

#endif
