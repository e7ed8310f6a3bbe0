/* Shared windows for dense files: windows lie at fixed places of the contig, and all variants of one window are read
 * from few passes over it.
 *   wt     one pass without any mask; only for models that were trained to predict visible tokens
 *   dense  mlm with every phases-th token of the window's core masked at a time, `phases` passes for all of them */
#include "base/vec.h"
#include "score/mode.h"

static int check_wt(const gs_scorer *s, gs_err *e)
{
    int rc = gs_check_head(s, "wt", e);
    if (!rc)
        rc = gs_check_fixed_tokens(s, "wt", e);
    if (!rc && !s->m->recipe.visible)
        return gs_fail(e, GS_EMODEL, "mode wt: this model was trained on masked tokens only (recipe: visible = false), "
                       "its predictions for visible tokens mean nothing; use --mode mlm, with --dense for speed");
    return rc;
}

static void plan_wt(const gs_scorer *s, gs_planner *pl, gs_plan *plan, const gs_view *v, gs_allele *a)
{
    int span[2];
    if (!gs_tokens_over(v->ref, v->ref_beg, v->ref_end, &span[0], &span[1]) || v->ref_end > s->window) {
        a->flag = GS_FLAG_TOO_LONG;
        return;
    }
    if (span[0] < s->m->margin || span[1] > v->ref->n - s->m->margin) {
        a->flag = GS_FLAG_UNSUPPORTED;   /* no output there: an MNV of a model that sees one base at a time */
        return;
    }
    int pass = gs_plan_ref_pass(plan, v, NULL, 0);
    gs_plan_ratio(s, plan, v, a, (gs_term){.pass = pass, .owner = pl->owner}, span);
}

/* Number of token i in the window's forward frame. */
static int frame(const gs_scorer *s, const gs_view *v, int i)
{
    int base = v->reverse ? s->window - v->ref->end[i] : v->ref->beg[i];
    return base / s->m->tok->k;
}

/* Tokens of the core whose turn comes together with token `mine`. */
static int mask_phase(const gs_scorer *s, gs_planner *pl, const gs_view *v, int mine)
{
    int n = 0, phase = frame(s, v, mine) % s->phases, k = s->m->tok->k;
    int beg = s->flank / k, end = (s->flank + s->core) / k;
    for (int i = 0; i < v->ref->n; i++) {
        if (!gs_token_clean(s, v->ref, v->ref_seq, i))
            continue;
        int f = frame(s, v, i);
        if (f >= beg && f < end && f % s->phases == phase)
            pl->mask[n++] = i;
    }
    return n;
}

static void plan_dense(const gs_scorer *s, gs_planner *pl, gs_plan *plan, const gs_view *v, gs_allele *a)
{
    int span[2];
    if (gs_reserve(&pl->mask, &pl->cap_mask, (size_t)v->ref->n, sizeof *pl->mask)) {
        plan->failed = 1;
        return;
    }
    if (!gs_tokens_over(v->ref, v->ref_beg, v->ref_end, &span[0], &span[1])
        || !gs_token_clean(s, v->ref, v->ref_seq, span[0])) {
        a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    int n = mask_phase(s, pl, v, span[0]);
    int pass = gs_plan_ref_pass(plan, v, pl->mask, n);
    gs_plan_ratio(s, plan, v, a, (gs_term){.pass = pass, .owner = pl->owner}, span);
}

const gs_mode gs_mode_wt = {.name = "wt", .tag = "GS_LLR", .what = "no token masked", .check = check_wt,
                            .place = gs_place_shared, .plan = plan_wt};
const gs_mode gs_mode_dense = {.name = "dense", .tag = "GS_LLR", .what = "sites of one window masked together",
                               .place = gs_place_shared, .plan = plan_dense};
