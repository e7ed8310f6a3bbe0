/* Rotary position embedding (Su 2021), for attention.c. */
#ifndef GS_ROTARY_H
#define GS_ROTARY_H
#include "nn/nn.h"

/* cos and sin of the angle of each position and pair: [T, d / 2]. */
typedef struct { const float *cos, *sin; int pairs; } gs_rotary_table;

/* Tables for positions 0 .. T - 1 and heads of width d, on the arena. The angles of far positions feel the rounding, so
 * each kind computes them as its upstream does: halves in float32 (transformers, modeling_esm.py, RotaryEmbedding:
 * inv_freq = 1 / base^(2i / d), angle = position * inv_freq), pairs in float64, rounded at the end
 * (modeling_roformer.py, RoFormerSinusoidalPositionalEmbedding: angle = position / base^(2i / d)).
 * bits: what upstream reads from a checkpoint, inv_freq of halves, sines and cosines of pairs, is rounded to so many
 * significant bits: 11 half precision, 8 bfloat16, 0 not at all. */
gs_rotary_table gs_rotary_table_new(gs_worker *wk, int T, int d, float base, int bits, gs_rotary kind);

/* Rotate the heads of every token, x: [T, H d], by its position in its sequence. */
void gs_rotate(gs_worker *wk, gs_mat x, const gs_spans *s, const gs_rotary_table *table, gs_rotary kind);
#endif
