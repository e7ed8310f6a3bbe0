/* Distances between the last hidden states of the unmasked ref and alt windows, in double precision: cosine (1 - cos),
 * l2, l1, dot. By default between the variant's tokens where tokens follow the sequence (BPE: the recipe of BEND, Marin
 * 2024), else between all tokens laid end to end (the published NT and GPN scripts). */
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

/* Tokens of a side that are compared: special ones too where all are laid end to end. */
static int pooled(const gs_planning *p, int side, int *first, int *last)
{
    const gs_context *c = p->c;
    const gs_tokens *t = &p->tokens[side];
    int margin = p->s->m->margin;
    if (p->s->pool == GS_POOL_TOKEN)
        return change_tokens(t, c->beg[side], c->end[side], first, last);
    if (p->s->pool == GS_POOL_MEAN)
        return gs_tokens_over(t, margin, c->len[side] - margin, first, last);
    *first = margin;
    *last = t->n - margin;
    return *last > *first;
}

static void plan(gs_planning *p)
{
    gs_probe q = {.kind = p->mode->probe, .owner = p->pl->owner, .weight = p->weight,
                  .arg = p->s->pool == GS_POOL_FLAT};
    int found = 1;
    if (p->aux && p->a->kind == GS_INDEL) {
        p->a->flag = GS_FLAG_UNSUPPORTED;   /* nobody has aligned the other species to the alt window */
        return;
    }
    for (int side = GS_REF; side <= GS_ALT; side++)
        found &= pooled(p, side, &q.beg[side], &q.end[side]);
    if (!found || (q.arg && p->tokens[GS_REF].n != p->tokens[GS_ALT].n)) {
        p->a->flag = GS_FLAG_N_CONTEXT;
        return;
    }
    for (int side = GS_REF; side <= GS_ALT; side++)
        q.pass[side] = gs_plan_pass(p->plan, gs_planning_seq(p, side), NULL, 0);
    gs_planning_probe(p, &q);
}

static void describe(const gs_mode *mode, const gs_scorer *s, char *out, size_t n)
{
    static const char *const pools[] = {
        [GS_POOL_TOKEN] = "at the variant's token", [GS_POOL_MEAN] = "mean over the window",
        [GS_POOL_FLAT] = "all tokens end to end"};
    snprintf(out, n, "%s, %s", mode->what, pools[s->pool]);
}

#define MOVES "how much the variant moves the model's embedding, 0 = not at all"
#define DISTANCE(NAME, TAG, PROBE, SCORE, SAME, WHAT)                                                         \
    {.name = NAME, .tag = TAG, .what = WHAT, .score = SCORE, .digits = 6, .significant = 1, .same = SAME,      \
     .settings = GS_BY_POOL, .takes = GS_TAKES_SNV | GS_TAKES_MNV | GS_TAKES_INDEL, .probe = &PROBE,          \
     .describe = describe, .plan = plan}

const gs_mode gs_mode_cosine = DISTANCE("cosine", "GS_COSINE", gs_probe_cosine, MOVES, NAN,
                                        "1 - cosine of the last hidden states of ref and alt");
const gs_mode gs_mode_l2 = DISTANCE("l2", "GS_L2", gs_probe_l2, MOVES, 0,
                                    "L2 distance of the last hidden states of ref and alt");
const gs_mode gs_mode_l1 = DISTANCE("l1", "GS_L1", gs_probe_l1, MOVES, 0,
                                    "L1 distance of the last hidden states of ref and alt");
const gs_mode gs_mode_dot = DISTANCE("dot", "GS_DOT", gs_probe_dot,
                                     "agreement of the model's embeddings of ref and alt; without a change their "
                                     "square length", NAN,
                                     "dot product of the last hidden states of ref and alt");
