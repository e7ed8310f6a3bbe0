/* Convolution as one matrix product per block of tokens: each row of the left matrix is a token's neighbourhood, its
 * taps side by side. Faster than one product per tap, for the sums stay in the product. */
#include <assert.h>
#include <string.h>
#include "nn/nn.h"

/* The token of x that a tap of output token `pos` of sequence i sees; NULL: beyond the ends. */
static const float *seen(gs_mat x, const gs_conv_w *w, const gs_spans *from, int i, int centre, int tap)
{
    int at = centre + (tap - w->taps / 2) * w->dilation;
    return at >= 0 && at < from->len[i] ? gs_mat_row(x, from->beg[i] + at) : NULL;
}

/* What lies where: the sequence that each row of `to` belongs to, -1 none. */
static const int *owners(gs_worker *wk, const gs_spans *to)
{
    int *owner = gs_new(wk->arena, int, to->rows + 1);
    memset(owner, 0xff, sizeof *owner * (size_t)to->rows);
    for (int i = 0; i < to->B; i++)
        for (int t = 0; t < to->len[i]; t++)
            owner[to->beg[i] + t] = i;
    return owner;
}

/* Place in its sequence of `from` of the token that row `row` of `to` is centred on. */
static int centre_of(const gs_spans *from, const gs_spans *to, int i, int row)
{
    return row - to->beg[i] + (from->len[i] - to->len[i]) / 2;
}

/* out: [taps, in]; i: sequence of the row, -1 none */
static void gather(float *out, gs_mat x, const gs_conv_w *w, const gs_spans *from, int i, int centre)
{
    size_t bytes = sizeof(float) * (size_t)w->in;
    for (int tap = 0; tap < w->taps; tap++, out += w->in) {
        const float *row = i < 0 ? NULL : seen(x, w, from, i, centre, tap);
        if (row)
            memcpy(out, row, bytes);
        else
            memset(out, 0, bytes);
    }
}

static void full(gs_worker *wk, gs_mat y, gs_mat x, const gs_conv_w *w, const gs_spans *from, const gs_spans *to)
{
    const int *owner = owners(wk, to);
    const gs_linear_w flat = {w->w, w->b};
    int block = GS_CONV_BLOCKS * wk->gemm->rows;
    gs_mat hood = gs_mat_new(wk, y.rows < block ? y.rows : block, w->w.in);
    for (int beg = 0; beg < y.rows; beg += block) {
        int n = y.rows - beg < block ? y.rows - beg : block;
        for (int t = 0; t < n; t++) {
            int i = owner[beg + t];
            gather(gs_mat_row(hood, t), x, w, from, i, i < 0 ? 0 : centre_of(from, to, i, beg + t));
        }
        gs_linear_to(wk, (gs_mat){gs_mat_row(y, beg), n, w->out}, (gs_mat){hood.d, n, w->w.in}, &flat);
    }
}

static void multiply_add(float *y, const float *a, const float *b, int n)
{
    for (int i = 0; i < n; i++)
        y[i] += a[i] * b[i];
}

static void depthwise(gs_mat y, gs_mat x, const gs_conv_w *w, const gs_spans *from, const gs_spans *to)
{
    const float *weight = w->w.data;
    memset(y.d, 0, sizeof(float) * (size_t)y.rows * (size_t)y.cols);
    for (int i = 0; i < to->B; i++)
        for (int row = to->beg[i]; row < to->beg[i] + to->len[i]; row++) {
            for (int tap = 0; tap < w->taps; tap++) {
                const float *at = seen(x, w, from, i, centre_of(from, to, i, row), tap);
                if (at)
                    multiply_add(gs_mat_row(y, row), weight + (size_t)tap * (size_t)w->in, at, w->in);
            }
            for (int c = 0; w->b && c < w->out; c++)
                gs_mat_row(y, row)[c] += w->b[c];
        }
}

gs_mat gs_conv(gs_worker *wk, gs_mat x, const gs_conv_w *w, const gs_spans *from, const gs_spans *to)
{
    assert(x.cols == w->in && x.rows == from->rows && w->taps % 2 && (!w->depthwise || w->in == w->out));
    gs_mat y = gs_mat_new(wk, to->rows, w->out);
    gs_mark mark = gs_arena_mark(wk->arena);
    if (w->depthwise)
        depthwise(y, x, w, from, to);
    else
        full(wk, y, x, w, from, to);
    gs_arena_release(wk->arena, mark);
    return y;
}
