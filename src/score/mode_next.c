/* Ratio of the alleles' base as what a causal model predicts behind the left context, one pass for all ALTs of a site.
 * Source: GENERator (variant_effect_prediction.py), Carbon (clinvar_vep_eval.py): their score is the negative of it. */
#include "score/mode.h"

static void plan(gs_planning *p)
{
    const gs_context *c = p->c;
    const gs_tokens *t = &p->tokens[GS_REF];
    char ref = c->seq[GS_REF][c->beg[GS_REF]], alt = c->seq[GS_ALT][c->beg[GS_ALT]];
    if (!t->n || ref == 'N' || alt == 'N') {
        p->a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    int pass = gs_plan_pass(p->plan, gs_planning_seq(p, GS_REF), NULL, 0);
    gs_planning_probe(p, &(gs_probe){.kind = &gs_probe_next_base, .owner = p->pl->owner, .weight = p->weight,
                                     .pass = {pass}, .beg = {t->n - 1}, .end = {t->n}, .base = {ref, alt}});
}

const gs_mode gs_mode_next = {
    .name = "next", .tag = "GS_LLR", .what = "the base behind the left context, by the first base of the next token",
    .score = GS_LOG_RATIO, .digits = 4, .needs = GS_NEEDS_HEAD | GS_NEEDS_CAUSAL | GS_NEEDS_WORDS,
    .takes = GS_TAKES_SNV, .otherwise = &gs_mode_causal, .context = &gs_context_left, .plan = plan,
};
