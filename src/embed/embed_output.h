/* PREFIX.npy and PREFIX.tsv, rows of numbers and their names, and the table of what is left out. They appear when all
 * of them are complete. */
#ifndef GS_EMBED_OUTPUT_H
#define GS_EMBED_OUTPUT_H
#include <stdint.h>
#include <stdio.h>
#include "base/outfile.h"
#include "embed/embed.h"

typedef struct { gs_outfile out; FILE *f; } gs_embed_file;   /* f NULL: not open */
typedef struct {
    gs_embed_file npy, tsv, skipped;
    int dim;
    int64_t rows;
} gs_embed_output;
#define GS_EMBED_FILE_NONE {.out = GS_OUTFILE_NONE}
#define GS_EMBED_OUTPUT_NONE \
    ((gs_embed_output){.npy = GS_EMBED_FILE_NONE, .tsv = GS_EMBED_FILE_NONE, .skipped = GS_EMBED_FILE_NONE})

/* No output may be an input or another output. Heads of npy and tsv are written; lines are written by the caller. */
int gs_embed_output_open(gs_embed_output *o, const gs_model *m, const gs_embed_opt *opt, gs_err *e);
/* Rows of numbers, [n, D]. */
int gs_embed_output_rows(gs_embed_output *o, const float *x, int64_t n, gs_err *e);
int gs_embed_output_publish(gs_embed_output *o, gs_err *e);
void gs_embed_output_discard(gs_embed_output *o);   /* what is not published is removed */
#endif
