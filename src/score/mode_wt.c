/* One pass without any mask serves all variants of a shared window; only for models that were trained to predict
 * visible tokens. */
#include "score/mode.h"

static void plan(gs_planning *p)
{
    const gs_tokens *t = &p->tokens[GS_REF];
    int span[2], margin = p->s->m->margin;
    if (!gs_tokens_over(t, p->c->beg[GS_REF], p->c->end[GS_REF], &span[0], &span[1])) {
        p->a->flag = GS_FLAG_TOO_LONG;
        return;
    }
    if (span[0] < margin || span[1] > t->n - margin) {
        p->a->flag = GS_FLAG_UNSUPPORTED;   /* no output there: an MNV of a model that sees one base at a time */
        return;
    }
    gs_planning_ratio(p, gs_plan_pass(p->plan, gs_planning_seq(p, GS_REF), NULL, 0), span);
}

const gs_mode gs_mode_wt = {
    .name = "wt", .tag = "GS_LLR", .what = "no token masked", .score = GS_LOG_RATIO, .digits = 4,
    .needs = GS_NEEDS_HEAD | GS_NEEDS_AT_HAND | GS_NEEDS_FIXED | GS_NEEDS_VISIBLE,
    .takes = GS_TAKES_SNV | GS_TAKES_MNV, .otherwise = &gs_mode_pll,
    .context = &gs_context_shared, .plan = plan,
};
