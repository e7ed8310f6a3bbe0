/* What `gscore score` writes beside the VCF (--skipped, --stats), by the rules of the VCF itself: whole or not at all,
 * never over an input or another output. */
#ifndef GS_SIDE_OUTPUT_H
#define GS_SIDE_OUTPUT_H
#include <stdio.h>
#include "base/outfile.h"
#include "cli/score_run.h"

typedef struct {
    gs_outfile file;
    FILE *f;         /* NULL: not open */
} side_output;
#define SIDE_OUTPUT_NONE ((side_output){.file = GS_OUTFILE_NONE})

/* Nothing that is read may be written over, and no output by another. */
int check_outputs(const score_args *a, gs_err *e);

/* path NULL: nothing is opened. */
int skipped_open(side_output *s, const char *path, gs_err *e);
/* The summary of a run that ended with `status`; what is there under a temporary name is replaced. path NULL: none. */
int stats_write(side_output *s, const char *path, const gs_tally *t, double seconds, int status, gs_err *e);

/* All bytes to disk, still under a temporary name. */
int side_finish(side_output *s, gs_err *e);
int side_publish(side_output *s, gs_err *e);
/* Take it back: the VCF failed. */
void side_retract(side_output *s);
/* What is not published is removed. */
void side_discard(side_output *s);
#endif
