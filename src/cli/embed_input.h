/* What `gscore embed` reads: sequences, or the windows of variants or intervals. */
#ifndef GS_EMBED_INPUT_H
#define GS_EMBED_INPUT_H
#include "cli/cli.h"
#include "genome/bed.h"
#include "genome/fasta_stream.h"
#include "genome/vcf.h"
#include "model/model.h"

typedef struct {
    cli_common common;
    const char *model, *in, *ref, *prefix;   /* ref NULL: `in` is FASTA, else VCF or BED */
    int tokens, window;
    int strands;                             /* bit 0 forward, bit 1 reverse */
} embed_args;

typedef struct {
    const embed_args *a;
    int window, ended;
    gs_fasta_stream *fasta;
    gs_ref *ref;
    gs_vcf *vcf;
    gs_record *rec;
    gs_bed *bed;
    char *seq, name[400];                    /* of the current window */
    int64_t skipped;                         /* places that the FASTA does not have */
} embed_source;

/* One sequence or window, valid until the next call; contig NULL: a sequence. */
typedef struct { const char *name, *contig, *seq; int64_t beg, len; } embed_input;

int embed_source_open(embed_source *s, const embed_args *a, const gs_model *m, gs_err *e);
void embed_source_close(embed_source *s);   /* also after a failed open */
/* 1, 0 at the end, negative on error. */
int embed_source_next(embed_source *s, embed_input *x, gs_err *e);
#endif
