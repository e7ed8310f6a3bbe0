/* A stretch of consecutive records on its way through the pipeline: read and planned by one thread, computed by the
 * workers, annotated and written by another. */
#ifndef GS_JOB_H
#define GS_JOB_H
#include "genome/gff.h"
#include "genome/vcf.h"
#include "score/planner.h"
#include "genome/tally.h"

typedef enum { GS_CHECK_WARN, GS_CHECK_ERROR, GS_CHECK_EXCLUDE } gs_check_ref;

/* What the run annotates, the same for all jobs. */
typedef struct {
    const gs_scorer *scorer;
    gs_vcf *vcf;
    gs_ref *ref;
    gs_msa *msa;                     /* aligned species, NULL for models that read none */
    const gs_gff *gff;               /* coding sequences to look at variants in, NULL: windows of the genome */
    gs_check_ref check_ref;
    const char *const *tag;          /* [modes of the scorer] */
    const char *flag_tag;
    const char *transcript_tag;      /* with gff */
    const int *digits;               /* [modes]: decimals, or -n: n significant digits */
} gs_task;

/* What the model was shown of an ALT: a window, or a transcript. */
typedef struct {
    const gs_transcript *transcript; /* NULL: a window; else */
    int codon;                       /* the first that differs, from 0, */
    gs_effect effect;                /* and what becomes of the protein */
} gs_shown;

/* One per ALT, in file order: n contexts from number `first` of the job on; none where there was nothing to show. */
typedef struct { int record; gs_flag flag; size_t first, n; } gs_result;

/* A record of a job. */
typedef struct {
    gs_record *rec;              /* NULL: not made yet */
    unsigned char drop;          /* left out by --check-ref x */
    unsigned char compared, mismatched; /* its REF was held against the FASTA; differs */
    unsigned char swapped;       /* differs, and the FASTA has an ALT in its place */
} gs_entry;

typedef struct {
    gs_entry *entry;
    size_t n_rec, cap_rec;       /* entries behind n_rec may have records to be used again */
    gs_result *res;
    size_t n_res, cap_res;
    gs_shown *shown;
    size_t n_shown, cap_shown;
    float *score;                /* [n_shown, modes]; NAN: this mode has none */
    size_t cap_score;
    gs_plan plan;
} gs_job;

/* A job is full when it reaches one of these. It holds one record at least. */
typedef struct { size_t records, tokens, bytes; } gs_job_limits;

gs_job *gs_job_new(void);        /* empty; NULL: out of memory */
void gs_job_free(gs_job *j);
/* Memory that it holds, but for small change. */
size_t gs_job_bytes(const gs_job *j);

/* Fill with records up to the limits, in place of what the job held before; memory beyond the limit is given back
 * first. 1 if anything was read, 0 at the end of the input, negative on error. */
int gs_job_read(gs_job *j, const gs_task *t, gs_planner *pl, const gs_job_limits *most, gs_err *e);
/* Put scores and flags into record i; *first moves on over its results. The tally is kept. GS_ENOMEM. */
int gs_job_annotate(gs_job *j, size_t i, size_t *first, const gs_task *t, gs_tally *tally, gs_err *e);
#endif
