/* From an allele to what its scores need: its context, tokens of either strand, and the passes and probes of every
 * mode. */
#ifndef GS_PLANNER_H
#define GS_PLANNER_H
#include "genome/msa.h"
#include "score/plan.h"
#include "score/scorer.h"

/* Scratch of one planning thread. {0} is empty. */
typedef struct {
    gs_context fwd, rev;     /* of the present allele; the reverse strand of it */
    gs_tokens tokens[2];     /* of the strand that is being planned */
    int32_t *mask;           /* token positions */
    size_t cap_mask;
    int owner;               /* of the next allele's probes: mode i adds to score owner + i */
    float *score;            /* [modes] of that allele: 0 where something was planned, else left alone */
    gs_msa *msa;             /* for models with n_aux, else NULL; not owned */
    gs_msa_rows rows;        /* of the present context */
    int64_t aligned, misaligned; /* windows with an alignment; those whose reference is not the FASTA's */
    int any_alignment;       /* go on where it is of another genome */
} gs_planner;
void gs_planner_free(gs_planner *pl);

/* Add to `plan` what the scores of allele pl->owner need. The allele has passed gs_allele_check with flag OK. Sets
 * a->flag when a mode cannot score it (too_long, n_context, unsupported, ref_mismatch where the alignment has another
 * reference). GS_ESUSPECT: the alignment is of another genome. */
int gs_plan_allele(const gs_scorer *s, gs_planner *pl, gs_plan *plan, gs_ref *ref, gs_allele *a, gs_err *e);

/* The same for one mode and a context that lies in pl->fwd already (gs_score_pair). */
int gs_plan_context(const gs_scorer *s, const gs_mode *mode, gs_planner *pl, gs_plan *plan, gs_allele *a, gs_err *e);
#endif
