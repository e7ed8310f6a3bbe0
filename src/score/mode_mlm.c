/* Masked log-likelihood ratio: the tokens that the variant touches are masked together, and
 * LLR = sum over them of log p(alt token) - log p(ref token). Source: the published NT and GPN variant scripts. */
#include "base/vec.h"
#include "score/mode.h"

static int check(const gs_scorer *s, gs_err *e)
{
    if (s->m->tok->mask < 0)
        return gs_fail(e, GS_EMODEL, "mode mlm: the model's tokenizer has no mask token");
    return 0;
}

static void plan(const gs_scorer *s, gs_planner *pl, gs_plan *plan, const gs_view *v, gs_allele *a)
{
    int span[2];
    if (!gs_tokens_over(v->ref, v->ref_beg, v->ref_end, &span[0], &span[1])) {
        a->flag = GS_FLAG_TOO_LONG;
        return;
    }
    int n = span[1] - span[0];
    if (gs_reserve(&pl->mask, &pl->cap_mask, (size_t)n, sizeof *pl->mask)) {
        plan->failed = 1;
        return;
    }
    for (int i = 0; i < n; i++)
        pl->mask[i] = span[0] + i;
    int row = gs_plan_row(plan, gs_plan_seq(plan, v->ref->ids, v->ref->n), pl->mask, n);
    gs_plan_ratio(s, plan, v, a, (gs_term){.row = row, .owner = pl->owner}, span);
}

const gs_mode gs_mode_mlm = {"mlm", "GS_LLR", "tokens of the variant masked", check, gs_place_centred, plan};
