/* Masked log-likelihood ratio: the tokens that the variant touches are masked together.
 *
 *   tokens that do not overlap: LLR = sum over them of log p(alt token) - log p(ref token). Source: the published NT
 *     and GPN variant scripts.
 *   overlapping k-mers, read-out "marginal": each of the k masked tokens over a base gives a distribution over k-mers;
 *     their mass per base at the place of that base is summed, LLR = log(mass of alt / mass of ref); "token": the one
 *     k-mer with the base in its middle. Source: SpeciesLM (ModelUsage.ipynb; songlab's variant script). */
#include <stdio.h>
#include "base/vec.h"
#include "score/mode.h"

/* The bases of the change, each read off all tokens over it. */
static void plan_marginals(gs_planning *p, int pass)
{
    const gs_context *c = p->c;
    const gs_tokens *t = &p->tokens[GS_REF];
    gs_probe q = {.kind = &gs_probe_base_mass, .owner = p->pl->owner, .weight = p->weight, .pass = {pass}};
    for (int at = c->beg[GS_REF]; at < c->end[GS_REF]; at++) {
        q.base[GS_REF] = c->seq[GS_REF][at];
        q.base[GS_ALT] = c->seq[GS_ALT][at];
        if (q.base[GS_REF] == q.base[GS_ALT] || !gs_tokens_over(t, at, at + 1, &q.beg[0], &q.end[0]))
            continue;
        q.arg = at - t->beg[q.beg[0]];
        gs_planning_probe(p, &q);
    }
}

/* The k-mer with the base at place (k - 1) / 2, on the reverse strand the same k-mer of the genome. */
static void plan_middle(gs_planning *p, int pass)
{
    const gs_tokens *ref = &p->tokens[GS_REF];
    int k = p->s->m->tok->k, place = p->reverse ? k - 1 - (k - 1) / 2 : (k - 1) / 2, i = 0;
    while (i < ref->n && ref->beg[i] != p->c->beg[GS_REF] - place)
        i++;
    if (p->c->end[GS_REF] - p->c->beg[GS_REF] > 1)
        p->a->flag = GS_FLAG_UNSUPPORTED;
    else if (i == ref->n)
        p->a->flag = GS_FLAG_N_CONTEXT;
    else
        gs_planning_ratio(p, pass, (int[]){i, i + 1});
}

static void plan(gs_planning *p)
{
    int span[2];
    if (!gs_tokens_over(&p->tokens[GS_REF], p->c->beg[GS_REF], p->c->end[GS_REF], &span[0], &span[1])) {
        p->a->flag = GS_FLAG_TOO_LONG;
        return;
    }
    int n = span[1] - span[0];
    if (gs_reserve(&p->pl->mask, &p->pl->cap_mask, (size_t)n, sizeof *p->pl->mask)) {
        p->plan->failed = 1;
        return;
    }
    for (int i = 0; i < n; i++)
        p->pl->mask[i] = span[0] + i;
    int pass = gs_plan_pass(p->plan, gs_planning_seq(p, GS_REF), p->pl->mask, n);
    if (p->s->m->tok->step == p->s->m->tok->k)
        gs_planning_ratio(p, pass, span);
    else if (p->s->readout == GS_READ_MARGINAL)
        plan_marginals(p, pass);
    else
        plan_middle(p, pass);
}

static void describe(const gs_mode *mode, const gs_scorer *s, char *out, size_t n)
{
    if (s->m->tok->step >= s->m->tok->k)
        snprintf(out, n, "%s", mode->what);
    else
        snprintf(out, n, "all %d-mers over the base masked, %s", s->m->tok->k, s->readout == GS_READ_MARGINAL
                 ? "mass of all of them per base" : "read at the one with the base in its middle");
}

const gs_mode gs_mode_mlm = {
    .name = "mlm", .tag = "GS_LLR", .what = "tokens of the variant masked", .score = GS_LOG_RATIO, .digits = 4,
    .needs = GS_NEEDS_HEAD | GS_NEEDS_AT_HAND | GS_NEEDS_MASK | GS_NEEDS_FIXED, .settings = GS_BY_READOUT,
    .takes = GS_TAKES_SNV | GS_TAKES_MNV, .otherwise = &gs_mode_pll, .dense = &gs_mode_dense,
    .describe = describe, .plan = plan,
};
