/* The card of a published checkpoint. */
#ifndef GS_CARD_H
#define GS_CARD_H
#include <jansson.h>
#include "base/err.h"

/* Name and source from the directory's name, licence from the front matter of README.md. NULL on failure
 * (GS_ENOMEM); the caller decrefs. */
json_t *gs_import_card(const char *dir, const char *citation, gs_err *e);
#endif
