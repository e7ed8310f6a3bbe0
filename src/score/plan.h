/* What to compute for a stretch of variants: token sequences, the rows (a sequence with some tokens masked) that go
 * through the model, and the terms (log p of a token at a position of a row) that add up to scores. Equal sequences
 * and equal rows are stored, and computed, once. Not thread-safe while it is being filled. */
#ifndef GS_PLAN_H
#define GS_PLAN_H
#include <stddef.h>
#include <stdint.h>
#include "token/token.h"

typedef struct { size_t ids; int n; uint64_t hash; } gs_seq;               /* ids: offset into the pool */
typedef struct { int seq, n_mask; size_t mask; uint64_t hash; } gs_row;    /* mask: offset into the pool */
/* score of `owner` += weight * log softmax(logits at token `pos` of `row`)[id] */
typedef struct { int row, pos, owner; int32_t id; float weight; double value; } gs_term;

typedef struct { int *slot; size_t n_slots; } gs_index;                    /* hash table of indices, -1 = free */
typedef struct {
    int32_t *pool; size_t n_pool, cap_pool;
    gs_seq *seq; size_t n_seq, cap_seq;
    gs_row *row; size_t n_row, cap_row;
    gs_term *term; size_t n_term, cap_term;
    gs_index seqs, rows;
    size_t tokens;           /* of all rows together: the work to do */
    int *term_of;            /* after gs_plan_sort: terms ordered by row, those of row r at first[r] .. first[r+1] */
    size_t *first;
    int failed;              /* out of memory somewhere; gs_plan_sort reports it */
} gs_plan;

void gs_plan_clear(gs_plan *p);   /* empty, memory kept */
void gs_plan_free(gs_plan *p);

int gs_plan_seq(gs_plan *p, const int32_t *ids, int n);                    /* -> sequence */
int gs_plan_row(gs_plan *p, int seq, const int32_t *mask, int n_mask);     /* mask: token positions, rising -> row */
void gs_plan_term(gs_plan *p, const gs_term *t);

/* Close the plan: order the terms by row. */
int gs_plan_sort(gs_plan *p, gs_err *e);
#endif
