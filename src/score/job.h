/* A stretch of consecutive records on its way through the pipeline: read and planned by one thread, computed by the
 * workers, annotated and written by another. */
#ifndef GS_JOB_H
#define GS_JOB_H
#include "genome/vcf.h"
#include "score/planner.h"
#include "score/tally.h"

typedef enum { GS_CHECK_WARN, GS_CHECK_ERROR, GS_CHECK_EXCLUDE } gs_check_ref;

/* What the run annotates, the same for all jobs. */
typedef struct {
    const gs_scorer *scorer;
    gs_vcf *vcf;
    gs_ref *ref;
    gs_msa *msa;                     /* aligned species, NULL for models that read none */
    gs_check_ref check_ref;
    const char *const *tag;          /* [modes of the scorer] */
    const char *flag_tag;
    int digits;
} gs_task;

typedef struct { int record; gs_flag flag; } gs_result;                 /* one per ALT, in file order */

typedef struct gs_job {
    gs_record **rec;
    int n_rec, cap_rec;
    unsigned char *drop, *compared, *mismatched;                         /* [n_rec] */
    gs_result *res;
    size_t n_res, cap_res;
    float *score;                /* [n_res, modes]; NAN: this mode has none */
    size_t cap_score;
    gs_plan plan;
    int next_batch, done_batch;  /* of the plan's batches: to be taken next, done so far */
} gs_job;

gs_job *gs_job_new(int max_records);
void gs_job_free(gs_job *j);

/* Fill with records until `max_tokens` tokens of work or the job's record limit. 1 if anything was read, 0 at the end
 * of the input, negative on error. */
int gs_job_read(gs_job *j, const gs_task *t, gs_planner *pl, size_t max_tokens, gs_err *e);
/* Put scores and flags into record i; *first moves on over its results. The tally is kept. */
int gs_job_annotate(gs_job *j, int i, size_t *first, const gs_task *t, gs_tally *tally);
#endif
