/* Pseudo-log-likelihood difference: each token near the change is masked alone, in the alt window and in the ref
 * window, and score = sum log p(alt's tokens) - sum log p(ref's tokens). Source: Salazar 2020 (PLL). */
#include "score/mode.h"

static int check(const gs_scorer *s, gs_err *e)
{
    const gs_tokenizer *t = s->m->tok;
    int rc = gs_check_head(s, "pll", e);
    if (!rc && t->mask < 0)
        rc = gs_fail(e, GS_EMODEL, "mode pll: the model's tokenizer has no mask token");
    if (!rc && t->step && t->step < t->k)
        rc = gs_fail(e, GS_EMODEL, "mode pll: this model's tokens overlap, so that a masked one can be read off its neighbours");
    if (!rc && s->m->n_aux)
        rc = gs_fail(e, GS_EMODEL, "mode pll: the other species of the alignment would show the bases of the alt window's ref");
    return rc;
}

/* One allele's sum. Tokens with an N have no known truth: skipped in the flanks. */
static void plan_sum(const gs_scorer *s, gs_plan *plan, const gs_tokens *t, const char *seq, const int bases[2], gs_term term)
{
    int first, last, id = gs_plan_seq(plan, t->ids, t->n);
    gs_tokens_over(t, bases[0], bases[1], &first, &last);
    for (int32_t i = first; i < last; i++)
        if (gs_token_clean(s, t, seq, i)) {
            term.pass = gs_plan_pass(plan, id, &i, 1);
            term.pos = i;
            term.id = t->ids[i];
            gs_plan_term(plan, &term);
        }
}

/* Every token over the changed bases must be clean. */
static int clean_over(const gs_scorer *s, const gs_tokens *t, const char *seq, int beg, int end)
{
    int first, last;
    gs_tokens_over(t, beg, end, &first, &last);
    for (int i = first; i < last; i++)
        if (!gs_token_clean(s, t, seq, i))
            return 0;
    return 1;
}

static void plan(const gs_scorer *s, gs_planner *pl, gs_plan *plan, const gs_view *v, gs_allele *a)
{
    int flank = s->indel_flank < 0 ? s->window : s->indel_flank, len = s->window;
    int beg = v->ref_beg, ref_end = v->ref_end + flank, alt_end = v->alt_end + flank;
    if (s->indel_flank >= 0 && (beg < flank || v->alt_beg < flank || ref_end > len || alt_end > len)) {
        a->flag = GS_FLAG_TOO_LONG;
        return;
    }
    if (!clean_over(s, v->ref, v->ref_seq, v->ref_beg, v->ref_end)
        || !clean_over(s, v->alt, v->alt_seq, v->alt_beg, v->alt_end)) {
        a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    plan_sum(s, plan, v->ref, v->ref_seq, (int[]){v->ref_beg - flank, ref_end}, (gs_term){.owner = pl->owner, .weight = -v->weight});
    plan_sum(s, plan, v->alt, v->alt_seq, (int[]){v->alt_beg - flank, alt_end}, (gs_term){.owner = pl->owner, .weight = v->weight});
}

const gs_mode gs_mode_pll = {.name = "pll", .tag = "GS_LLR", .what = "pseudo-log-likelihood difference, tokens masked one at a time",
                             .check = check, .place = gs_place_centred, .plan = plan};
