/* assets.h - the files of this folder that end up in a page, as the build embeds them. Each ends
 * with a zero byte. */
#ifndef STRATEGOS_DRAW_CLUSTER_ASSETS_H
#define STRATEGOS_DRAW_CLUSTER_ASSETS_H

extern const unsigned char asset_cluster_css[];
extern const unsigned char asset_cluster_html[];
extern const unsigned char asset_cluster_js[];

#endif
