/* Read -> score -> write: the stream (base/stream.h) that annotates records. */
#ifndef GS_PIPELINE_H
#define GS_PIPELINE_H
#include <stdio.h>
#include "score/job.h"

/* How far a run is. */
typedef struct {
    const gs_tally *tally;   /* of what is written */
    double share;            /* of all work that is done, 0 .. 1; < 0: unknown, as the input's end is */
} gs_run_state;

typedef struct {
    int threads;             /* computing threads, each with one BLAS thread */
    int batch;               /* sequences per forward pass, 0: by tokens */
    int force;               /* go on with the wrong genome */
    gs_vcf_out *out;
    FILE *skipped;           /* one line per unscored allele, or NULL */
    /* Called by the writing thread after each job, and twice a second while it waits. May be NULL. */
    void (*progress)(void *arg, const gs_run_state *state);
    void *arg;
} gs_pipeline_opt;

/* Score everything that t->vcf gives. The tally is filled also on failure. GS_ESUSPECT: wrong genome. */
int gs_pipeline_run(const gs_task *t, const gs_pipeline_opt *opt, gs_tally *tally, gs_err *e);
#endif
