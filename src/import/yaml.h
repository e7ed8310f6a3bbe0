/* Configurations in YAML, as Evo's packages keep them, by libyaml. */
#ifndef GS_YAML_H
#define GS_YAML_H
#include <jansson.h>
#include "base/err.h"

/* One mapping as a JSON object. Plain scalars become null, true, false or numbers where YAML 1.1 or Python's reader
 * takes them so, all others texts. Anchors, tags and keys that are no scalars are refused; of keys that come again the
 * last one wins. NULL on failure (GS_EMODEL, GS_ENOMEM), the message names `what`; the caller decrefs. */
json_t *gs_yaml_parse(const char *text, size_t n, const char *what, gs_err *e);
/* The same of a file of at most `most` bytes. */
json_t *gs_import_yaml(const char *path, size_t most, gs_err *e);
#endif
