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
    struct gs_team *team;    /* threads that share its layers' work; NULL: it works alone */
} gs_worker;
gs_worker *gs_worker_new(void);       /* after gs_gemm_open; NULL: out of memory */
gs_worker *gs_worker_new_team(int threads); /* with so many threads, or fewer where they cannot be had */
void gs_worker_free(gs_worker *wk);   /* NULL is fine */

/* ---- work that a team shares (team.c); the results do not depend on who did what ---- */
typedef struct gs_team gs_team;
gs_team *gs_team_new(int members);    /* for one more worker; NULL: no thread could be had */
void gs_team_free(gs_team *t);        /* NULL is fine */
int gs_team_size(const gs_worker *wk); /* 1: alone */
/* piece(worker, arg, i) for i = 0 .. n; each on a worker of its own, whose arena is given back. Out of memory jumps. */
void gs_parallel(gs_worker *wk, int n, void (*piece)(gs_worker *wk, void *arg, int i), void *arg);
/* f(worker, arg, beg, end) for stretches of rows that begin at multiples of `multiple`. */
void gs_parallel_rows(gs_worker *wk, int rows, int multiple, void (*f)(gs_worker *wk, void *arg, int beg, int end),
                      void *arg);


typedef struct { float *d; int rows, cols; } gs_mat;   /* row-major, contiguous */

typedef struct { gs_weight w; const float *b; } gs_linear_w;            /* w [out, in]; b [out] or NULL */
typedef enum {
    GS_NORM_NONE, GS_NORM_LAYER, GS_NORM_RMS,
    GS_NORM_RMS_APART        /* x / (sqrt(mean(x^2)) + eps) * g: StripedHyena's */
} gs_norm_kind;
typedef struct { const float *g, *b; float eps; gs_norm_kind kind; } gs_norm_w; /* g [D]; b [D] or NULL */
typedef enum {
    GS_ACT_NONE, GS_ACT_GELU, GS_ACT_GELU_TANH, GS_ACT_SILU, GS_ACT_RELU, GS_ACT_RELU2, GS_ACT_COUNT
} gs_act;
extern const char *const gs_act_names[]; /* of gs_act: "none", "gelu", ...; ends with NULL */
typedef enum { GS_ROTARY_NONE, GS_ROTARY_HALF, GS_ROTARY_PAIRS } gs_rotary;

/* Where sequences lie in a matrix: sequence i is rows beg[i] .. beg[i] + len[i]. Rows between sequences belong to none
 * and hold numbers that nothing depends on.
 * A branch is a sequence that shares its first past[i] tokens with sequence parent[i], which lies before it in the
 * batch and is whole: only its other tokens have rows, and layers that look back find what they see of the rest in the
 * parent's rows. parent[i] = -1 or parent = NULL: whole sequences. */
typedef struct { int B, rows; const int *beg, *len, *parent, *past; } gs_spans;

/* What goes into a model: the sequences lie as in gs_spans; branches for causal models only. ids [rows]: tokens.
 * aux [rows, n_aux]: symbols of n_aux aligned species beside each token; NULL for models that read one sequence. */
typedef struct {
    int B, rows;
    const int *beg, *len;
    const int32_t *ids;
    const uint8_t *aux;
    int n_aux;
    const int *parent, *past;
} gs_batch;

/* rows x cols, contents undefined. */
gs_mat gs_mat_new(gs_worker *wk, int rows, int cols);
float *gs_mat_row(gs_mat x, int row);                                   /* its first element */

gs_mat gs_linear(gs_worker *wk, gs_mat x, const gs_linear_w *w);            /* [T, in] -> [T, out] */
void gs_linear_to(gs_worker *wk, gs_mat y, gs_mat x, const gs_linear_w *w); /* the same into a matrix that exists */
gs_mat gs_norm(gs_worker *wk, gs_mat x, const gs_norm_w *w);                /* [T, D] -> [T, D], new matrix */
void gs_add(gs_worker *wk, gs_mat x, gs_mat y);                             /* x += y */
void gs_activate(gs_worker *wk, gs_mat x, gs_act act);                      /* in place */
/* a = act(a) * b, in place, of one shape */
void gs_gate(gs_worker *wk, gs_mat a, gs_mat b, gs_act act);
/* [T, 2F] -> [T, F]: act(first half) * second half. Source: Shazeer 2020, "GLU variants". */
gs_mat gs_glu(gs_worker *wk, gs_mat x, gs_act act);
/* Gather rows: [T, D] -> [n, D]; row = NULL: all of them, x itself. */
gs_mat gs_rows(gs_worker *wk, gs_mat x, const int *row, int n);

gs_spans gs_spans_of(const gs_batch *b);
int gs_spans_past(const gs_spans *s, int i);                             /* tokens of sequence i before its rows */
int gs_spans_row(const gs_spans *s, int i, int t);                       /* row of token t, its parent's if shared */
int gs_spans_longest(const gs_spans *s);                                 /* tokens of the longest one, with its past */
/* Each sequence less n tokens at either end, from a multiple of gemm->place on; those that are too short get no
 * rows. */
gs_spans gs_spans_crop(gs_worker *wk, const gs_spans *s, int n);
/* The middle of each sequence: rows of `from` -> rows of `to`; rows of no sequence become 0. */
gs_mat gs_crop(gs_worker *wk, gs_mat x, const gs_spans *from, const gs_spans *to);

/* Dilated 1-D convolution within each sequence, odd number of taps. w: [out, taps in]; depthwise (in = out = D):
 * [taps, D], 32-bit; b [out] or NULL. `to` = `from` makes it "same" (zeros beyond the ends), `to` = `from` cropped by
 * dilation * (taps / 2) "valid". [from.rows, in] -> [to.rows, out] */
typedef struct { gs_weight w; const float *b; int in, out, taps, dilation, depthwise; } gs_conv_w;
/* Blocks of products' rows whose neighbourhoods are in memory at a time: many enough that the weights are read rarely,
 * few enough to stay in the cache. */
enum { GS_CONV_BLOCKS = 10 };
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

/* Rotary positions (Su 2021) of dim of a head's columns. HALF pairs columns (i, i + dim / 2), PAIRS (2i, 2i + 1). The
 * angles of far positions feel the rounding, so each kind computes them as its upstream does: halves in float32
 * (transformers, modeling_esm.py: inv_freq = 1 / base^(2i / dim), angle = position * inv_freq), pairs in float64,
 * rounded at the end (modeling_roformer.py: angle = position / base^(2i / dim)). */
typedef struct {
    gs_rotary kind;
    int dim;
    float base;
    int bits;                /* what upstream reads from a checkpoint, inv_freq of halves, sines and cosines of pairs,
                              * is rounded to so many significant bits: 11 half precision, 8 bfloat16, 0: no rounding */
    const float *inv_freq;   /* [dim / 2] of halves, where it is not made of base; else NULL */
    float stretch;           /* positions are divided by this; 0: by 1 */
} gs_rotary_w;
/* cos and sin of the angle of each position and pair: [T, dim / 2]. */
typedef struct { const float *cos, *sin; int pairs; gs_rotary kind; } gs_rotary_table;
/* Tables for positions 0 .. T - 1, on the arena; NULL where w->kind is NONE. */
const gs_rotary_table *gs_rotary_table_new(gs_worker *wk, int T, const gs_rotary_w *w);

/* Multi-head self-attention within each sequence.
 * q: [H d, D]; k, v: [K d, D], query head h sees head h / (H / K); o: [D, H d]; or in place of q, k, v one matrix qkv
 * [3 H d, D] with the rows of head h's q, k and v side by side (GPT-NeoX, Evo 2). q_norm, k_norm: of each head, before
 * the rotation. slopes: [H] ALiBi slopes or NULL: score(i, j) += -slope |i - j|. Scores are scaled by `scale`, 0: by
 * 1 / sqrt(d). Softmax over the sequence; causal: over the tokens up to the query's, of which the last `window` if that
 * is not 0; branches for causal only.
 * Sources: Vaswani 2017; Su 2021 (rotary); Press 2022 (ALiBi, symmetric form); Ainslie 2023 (grouped queries); Beltagy
 * 2020 (sliding window). */
typedef struct {
    gs_linear_w q, k, v, o, qkv;
    int heads, kv_heads;     /* kv_heads 0: as many */
    int causal, window;
    float scale;
    gs_norm_w q_norm, k_norm;
    gs_rotary_w rotary;
    const float *slopes;
} gs_attention_w;
/* Queries whose scores are in memory at a time, [queries, keys], one head's. Causal ones compute what the last of them
 * sees for all, so they are fewer. */
enum { GS_QUERIES = 256, GS_CAUSAL_QUERIES = 64 };
/* rotary: made of w->rotary for the longest sequence, or NULL where there is none. */
gs_mat gs_attention(gs_worker *wk, gs_mat x, const gs_attention_w *w, const gs_spans *s, const gs_rotary_table *rotary);

/* A mixture of experts: every token goes through the `used` experts that the router likes best, weighted by their
 * shares of its softmax over all. Routed sequence by sequence. [T, D] -> [T, D]. Source: Jiang 2024 (Mixtral). */
typedef struct { gs_linear_w gate, up, down; } gs_expert_w;
typedef struct { gs_linear_w router; const gs_expert_w *expert; int n, used; gs_act act; } gs_experts_w;
gs_mat gs_experts(gs_worker *wk, gs_mat x, const gs_experts_w *w, const gs_spans *s);
#endif
