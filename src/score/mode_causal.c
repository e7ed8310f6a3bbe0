/* Log-likelihood ratio of a model that predicts the next token: log P(alt window) - log P(ref window), each token given
 * those before it, as a sum or as the difference of the means per token.
 *
 *   read-out "token":     P is a token's among all of the vocabulary. Source: the published scripts of HyenaDNA's and
 *                         Evo's users (TraitGym; evo2, scoring.py), Carbon (vep_eval.py).
 *   read-out "marginal":  P is a base's, the mass of the k-mers that have it at its place among all k-mers of A, C, G
 *                         and T. Source: MarinDNA (scoring.py), Carbon (score_sequence).
 *
 * What both windows begin with is computed once: alt is a branch of ref. Its terms cancel but for means over windows of
 * unlike length. */
#include <stdio.h>
#include "score/mode.h"

static int is_marginal(const gs_scorer *s) { return s->readout == GS_READ_MARGINAL; }

/* Tokens of a side that are predicted: all, but for a last part of a k-mer that would be filled up, which upstream's
 * scripts cut off unless they read bases. */
static int count_tokens(const gs_planning *p, int side)
{
    const gs_tokens *t = &p->tokens[side];
    const gs_tokenizer *tok = p->s->m->tok;
    int last = t->n - 1, part = last > 0 && t->beg[last] >= 0 && t->end[last] - t->beg[last] < tok->k;
    return t->n - (part && tok->kind->fills && !is_marginal(p->s));
}

/* What a mean divides by: tokens that are predicted, or bases of them. */
static double count_terms(const gs_planning *p, int side, int n)
{
    const gs_tokens *t = &p->tokens[side];
    double bases = 0;
    for (int i = 1; i < n; i++)
        bases += t->end[i] - t->beg[i];
    return is_marginal(p->s) ? bases : n - 1;
}

/* Score += weight * log-likelihood of tokens beg + 1 .. end + 1 of a pass, given what is before each. */
static void add(gs_planning *p, int side, int pass, int beg, int end, double weight)
{
    const gs_tokens *t = &p->tokens[side];
    if (beg < end)
        gs_planning_probe(p, &(gs_probe){
            .kind = is_marginal(p->s) ? &gs_probe_base_loglik : &gs_probe_loglik, .owner = p->pl->owner,
            .weight = p->weight * (float)weight, .pass = {pass}, .beg = {beg}, .end = {end}, .arg = 1,
            .bases = t->end[end] - t->beg[end]});
}

static void plan(gs_planning *p)
{
    int n[2] = {count_tokens(p, GS_REF), count_tokens(p, GS_ALT)}, first = gs_planning_unlike(p, n);
    if (n[GS_REF] < 2 || n[GS_ALT] < 2 || (is_marginal(p->s) && gs_planning_unknown(p))) {
        p->a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    if (first == n[GS_REF] && first == n[GS_ALT])
        return;                     /* the model is shown the same */
    int from = first > 1 ? first - 1 : 0, mean = p->s->reduce == GS_REDUCE_MEAN;
    double terms[2] = {1, 1};
    for (int side = GS_REF; side <= GS_ALT && mean; side++)
        terms[side] = count_terms(p, side, n[side]);
    int ref = gs_planning_seq(p, GS_REF), alt = gs_planning_branch(p, ref, from);
    int pass = gs_plan_pass(p->plan, ref, NULL, 0);
    if (n[GS_REF] != n[GS_ALT] && mean)
        add(p, GS_REF, pass, 0, from, 1 / terms[GS_ALT] - 1 / terms[GS_REF]);
    add(p, GS_REF, pass, from, n[GS_REF] - 1, -1 / terms[GS_REF]);
    add(p, GS_ALT, gs_plan_pass(p->plan, alt, NULL, 0), from, n[GS_ALT] - 1, 1 / terms[GS_ALT]);
}

static void describe(const gs_mode *mode, const gs_scorer *s, char *out, size_t n)
{
    int mean = s->reduce == GS_REDUCE_MEAN, marginal = is_marginal(s);
    snprintf(out, n, "%s, %s of %s; alt window = the interval with REF replaced, from the same left end", mode->what,
             mean ? "difference of the means" : "sum",
             marginal ? "bases, each among A, C, G, T" : "tokens, each among the whole vocabulary");
}

const gs_mode gs_mode_causal = {
    .name = "causal", .tag = "GS_LLR", .what = "every token given those before it", .score = GS_LOG_RATIO, .digits = 4,
    .needs = GS_NEEDS_HEAD | GS_NEEDS_CAUSAL, .settings = GS_BY_READOUT | GS_BY_REDUCE,
    .takes = GS_TAKES_SNV | GS_TAKES_MNV | GS_TAKES_INDEL, .describe = describe, .plan = plan,
};
