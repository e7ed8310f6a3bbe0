/* What `gscore score` was asked for, and doing it. */
#ifndef GS_SCORE_RUN_H
#define GS_SCORE_RUN_H
#include "genome/vcf.h"
#include "score/job.h"

enum { MAX_CIRCULAR = 64 };
typedef struct {
    gs_vcf_opt in;
    gs_vcf_out_opt out;
    gs_score_opt score;
    const char *fasta, *model, *msa, *tag, *stats, *skipped;
    const char *circular[MAX_CIRCULAR];
    int n_circular, digits, no_version, force, threads, batch, progress, verbosity, quiet;
    gs_check_ref check_ref;
} score_args;

int score_run(const score_args *a);   /* exit status */
#endif
