/* Tensor names with one number in them: "layers.%d.q.weight". */
#ifndef GS_NAMES_H
#define GS_NAMES_H
#include <stddef.h>

/* Upstream's tensor and ours. ours = NULL: upstream never uses it, it is dropped. parts > 1: ours are rows of
 * upstream's, the part-th of `parts` equal pieces (0-based). */
typedef struct { const char *upstream, *ours; int part, parts; } gs_name_row;

/* Does the name fit the pattern? The number that stands for %d goes to *number, if there is one. */
int gs_name_match(const char *pattern, const char *name, int *number);
/* The pattern with its %d filled in; returns out. */
const char *gs_name_format(const char *pattern, int number, char *out, size_t n);
/* What upstream calls our tensor, by a table that ends with upstream = NULL; the name itself where the table has
 * nothing or is NULL. Returns out. */
const char *gs_name_upstream(const gs_name_row *rows, const char *name, char *out, size_t n);
#endif
