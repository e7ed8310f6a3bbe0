/* Distances between the last hidden states of the unmasked ref and alt windows, in double precision: cosine (1 - cos), l2,
 * l1, dot. By default between the variant's tokens where tokens follow the sequence (BPE: the recipe of BEND, Marin 2024),
 * else between all tokens laid end to end (the published NT and GPN scripts). */
#include <math.h>
#include <stdio.h>
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

/* Tokens of a side that the distance takes the mean over. */
static int pooled(const gs_planning *p, int side, int *first, int *last)
{
    const gs_context *c = p->c;
    const gs_tokens *t = &p->tokens[side];
    if (p->s->pool == GS_POOL_TOKEN)
        return change_tokens(t, c->beg[side], c->end[side], first, last);
    return gs_tokens_over(t, p->s->m->margin, c->len[side] - p->s->m->margin, first, last);
}

static void plan(gs_planning *p)
{
    gs_pair q = {.flat = p->s->pool == GS_POOL_FLAT, .owner = p->pl->owner, .weight = p->weight, .metric = p->mode->metric};
    if (p->aux && p->a->kind == GS_INDEL) {
        p->a->flag = GS_FLAG_UNSUPPORTED;   /* nobody has aligned the other species to the alt window */
        return;
    }
    if (q.flat ? p->tokens[GS_REF].n != p->tokens[GS_ALT].n
               : !pooled(p, GS_REF, &q.beg[0], &q.end[0]) || !pooled(p, GS_ALT, &q.beg[1], &q.end[1])) {
        p->a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    for (int side = GS_REF; side <= GS_ALT; side++)
        q.pass[side] = gs_plan_pass(p->plan, gs_planning_seq(p, side), NULL, 0);
    gs_plan_pair(p->plan, &q);
}

static void describe(const gs_mode *mode, const gs_scorer *s, char *out, size_t n)
{
    static const char *const pools[] = {
        [GS_POOL_TOKEN] = "at the variant's token", [GS_POOL_MEAN] = "mean over the window", [GS_POOL_FLAT] = "all tokens end to end"};
    snprintf(out, n, "%s, %s", mode->what, pools[s->pool]);
}

#define MOVES "how much the variant moves the model's embedding, 0 = not at all"
#define DISTANCE(NAME, TAG, METRIC, SCORE, SAME, WHAT)                                                         \
    {.name = NAME, .tag = TAG, .what = WHAT, .score = SCORE, .digits = 6, .significant = 1, .same = SAME,      \
     .settings = GS_BY_POOL, .takes = GS_TAKES_SNV | GS_TAKES_MNV | GS_TAKES_INDEL, .metric = METRIC,          \
     .describe = describe, .plan = plan}

const gs_mode gs_mode_cosine = DISTANCE("cosine", "GS_COSINE", GS_COSINE, MOVES, 0,
                                        "1 - cosine of the last hidden states of ref and alt");
const gs_mode gs_mode_l2 = DISTANCE("l2", "GS_L2", GS_L2, MOVES, 0, "L2 distance of the last hidden states of ref and alt");
const gs_mode gs_mode_l1 = DISTANCE("l1", "GS_L1", GS_L1, MOVES, 0, "L1 distance of the last hidden states of ref and alt");
const gs_mode gs_mode_dot = DISTANCE("dot", "GS_DOT", GS_DOT, "agreement of the model's embeddings of ref and alt; without "
                                     "a change their square length", NAN, "dot product of the last hidden states of ref and alt");
