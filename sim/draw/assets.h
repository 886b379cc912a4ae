/* assets.h - the files of this folder that end up in pages and pictures, as the build embeds them.
 * Each ends with a zero byte. */
#ifndef STRATEGOS_DRAW_ASSETS_H
#define STRATEGOS_DRAW_ASSETS_H

extern const unsigned char asset_picture_css[];
extern const unsigned char asset_page_css[];
extern const unsigned char asset_page_html[];
extern const unsigned char asset_page_js[];

#endif
