/* Read -> score -> write with bounded memory: one thread reads and plans jobs, workers compute their batches in
 * whatever order, the calling thread writes finished jobs in input order. */
#ifndef GS_PIPELINE_H
#define GS_PIPELINE_H
#include <stdio.h>
#include "score/job.h"

typedef struct {
    int workers;             /* computing threads, each with one BLAS thread */
    int batch;               /* sequences per forward pass, 0: by tokens */
    int force;               /* go on with the wrong genome */
    gs_vcf_out *out;
    FILE *skipped;           /* one line per unscored allele, or NULL */
    /* Called by the writing thread after each job, and about once a second while it waits. May be NULL. */
    void (*progress)(void *arg, const gs_tally *tally);
    void *arg;
} gs_pipeline_opt;

/* Score everything that t->vcf gives. The tally is filled also on failure. GS_ESUSPECT: wrong genome. */
int gs_pipeline_run(const gs_task *t, const gs_pipeline_opt *opt, gs_tally *tally, gs_err *e);
#endif
