/* What modes share: tokens over bases, tokens of known truth, ratios of two tokens. */
#include <string.h>
#include "score/mode.h"

int gs_planning_seq(gs_planning *p, int side)
{
    const gs_tokens *t = &p->tokens[side];
    return gs_plan_seq(p->plan, t->ids, t->n, p->aux, p->n_aux_bytes);
}

int gs_planning_branch(gs_planning *p, int ref, int past)
{
    const gs_tokens *t = &p->tokens[GS_ALT];
    return past ? gs_plan_branch(p->plan, t->ids, t->n, ref, past) : gs_planning_seq(p, GS_ALT);
}

int gs_planning_unlike(const gs_planning *p, const int n[2])
{
    int i = 0;
    while (i < n[GS_REF] && i < n[GS_ALT] && p->tokens[GS_REF].ids[i] == p->tokens[GS_ALT].ids[i])
        i++;
    return i;
}

int gs_planning_unknown(const gs_planning *p)
{
    for (int side = GS_REF; side <= GS_ALT; side++)
        if ((int)strspn(p->c->seq[side], "ACGT") < p->c->len[side])
            return 1;
    return 0;
}

int gs_tokens_over(const gs_tokens *t, int beg, int end, int *first, int *last)
{
    *first = *last = 0;
    for (int i = 0; i < t->n; i++)
        if (t->beg[i] >= 0 && t->beg[i] < end && t->end[i] > beg) {
            if (!*last)
                *first = i;
            *last = i + 1;
        }
    return *last > *first;
}

int gs_planning_clean(const gs_planning *p, int side, int i)
{
    const gs_tokens *t = &p->tokens[side];
    if (t->beg[i] < 0 || t->ids[i] == p->s->m->tok->unk || t->ids[i] >= p->s->m->head_rows)
        return 0;
    for (int j = t->beg[i]; j < t->end[i]; j++)
        if (p->c->seq[side][j] == 'N')
            return 0;
    return 1;
}

void gs_planning_probe(gs_planning *p, const gs_probe *q)
{
    if (p->plan->failed)
        return;
    for (int i = q->beg[0]; (p->mode->needs & GS_NEEDS_MASK) && i < q->end[0]; i++)
        if (!gs_plan_masks(p->plan, q->pass[0], i)) {
            p->a->flag = GS_FLAG_UNSUPPORTED;
            return;
        }
    gs_plan_probe(p->plan, q);
}

void gs_planning_token(gs_planning *p, int pass, int i, int32_t id, float weight)
{
    gs_planning_probe(p, &(gs_probe){.kind = &gs_probe_token, .owner = p->pl->owner, .weight = weight, .pass = {pass},
                                     .beg = {i}, .end = {i + 1}, .arg = id});
}

void gs_planning_ratio(gs_planning *p, int pass, const int span[2])
{
    const gs_tokens *ref = &p->tokens[GS_REF], *alt = &p->tokens[GS_ALT];
    for (int i = span[0]; i < span[1]; i++)
        if (i >= alt->n || !gs_planning_clean(p, GS_REF, i) || !gs_planning_clean(p, GS_ALT, i)) {
            p->a->flag = GS_FLAG_N_CONTEXT;
            return;
        }
    for (int i = span[0]; i < span[1]; i++) {
        gs_planning_token(p, pass, i, alt->ids[i], p->weight);
        gs_planning_token(p, pass, i, ref->ids[i], -p->weight);
    }
}
