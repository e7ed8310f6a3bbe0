/* Rotary positions, for attention.c. */
#ifndef GS_ROTARY_H
#define GS_ROTARY_H
#include "nn/nn.h"

/* n heads of one kind: columns first .. first + width of every row of x, and so on every `step` columns. */
typedef struct { gs_mat x; int first, step, n, width; } gs_heads;
float *gs_head_row(const gs_heads *h, int row, int head);

/* Rotate the first 2 * pairs columns of every head of every token by its position in its sequence. */
void gs_rotate(gs_worker *wk, const gs_heads *h, const gs_spans *s, const gs_rotary_table *table);
#endif
