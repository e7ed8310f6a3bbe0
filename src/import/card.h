/* The card of a published checkpoint. */
#ifndef GS_CARD_H
#define GS_CARD_H
#include <jansson.h>

/* Name and source from the directory's name, licence from the front matter of README.md. NULL: out of memory; the
 * caller decrefs. */
json_t *gs_import_card(const char *dir, const char *citation);
#endif
