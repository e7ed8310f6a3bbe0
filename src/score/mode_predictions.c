/* How much a variant changes what a causal model predicts: jsd, the divergence of the next base from the variant on
 * (MarinDNA, scoring.py); maxlogit, the distance of the largest logits of both windows (Mistral-DNA's author, Galaxy
 * training material). */
#include <math.h>
#include "score/mode.h"

static void plan_jsd(gs_planning *p)
{
    const int n[2] = {p->tokens[GS_REF].n, p->tokens[GS_ALT].n};
    int first = gs_planning_unlike(p, n), last = n[n[GS_ALT] < n[GS_REF]];
    if (gs_planning_unknown(p) || first >= last - 1) {
        p->a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    int ref = gs_planning_seq(p, GS_REF), alt = gs_planning_branch(p, ref, first > 1 ? first - 1 : 0);
    gs_planning_probe(p, &(gs_probe){
        .kind = p->mode->probe, .owner = p->pl->owner, .weight = p->weight,
        .pass = {gs_plan_pass(p->plan, ref, NULL, 0), gs_plan_pass(p->plan, alt, NULL, 0)},
        .beg = {first, first}, .end = {last - 1, last - 1}});
}

static void plan_maxlogit(gs_planning *p)
{
    gs_probe q = {.kind = p->mode->probe, .owner = p->pl->owner, .weight = p->weight};
    for (int side = GS_REF; side <= GS_ALT; side++) {
        q.pass[side] = gs_plan_pass(p->plan, gs_planning_seq(p, side), NULL, 0);
        q.end[side] = p->tokens[side].n;
    }
    gs_planning_probe(p, &q);
}

#define CHANGE "how much the variant changes the model's predictions, 0 = not at all"
#define COMMON .score = CHANGE, .digits = 6, .significant = 1, .same = 0, \
    .takes = GS_TAKES_SNV | GS_TAKES_MNV | GS_TAKES_INDEL

const gs_mode gs_mode_jsd = {
    .name = "jsd", .tag = "GS_JSD",
    .what = "Jensen-Shannon divergence of the next base in nats, mean from the variant on",
    .needs = GS_NEEDS_HEAD | GS_NEEDS_CAUSAL | GS_NEEDS_BASES, .probe = &gs_probe_jsd, .plan = plan_jsd, COMMON};
const gs_mode gs_mode_maxlogit = {
    .name = "maxlogit", .tag = "GS_MAXLOGIT", .what = "L2 distance of the largest logits of ref's and alt's tokens",
    .needs = GS_NEEDS_HEAD | GS_NEEDS_CAUSAL, .probe = &gs_probe_maxlogit, .plan = plan_maxlogit, COMMON};
