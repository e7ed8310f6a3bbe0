/* Layers: out = layer(worker, in, weights). Forward only, eager, on arena memory.
 * Letters: B rows (sequences), T tokens of all rows together, D channels, H heads, F inner width, V vocabulary.
 *
 * Sequences of a batch lie one after the other in one matrix [T, D]; spans say where. A sequence's bits never depend on
 * the others if it starts at a multiple of gemm->place (kernel/gemm.h; model/batch.c sees to it). Layers cannot fail:
 * out of memory jumps (base/arena.h). */
#ifndef GS_NN_H
#define GS_NN_H
#include "base/arena.h"
#include "kernel/gemm.h"
#include "kernel/kernel.h"

/* What layers compute with. One per thread. */
typedef struct gs_worker {
    gs_arena *arena;         /* where results and scratch lie */
    const gs_kernels *k;     /* row kernels */
    const gs_gemm_impl *gemm; /* products */
} gs_worker;
gs_worker *gs_worker_new(void);       /* after gs_gemm_open; NULL: out of memory */
void gs_worker_free(gs_worker *wk);   /* NULL is fine */

typedef struct { float *d; int rows, cols; } gs_mat;   /* row-major, contiguous */

typedef struct { gs_weight w; const float *b; } gs_linear_w;            /* w [out, in]; b [out] or NULL */
typedef enum { GS_NORM_NONE, GS_NORM_LAYER, GS_NORM_RMS } gs_norm_kind;
typedef struct { const float *g, *b; float eps; gs_norm_kind kind; } gs_norm_w; /* g [D]; b [D] or NULL */
typedef enum {
    GS_ACT_NONE, GS_ACT_GELU, GS_ACT_GELU_TANH, GS_ACT_SILU, GS_ACT_RELU, GS_ACT_RELU2, GS_ACT_COUNT
} gs_act;
typedef enum { GS_ROTARY_NONE, GS_ROTARY_HALF, GS_ROTARY_PAIRS } gs_rotary;

/* Where sequences lie in a matrix: sequence i is rows beg[i] .. beg[i] + len[i]. Rows between sequences belong to none
 * and hold numbers that nothing depends on. */
typedef struct { int B, rows; const int *beg, *len; } gs_spans;

/* What goes into a model: the sequences lie as in gs_spans. ids [rows]: tokens. aux [rows, n_aux]: symbols of n_aux
 * aligned species beside each token; NULL for models that read one sequence. */
typedef struct {
    int B, rows;
    const int *beg, *len;
    const int32_t *ids;
    const uint8_t *aux;
    int n_aux;
} gs_batch;

/* rows x cols, contents undefined. */
gs_mat gs_mat_new(gs_worker *wk, int rows, int cols);
float *gs_mat_row(gs_mat x, int row);                                   /* its first element */

gs_mat gs_linear(gs_worker *wk, gs_mat x, const gs_linear_w *w);            /* [T, in] -> [T, out] */
void gs_linear_to(gs_worker *wk, gs_mat y, gs_mat x, const gs_linear_w *w); /* the same into a matrix that exists */
gs_mat gs_norm(gs_worker *wk, gs_mat x, const gs_norm_w *w);                /* [T, D] -> [T, D], new matrix */
void gs_add(gs_worker *wk, gs_mat x, gs_mat y);                             /* x += y */
void gs_activate(gs_worker *wk, gs_mat x, gs_act act);                      /* in place */
/* [T, 2F] -> [T, F]: act(first half) * second half. Source: Shazeer 2020, "GLU variants". */
gs_mat gs_glu(gs_worker *wk, gs_mat x, gs_act act);
/* Gather rows: [T, D] -> [n, D]; row = NULL: all of them, x itself. */
gs_mat gs_rows(gs_worker *wk, gs_mat x, const int *row, int n);

gs_spans gs_spans_of(const gs_batch *b);
/* Each sequence less n tokens at either end, from a multiple of gemm->place on; those that are too short get no
 * rows. */
gs_spans gs_spans_crop(gs_worker *wk, const gs_spans *s, int n);
/* The middle of each sequence: rows of `from` -> rows of `to`; rows of no sequence become 0. */
gs_mat gs_crop(gs_worker *wk, gs_mat x, const gs_spans *from, const gs_spans *to);

/* Dilated 1-D convolution within each sequence, odd number of taps. w: [out, taps in]; depthwise (in = out = D):
 * [taps, D], 32-bit; b [out] or NULL. `to` = `from` makes it "same" (zeros beyond the ends), `to` = `from` cropped by
 * dilation * (taps / 2) "valid". [from.rows, in] -> [to.rows, out] */
typedef struct { gs_weight w; const float *b; int in, out, taps, dilation, depthwise; } gs_conv_w;
gs_mat gs_conv(gs_worker *wk, gs_mat x, const gs_conv_w *w, const gs_spans *from, const gs_spans *to);
/* One mean and variance over all tokens and channels of a sequence. Source: Wu 2018, group normalisation with one
 * group. Rows of no sequence become 0. */
gs_mat gs_group_norm(gs_worker *wk, gs_mat x, const gs_norm_w *w, const gs_spans *s);

/* 1 at channel id, and for species s of b->aux at channel V + s * A + symbol; else 0. -> [T, D] */
gs_mat gs_embed_one_hot(gs_worker *wk, const gs_batch *b, int V, int A, int D);
/* table [V, D] -> [T, D] */
gs_mat gs_embed_tokens(gs_worker *wk, const gs_batch *b, const gs_weight *table);
/* x[t] += table[offset + position of t in its sequence] */
void gs_add_positions(gs_worker *wk, gs_mat x, const gs_spans *s, const gs_weight *table, int offset);
/* 1-D convolution over one-hot tokens as a sum of one table row per tap: table [taps V, D], centred, tokens
 * beyond the ends of their sequence count as `pad` (-1: as nothing). Rows of no sequence become 0. */
typedef struct { gs_weight table; int taps, pad; } gs_stem_w;
gs_mat gs_stem(gs_worker *wk, const gs_batch *b, const gs_stem_w *w);

/* Multi-head self-attention within each sequence.
 * q, k, v, o: [D, D]; rotary on q and k (positions 0, 1, ... in the sequence), base as given, rotary_bits: how many
 * significant bits upstream stores its numbers with, 0: all of a float, see rotary.h; slopes: [H] ALiBi
 * slopes or NULL: score(i, j) += -slope |i - j|. Scores are scaled by 1 / sqrt(D / H). Softmax over the sequence.
 * Sources: Vaswani 2017; Su 2021 (rotary); Press 2022 (ALiBi, symmetric form). */
typedef struct {
    gs_linear_w q, k, v, o;
    int heads;
    gs_rotary rotary;
    float rotary_base;
    int rotary_bits;
    const float *slopes;
} gs_attention_w;
gs_mat gs_attention(gs_worker *wk, gs_mat x, const gs_attention_w *w, const gs_spans *s);
#endif
