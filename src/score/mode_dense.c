/* mlm for files with most positions of a region: every phases-th token of a shared window's core is masked at a time,
 * and `phases` passes serve all its variants. What is no change within one token goes to mlm. */
#include <stdio.h>
#include "base/vec.h"
#include "score/mode.h"

/* Number of token i in the window's forward frame. */
static int frame(const gs_planning *p, int i)
{
    const gs_tokens *t = &p->tokens[GS_REF];
    int base = p->reverse ? p->c->len[GS_REF] - t->end[i] : t->beg[i];
    return base / p->s->m->tok->k;
}

/* Tokens of the core whose turn comes together with token `mine`. */
static int mask_phase(gs_planning *p, int mine)
{
    const gs_scorer *s = p->s;
    int n = 0, phase = frame(p, mine) % s->phases, k = s->m->tok->k;
    int beg = s->grid.flank / k, end = (s->grid.flank + s->grid.core) / k;
    for (int i = 0; i < p->tokens[GS_REF].n; i++) {
        if (!gs_planning_clean(p, GS_REF, i))
            continue;
        int f = frame(p, i);
        if (f >= beg && f < end && f % s->phases == phase)
            p->pl->mask[n++] = i;
    }
    return n;
}

static void plan(gs_planning *p)
{
    const gs_tokens *t = &p->tokens[GS_REF];
    int span[2];
    if (gs_reserve(&p->pl->mask, &p->pl->cap_mask, (size_t)t->n, sizeof *p->pl->mask)) {
        p->plan->failed = 1;
        return;
    }
    if (!gs_tokens_over(t, p->c->beg[GS_REF], p->c->end[GS_REF], &span[0], &span[1])
        || !gs_planning_clean(p, GS_REF, span[0])) {
        p->a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    int n = mask_phase(p, span[0]);
    gs_planning_ratio(p, gs_plan_pass(p->plan, gs_planning_seq(p, GS_REF), p->pl->mask, n), span);
}

static void describe(const gs_mode *mode, const gs_scorer *s, char *out, size_t n)
{
    snprintf(out, n, "%s, every %dth token at a time", mode->what, s->phases);
}

const gs_mode gs_mode_dense = {
    .name = "dense", .tag = "GS_LLR", .what = "sites of shared windows masked together", .score = GS_LOG_RATIO,
    .digits = 4,
    .needs = GS_NEEDS_HEAD | GS_NEEDS_AT_HAND | GS_NEEDS_MASK | GS_NEEDS_FIXED | GS_NEEDS_APART | GS_NEEDS_MASK_RATE,
    .takes = GS_TAKES_SNV | GS_TAKES_MNV_IN_TOKEN, .otherwise = &gs_mode_mlm, .dense = &gs_mode_dense,
    .context = &gs_context_shared, .describe = describe, .plan = plan,
};
