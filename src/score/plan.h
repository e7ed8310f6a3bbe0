/* What to compute for a stretch of variants: token sequences, the passes (a sequence with some tokens masked) that go
 * through the model, and the terms (log p of a token at a position of a pass) that add up to scores. Equal sequences
 * and equal passes are stored, and computed, once. Not thread-safe while it is being filled. */
#ifndef GS_PLAN_H
#define GS_PLAN_H
#include <stddef.h>
#include <stdint.h>
#include "token/token.h"

typedef struct { size_t ids; int n, aux; uint64_t hash; } gs_seq;          /* ids: offset into the pool, behind them */
                                                                           /* `aux` bytes for the model's b->aux */
typedef struct { int seq, n_mask, joined; size_t mask; uint64_t hash; } gs_pass; /* mask: offset into the pool; joined: */
                                                                           /* must go with the pass before it */

/* Without `alt`: score of `owner` += weight * log softmax(logits at token `pos` of `pass`)[id].
 * With it, the part of a marginal: value[0] and value[1] are the mass that k-mers with `alt` and with `ref` at base
 * `offset` have among all k-mers; the parts of one `set` add up, and score += weight * log(sum value[0] / sum value[1]). */
typedef struct {
    int pass, pos, owner;
    int32_t id;
    float weight;
    char alt, ref;
    int offset, set;
    double value[2];
} gs_term;

/* Distances of two passes' hidden states: score of `owner` += weight * distance. flat: of all tokens; else of the means over
 * tokens beg .. end of either pass. Passes of a pair lie in one group. */
typedef enum { GS_L2, GS_L1, GS_COSINE, GS_DOT } gs_metric;
typedef struct { int pass[2], beg[2], end[2], flat, owner; gs_metric metric; float weight; double value; } gs_pair;

typedef struct { int *slot; size_t n_slots; } gs_index;                    /* hash table of indices, -1 = free */
typedef struct {
    int32_t *pool; size_t n_pool, cap_pool;
    gs_seq *seq; size_t n_seq, cap_seq;
    gs_pass *pass; size_t n_pass, cap_pass;
    gs_term *term; size_t n_term, cap_term;
    gs_pair *pair; size_t n_pair, cap_pair;
    size_t group;            /* first pass of the present group: passes before it are not shared any more */
    gs_index seqs, passes;
    size_t tokens;           /* of all passes together: the work to do */
    int *term_of;            /* after gs_plan_sort: terms ordered by pass, those of pass r at first[r] .. first[r+1] */
    size_t *first;
    int grouped;             /* gs_plan_group was called */
    int failed;              /* out of memory somewhere; gs_plan_sort reports it */
} gs_plan;

void gs_plan_clear(gs_plan *p);   /* empty, memory kept */
void gs_plan_free(gs_plan *p);

int gs_plan_seq(gs_plan *p, const int32_t *ids, int n);                    /* -> sequence */
int gs_plan_seq_aux(gs_plan *p, const int32_t *ids, int n, const uint8_t *aux, int n_aux); /* with n_aux bytes in all */
int gs_plan_pass(gs_plan *p, int seq, const int32_t *mask, int n_mask);     /* mask: token positions, rising -> pass */
void gs_plan_term(gs_plan *p, const gs_term *t);
void gs_plan_pair(gs_plan *p, const gs_pair *q);
/* Passes from now on are computed in one batch, until the next call. Without any call every pass is on its own. */
void gs_plan_group(gs_plan *p);

/* Add what the evaluated terms and pairs come to, to score[owner]. NAN stays NAN. */
void gs_plan_sum(const gs_plan *p, float *score);

/* Close the plan: order the terms by pass. */
int gs_plan_sort(gs_plan *p, gs_err *e);
#endif
