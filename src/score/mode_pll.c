/* Pseudo-log-likelihood difference: each token near the change is masked alone, in the alt window and in the ref
 * window, and score = sum log p(alt's tokens) - sum log p(ref's tokens). Source: Salazar 2020 (PLL). */
#include <stdio.h>
#include "score/mode.h"

/* One side's sum, over the change and `flank` bases beside it. Tokens with an N have no known truth: skipped there. */
static void plan_sum(gs_planning *p, int side, int flank)
{
    const gs_tokens *t = &p->tokens[side];
    int first, last, seq = gs_planning_seq(p, side);
    float weight = side == GS_ALT ? p->weight : -p->weight;
    gs_tokens_over(t, p->c->beg[side] - flank, p->c->end[side] + flank, &first, &last);
    for (int32_t i = first; i < last; i++)
        if (gs_planning_clean(p, side, i))
            gs_planning_token(p, gs_plan_pass(p->plan, seq, &i, 1), i, t->ids[i], weight);
}

/* Every token over the changed bases must be clean. */
static int clean_change(const gs_planning *p, int side)
{
    int first, last;
    gs_tokens_over(&p->tokens[side], p->c->beg[side], p->c->end[side], &first, &last);
    for (int i = first; i < last; i++)
        if (!gs_planning_clean(p, side, i))
            return 0;
    return 1;
}

/* Does the window hold the change with its flanks? A coding sequence has what it has. */
static int holds(const gs_planning *p, int side, int flank)
{
    return p->s->coding || (p->c->beg[side] >= flank && p->c->end[side] + flank <= p->c->len[side]);
}

static void plan(gs_planning *p)
{
    int whole = p->s->indel_flank < 0, flank = whole ? p->s->grid.window : p->s->indel_flank;
    if (!whole && (!holds(p, GS_REF, flank) || !holds(p, GS_ALT, flank))) {
        p->a->flag = GS_FLAG_TOO_LONG;
        return;
    }
    if (!clean_change(p, GS_REF) || !clean_change(p, GS_ALT)) {
        p->a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    plan_sum(p, GS_REF, flank);
    plan_sum(p, GS_ALT, flank);
}

static void describe_indels(const gs_scorer *s, char *out, size_t n)
{
    if (s->indel_flank < 0)
        snprintf(out, n, "pseudo-log-likelihood difference over the whole window");
    else
        snprintf(out, n, "pseudo-log-likelihood difference over the changed bases and %d on either side",
                 s->indel_flank);
}

const gs_mode gs_mode_pll = {
    .name = "pll", .tag = "GS_LLR", .what = "pseudo-log-likelihood difference, tokens masked one at a time",
    .score = GS_LOG_RATIO, .digits = 4,
    .needs = GS_NEEDS_HEAD | GS_NEEDS_AT_HAND | GS_NEEDS_MASK | GS_NEEDS_APART | GS_NEEDS_ALONE,
    .takes = GS_TAKES_SNV | GS_TAKES_MNV | GS_TAKES_INDEL, .describe_indels = describe_indels, .plan = plan,
};
