/* Tensor names with up to two numbers in them: "layers.%d.q.weight", "layers.%d.experts.%d.up.weight". */
#ifndef GS_NAMES_H
#define GS_NAMES_H
#include <stddef.h>

/* How upstream's tensor becomes ours. */
typedef enum {
    GS_T_NONE,
    GS_T_SPLIT,               /* the part-th of `parts` equal pieces of its rows, 0-based */
    GS_T_COLUMNS,             /* the part-th of `parts` equal pieces of [in, parts * out]'s columns, to [out, in] */
    GS_T_EACH,                /* [n, rows, ...] to n tensors, which the second %d of ours numbers: a piece of the rows
                               * of each */
    GS_T_CONV,                /* [out, in, taps] to [out, taps, in]; depthwise [D, 1, taps] to [taps, D] */
    GS_T_MATRIX,              /* [out, in, 1], a convolution of one tap, to [out, in] */
    GS_T_SPARE,               /* as it is, where no other row made ours: upstream keeps some tensors twice */
    GS_T_DROP                 /* upstream never uses it */
} gs_transform;

/* Upstream's tensor and ours; tables end with theirs = NULL. when: the row counts only where our configuration says so,
 * "head_tied" or "position=rotary"; NULL: always. */
typedef struct {
    const char *theirs, *ours;
    gs_transform how;
    int part, parts;
    const char *when;
} gs_name_map;

enum { GS_NAME_NUMBERS = 2 };
/* Does the name fit the pattern, which may end with '*' for anything? The numbers that stand for %d go to number. */
int gs_name_match(const char *pattern, const char *name, int number[GS_NAME_NUMBERS]);
/* The pattern with each %d filled in, as many as it has; returns out. */
const char *gs_name_format(const char *pattern, const int *number, char *out, size_t n);
/* What upstream calls our tensor, by a table; the name itself where the table has nothing or is NULL. Returns out. */
const char *gs_name_upstream(const gs_name_map *rows, const char *name, char *out, size_t n);
#endif
