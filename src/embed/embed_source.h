/* What is embedded, one after the other: sequences, or the windows of variants or intervals. */
#ifndef GS_EMBED_SOURCE_H
#define GS_EMBED_SOURCE_H
#include "base/str.h"
#include "embed/embed.h"
#include "genome/bed.h"
#include "genome/context.h"
#include "genome/fasta_stream.h"
#include "genome/vcf.h"

/* One sequence or window, valid until the next call. */
typedef struct {
    const char *name;            /* of its row */
    const char *contig;          /* NULL: a sequence of a FASTA file */
    const char *seq;             /* [len], 0-terminated; not set where there is a flag */
    int64_t beg, len;            /* bases; beg: on the contig */
    gs_flag flag;                /* OK, or why it cannot be embedded */
    char why[120];               /* more about the flag, for people; may be empty */
    int compared, mismatched;    /* REF was held against the FASTA; differs */
} gs_embed_input;

typedef struct {
    gs_fasta_stream *fasta;      /* one of these is open */
    gs_vcf *vcf;
    gs_bed *bed;
    gs_ref *ref;                 /* of the last two */
    gs_record *rec;
    gs_bed_record interval;      /* the present one */
    gs_fasta_record sequence;    /* the present one */
    gs_grid grid;
    gs_context context;
    int64_t n;                   /* inputs so far */
    char name[400];              /* of the present record or interval */
    int ended;
} gs_embed_source;

/* The input last: it may be a pipe that keeps silent. */
int gs_embed_source_open(gs_embed_source *s, const gs_model *m, const gs_embed_opt *o, gs_err *e);
/* 1, 0 at the end, negative on error. */
int gs_embed_source_next(gs_embed_source *s, gs_embed_input *x, gs_err *e);
/* Is there one without waiting longer than so many milliseconds? Lines are read in blocks: yes. */
int gs_embed_source_ready(const gs_embed_source *s, int ms);
/* From another thread: end a read that waits. */
void gs_embed_source_stop(gs_embed_source *s);
/* The table of what is left out: its head, and the line of the present input. */
const char *gs_embed_source_head(const gs_embed_source *s);
void gs_embed_source_list(const gs_embed_source *s, gs_flag why, gs_str *out);
/* Also after a failed open; only now a cut last block shows. */
int gs_embed_source_close(gs_embed_source *s, gs_err *e);
#endif
