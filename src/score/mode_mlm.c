/* Masked log-likelihood ratio: the tokens that the variant touches are masked together.
 *
 *   tokens that do not overlap: LLR = sum over them of log p(alt token) - log p(ref token). Source: the published NT and
 *     GPN variant scripts.
 *   overlapping k-mers, read-out "marginal": each of the k masked tokens over a base gives a distribution over k-mers;
 *     their mass per base at the place of that base is summed, LLR = log(mass of alt / mass of ref); "token": the one
 *     k-mer with the base in its middle. Source: SpeciesLM (ModelUsage.ipynb; songlab's variant script). */
#include "base/vec.h"
#include "score/mode.h"

static int check(const gs_scorer *s, gs_err *e)
{
    int rc = gs_check_head(s, "mlm", e);
    if (!rc && s->m->tok->mask < 0)
        rc = gs_fail(e, GS_EMODEL, "mode mlm: the model's tokenizer has no mask token");
    return rc ? rc : gs_check_fixed_tokens(s, "mlm", e);
}

/* One base of the change: a part for each token over it. */
static void plan_marginal(const gs_planner *pl, gs_plan *plan, const gs_view *v, gs_term t, int i)
{
    int first, last, at = v->ref_beg + i;
    t.ref = v->ref_seq[at];
    t.alt = v->alt_seq[v->alt_beg + i];
    if (t.ref == t.alt || !gs_tokens_over(v->ref, at, at + 1, &first, &last))
        return;
    t.set = pl->n_set + i;
    for (t.pos = first; t.pos < last; t.pos++) {
        t.offset = at - v->ref->beg[t.pos];
        gs_plan_term(plan, &t);
    }
}

static void plan_marginals(gs_planner *pl, gs_plan *plan, const gs_view *v, gs_term t)
{
    int n = v->ref_end - v->ref_beg;
    t.weight = v->weight;
    for (int i = 0; i < n; i++)
        plan_marginal(pl, plan, v, t, i);
    pl->n_set += n;
}

/* The k-mer with the base at place (k - 1) / 2, on the reverse strand the same k-mer of the genome. */
static void plan_middle(const gs_scorer *s, gs_plan *plan, const gs_view *v, gs_allele *a, gs_term t)
{
    int k = s->m->tok->k, place = v->reverse ? k - 1 - (k - 1) / 2 : (k - 1) / 2, i = 0;
    while (i < v->ref->n && v->ref->beg[i] != v->ref_beg - place)
        i++;
    if (v->ref_end - v->ref_beg > 1)
        a->flag = GS_FLAG_UNSUPPORTED;
    else if (i == v->ref->n)
        a->flag = GS_FLAG_N_CONTEXT;
    else
        gs_plan_ratio(s, plan, v, a, t, (int[]){i, i + 1});
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
    gs_term t = {.pass = gs_plan_ref_pass(plan, v, pl->mask, n), .owner = pl->owner};
    if (s->m->tok->step == s->m->tok->k)
        gs_plan_ratio(s, plan, v, a, t, span);
    else if (s->readout == GS_READ_MARGINAL)
        plan_marginals(pl, plan, v, t);
    else
        plan_middle(s, plan, v, a, t);
}

const gs_mode gs_mode_mlm = {.name = "mlm", .tag = "GS_LLR", .what = "tokens of the variant masked", .check = check,
                             .place = gs_place_centred, .plan = plan};
