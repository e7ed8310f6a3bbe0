/* What `gscore score` was asked for, and doing it. */
#ifndef GS_SCORE_RUN_H
#define GS_SCORE_RUN_H
#include "cli/cli.h"
#include "genome/vcf.h"
#include "score/job.h"

typedef struct {
    cli_common common;
    gs_vcf_opt in;
    gs_vcf_out_opt out;
    gs_score_opt score;
    const char *fasta, *model, *stats, *skipped;
    const char *tag;                         /* NULL: the mode's own */
    int digits;                              /* decimals, -1: the mode's */
    int no_version, force, batch;
    int progress;                            /* 0 where it is of use, 1 on, 2 off */
    gs_check_ref check_ref;
} score_args;

int score_run(const score_args *a);   /* exit status */
#endif
