/* What to compute for a stretch of variants: token sequences, the passes (a sequence with some tokens masked) that go
 * through the model, and the probes of them that add up to scores. Equal sequences and equal passes are stored, and
 * computed, once. Not thread-safe while it is being filled. */
#ifndef GS_PLAN_H
#define GS_PLAN_H
#include <stddef.h>
#include <stdint.h>
#include "score/probe.h"

typedef struct {
    size_t ids;              /* offset into the pool: n token ids, and behind them */
    int n, aux;              /* `aux` bytes for the model's b->aux */
    int parent, past;        /* a branch shares its first `past` tokens with sequence `parent` (nn.h); -1, 0 */
    uint64_t hash;
} gs_seq;

typedef struct {
    int seq;                 /* the sequence */
    int parent;              /* the pass of its parent, which lies before it; -1 */
    int n_mask;              /* so many of its tokens masked: */
    size_t mask;             /* offset into the pool, positions in rising order */
    uint64_t hash;
} gs_pass;

typedef struct { int *slot; size_t n_slots; } gs_index;                    /* hash table of indices, -1 = free */
typedef struct { int probe, side; } gs_probe_side;                         /* one of a probe's passes */

typedef struct {
    int32_t *pool; size_t n_pool, cap_pool;                                /* ids, bytes of species, masks */
    gs_seq *seq; size_t n_seq, cap_seq;
    gs_pass *pass; size_t n_pass, cap_pass;
    gs_probe *probe; size_t n_probe, cap_probe;                            /* those of a score side by side */
    gs_index seqs, passes;
    size_t tokens;           /* of all passes together: the work to do */
    int failed;              /* out of memory somewhere; gs_plan_cut reports it */
    /* After gs_plan_cut: */
    int *order, *rank;       /* passes in the order in which they are computed, branches behind their parent; and where
                              * each stands there */
    int *cut;                /* batch i is passes order[cut[i]] .. order[cut[i + 1]] */
    int n_batch;
    gs_probe_side *read;     /* what is read of pass i: read[first[i]] .. read[first[i + 1]], in the probes' order */
    size_t *first;
    double *kept;            /* what probes whose passes lie in two batches keep of them */
} gs_plan;

void gs_plan_clear(gs_plan *p);   /* empty, memory kept */
void gs_plan_free(gs_plan *p);
size_t gs_plan_bytes(const gs_plan *p);   /* memory that it holds */

/* -> sequence. aux: n_aux bytes in all that go with it; NULL, 0. */
int gs_plan_seq(gs_plan *p, const int32_t *ids, int n, const uint8_t *aux, int n_aux);
/* The same for a causal model, which shares its beginning with another one: the first `past` tokens are those of
 * `parent`, which is no branch itself. */
int gs_plan_branch(gs_plan *p, const int32_t *ids, int n, int parent, int past);
int gs_plan_pass(gs_plan *p, int seq, const int32_t *mask, int n_mask);    /* mask: token positions, rising -> pass */
int gs_plan_masks(const gs_plan *p, int pass, int token);                  /* does the pass mask this token? */
void gs_plan_probe(gs_plan *p, const gs_probe *q);

/* Close the plan: cut the passes into batches of about batch_tokens tokens (at least one pass each). The two passes of
 * a probe share a batch unless one of four times the size cannot hold them and what lies between them; so do branches
 * and their parents, counted by the longest pass where that is longer than a batch, or the parent is computed once more
 * for the other branches. Nothing may be added then.
 * GS_ENOMEM, also for what failed before. */
int gs_plan_cut(gs_plan *p, const gs_model *m, size_t batch_tokens, gs_err *e);

size_t gs_plan_tokens(const gs_plan *p, int batch);   /* that the batch computes */

/* When all batches are evaluated: add what the probes come to, to score[owner]. NAN stays NAN. */
void gs_plan_sum(const gs_plan *p, const gs_model *m, float *score);
#endif
