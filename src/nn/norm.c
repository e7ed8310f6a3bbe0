#include <string.h>
#include "nn/nn.h"

gs_mat gs_norm(gs_run *r, gs_mat x, const gs_norm_w *w)
{
    gs_mat y = gs_mat_new(r, x.rows, x.cols);
    size_t n = (size_t)x.cols;
    if (w->kind == GS_NORM_NONE)
        memcpy(y.d, x.d, sizeof(float) * (size_t)x.rows * n);
    for (int t = 0; w->kind == GS_NORM_LAYER && t < x.rows; t++)
        r->k->layernorm(gs_mat_row(y, t), gs_mat_row(x, t), w->g, w->b, w->eps, n);
    for (int t = 0; w->kind == GS_NORM_RMS && t < x.rows; t++)
        r->k->rmsnorm(gs_mat_row(y, t), gs_mat_row(x, t), w->g, w->eps, n);
    return y;
}

gs_mat gs_group_norm(gs_run *r, gs_mat x, const gs_norm_w *w, const gs_spans *s)
{
    gs_mat y = gs_mat_new(r, x.rows, x.cols);
    size_t D = (size_t)x.cols;
    memset(y.d, 0, sizeof(float) * (size_t)x.rows * D);
    for (int i = 0; i < s->B; i++) {
        if (s->len[i])
            r->k->layernorm(gs_mat_row(y, s->beg[i]), gs_mat_row(x, s->beg[i]), NULL, NULL, w->eps, (size_t)s->len[i] * D);
        for (int t = s->beg[i]; t < s->beg[i] + s->len[i]; t++) {
            r->k->mul(gs_mat_row(y, t), w->g, D);
            r->k->add(gs_mat_row(y, t), w->b, D);
        }
    }
    return y;
}
