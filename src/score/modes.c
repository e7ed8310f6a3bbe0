#include <math.h>
#include "score/mode.h"

const gs_mode *const gs_modes[] = {&gs_mode_mlm, &gs_mode_pll, &gs_mode_wt, &gs_mode_cosine, &gs_mode_l2, &gs_mode_l1,
                                   &gs_mode_dot, NULL};

int gs_check_head(const gs_scorer *s, const char *mode, gs_err *e)
{
    if (!s->m->head_rows)
        return gs_fail(e, GS_EMODEL, "mode %s: the model has no head that predicts tokens, it gives embeddings only: use "
                       "--mode cosine, l2, l1 or dot", mode);
    return 0;
}

int gs_check_fixed_tokens(const gs_scorer *s, const char *mode, gs_err *e)
{
    if (!s->m->tok->step)
        return gs_fail(e, GS_EMODEL, "mode %s: a variant changes where this model's tokens lie, so that ref and alt have no "
                       "token in common: use --mode cosine, l2, l1, dot or pll", mode);
    return 0;
}

int gs_plan_ref_pass(gs_plan *plan, const gs_view *v, const int32_t *mask, int n_mask)
{
    int seq = gs_plan_seq_aux(plan, v->ref->ids, v->ref->n, v->aux, v->n_aux_bytes);
    return gs_plan_pass(plan, seq, mask, n_mask);
}

int64_t gs_place_centred(const gs_scorer *s, const gs_allele *a)
{
    return a->pos - s->window / 2;
}

int64_t gs_place_shared(const gs_scorer *s, const gs_allele *a)
{
    int64_t pos = a->pos + a->skip;
    return pos / s->core * s->core - s->flank;
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

int gs_token_clean(const gs_scorer *s, const gs_tokens *t, const char *seq, int i)
{
    if (t->beg[i] < 0 || t->ids[i] == s->m->tok->unk || t->ids[i] >= s->m->head_rows)
        return 0;
    for (int j = t->beg[i]; j < t->end[i]; j++)
        if (seq[j] == 'N')
            return 0;
    return 1;
}

void gs_plan_ratio(const gs_scorer *s, gs_plan *plan, const gs_view *v, gs_allele *a, gs_term t, const int span[2])
{
    for (int i = span[0]; i < span[1]; i++)
        if (i >= v->alt->n || !gs_token_clean(s, v->ref, v->ref_seq, i) || !gs_token_clean(s, v->alt, v->alt_seq, i)) {
            a->flag = GS_FLAG_N_CONTEXT;
            return;
        }
    for (int i = span[0]; i < span[1]; i++) {
        t.pos = i;
        t.id = v->alt->ids[i];
        t.weight = v->weight;
        gs_plan_term(plan, &t);
        t.id = v->ref->ids[i];
        t.weight = -v->weight;
        gs_plan_term(plan, &t);
    }
}
