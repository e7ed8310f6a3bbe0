/* Distances between the last hidden states of the unmasked ref and alt windows, in double precision: cosine (1 - cos), l2,
 * l1, dot. By default between the variant's tokens where tokens follow the sequence (BPE: the recipe of BEND, Marin 2024),
 * else between all tokens laid end to end (the published NT and GPN scripts). */
#include "score/mode.h"

/* Tokens over the change; where it has no base (a deletion's alt), those over the bases beside it. */
static int change_tokens(const gs_tokens *t, int beg, int end, int *first, int *last)
{
    if (beg == end) {
        beg--;
        end++;
    }
    return gs_tokens_over(t, beg, end, first, last);
}

/* Tokens that the distance takes the mean over. */
static int pooled(const gs_scorer *s, const gs_tokens *t, const int change[2], int *first, int *last)
{
    if (s->pool == GS_POOL_TOKEN)
        return change_tokens(t, change[0], change[1], first, last);
    return gs_tokens_over(t, s->m->margin, s->window - s->m->margin, first, last);
}

static void plan(const gs_scorer *s, gs_planner *pl, gs_plan *plan, const gs_view *v, gs_allele *a)
{
    gs_pair q = {.flat = s->pool == GS_POOL_FLAT, .owner = pl->owner, .weight = v->weight, .metric = v->mode->metric};
    if (v->aux && a->kind == GS_INDEL) {
        a->flag = GS_FLAG_UNSUPPORTED;   /* nobody has aligned the other species to the alt window */
        return;
    }
    if (q.flat ? v->ref->n != v->alt->n
               : !pooled(s, v->ref, (int[]){v->ref_beg, v->ref_end}, &q.beg[0], &q.end[0])
                     || !pooled(s, v->alt, (int[]){v->alt_beg, v->alt_end}, &q.beg[1], &q.end[1])) {
        a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    q.pass[0] = gs_plan_ref_pass(plan, v, NULL, 0);
    q.pass[1] = gs_plan_pass(plan, gs_plan_seq_aux(plan, v->alt->ids, v->alt->n, v->aux, v->n_aux_bytes), NULL, 0);
    gs_plan_pair(plan, &q);
}

#define DISTANCE(NAME, TAG, WHAT, METRIC) \
    {.name = NAME, .tag = TAG, .what = WHAT, .distance = 1, .metric = METRIC, .place = gs_place_centred, .plan = plan}

const gs_mode gs_mode_cosine = DISTANCE("cosine", "GS_COSINE", "1 - cosine of the last hidden states of ref and alt", GS_COSINE);
const gs_mode gs_mode_l2 = DISTANCE("l2", "GS_L2", "L2 distance of the last hidden states of ref and alt", GS_L2);
const gs_mode gs_mode_l1 = DISTANCE("l1", "GS_L1", "L1 distance of the last hidden states of ref and alt", GS_L1);
const gs_mode gs_mode_dot = DISTANCE("dot", "GS_DOT", "dot product of the last hidden states of ref and alt", GS_DOT);
