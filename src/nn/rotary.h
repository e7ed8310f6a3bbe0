/* Rotary position embedding (Su 2021), for attention.c. */
#ifndef GS_ROTARY_H
#define GS_ROTARY_H
#include "nn/nn.h"

/* cos and sin of the angle of each position and pair: [T, d / 2]. */
typedef struct { const float *cos, *sin; int pairs; } gs_rotary_table;

/* Tables for positions 0 .. T - 1 and heads of width d, on the arena. Computed in float32 as upstream does
 * (transformers, models/esm/modeling_esm.py, RotaryEmbedding), for the angles of far positions feel its rounding:
 * inv_freq = 1 / base^(2i / d), angle = position * inv_freq. */
gs_rotary_table gs_rotary_table_new(gs_run *r, int T, int d, float base);

/* Rotate the heads of every token of a batch, x: [T, H d], by its position in its row. */
void gs_rotate(gs_run *r, gs_mat x, const gs_batch *b, const gs_rotary_table *table, gs_rotary kind);
#endif
