/* The intervals of a BED file, in its order. */
#ifndef GS_BED_H
#define GS_BED_H
#include <stdint.h>
#include "base/err.h"

typedef struct gs_bed gs_bed;

/* PATH: plain or compressed. NULL on failure: GS_EINPUT, GS_ETRUNC. */
gs_bed *gs_bed_open(const char *path, gs_err *e);
void gs_bed_close(gs_bed *b);        /* NULL is fine */
/* 0-based, half-open; name: the fourth column, NULL where there is none. Valid until the next call. 1, 0 at the end,
 * negative: GS_EINPUT naming the line, GS_ETRUNC. */
typedef struct { const char *contig, *name; int64_t beg, end; } gs_bed_record;
int gs_bed_next(gs_bed *b, gs_bed_record *r, gs_err *e);
/* As gs_lines_stop (genome/line_file.h). */
void gs_bed_stop(gs_bed *b);
/* Is a file called as BED files are: .bed, .bed.gz, .bed.bgz? */
int gs_bed_named(const char *path);
#endif
