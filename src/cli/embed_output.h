/* PREFIX.npy and PREFIX.tsv: rows of numbers and their names. Both appear when they are complete. */
#ifndef GS_EMBED_OUTPUT_H
#define GS_EMBED_OUTPUT_H
#include <stdint.h>
#include <stdio.h>
#include "base/outfile.h"

typedef struct { gs_outfile out; FILE *f; } embed_file;
typedef struct {
    embed_file npy, tsv;
    int dim;
    int64_t rows;
} embed_output;

/* input: refused if it is one of the outputs. */
int embed_output_open(embed_output *o, const char *prefix, const char *input, int dim, gs_err *e);
/* Rows of numbers, [n, dim]. Their names are written to o->tsv.f by the caller. */
int embed_output_rows(embed_output *o, const float *x, int64_t n, gs_err *e);
int embed_output_finish(embed_output *o, gs_err *e);
void embed_output_discard(embed_output *o);   /* what is not finished is removed */
#endif
