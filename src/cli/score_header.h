/* What `gscore score` writes into the VCF's header: its tags and how their values came to be. */
#ifndef GS_SCORE_HEADER_H
#define GS_SCORE_HEADER_H
#include "cli/score_run.h"

/* Names of the INFO tags: one per mode, the one of the reasons and, with --gff, that of transcripts. */
typedef struct { char score[GS_MODES_MAX][128], flag[128], transcript[128]; } score_tags;

/* --tag X: X, X_FLAG and X_TX, with several modes X_MODE; else those of the modes, GS_FLAG and GS_TX. GS_EUSAGE: two
 * modes with one tag. */
int score_tags_init(score_tags *t, const score_args *a, const gs_scorer *s, gs_err *e);

/* Declare the tags, and put a line ##gscore_TAG for each score's. What the line holds is the same for all runs that
 * give the same numbers: no date, path, thread or chunk. */
int score_header(const score_args *a, const score_tags *t, const gs_scorer *s, gs_vcf *v, const gs_ref *ref, gs_err *e);
#endif
