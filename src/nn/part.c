#include "nn/hyena.h"

typedef struct { gs_mat y, x; int part, parts, run, gate; } parting;

static void rows(gs_worker *wk, void *arg, int beg, int end)
{
    (void)wk;
    const parting *p = arg;
    for (int t = beg; t < end; t++) {
        const float *from = gs_mat_row(p->x, t) + p->part * p->run;
        float *to = gs_mat_row(p->y, t);
        for (int c = 0; c < p->y.cols; c += p->run, from += p->parts * p->run)
            for (int i = 0; i < p->run; i++)
                to[c + i] = p->gate ? to[c + i] * from[i] : from[i];
    }
}

gs_mat gs_part(gs_worker *wk, gs_mat x, int part, int parts, int run)
{
    gs_mat y = gs_mat_new(wk, x.rows, x.cols / parts);
    gs_parallel_rows(wk, x.rows, 1, rows, &(parting){y, x, part, parts, run, 0});
    return y;
}

void gs_gate_part(gs_worker *wk, gs_mat y, gs_mat x, int part, int run)
{
    gs_parallel_rows(wk, x.rows, 1, rows, &(parting){y, x, part, x.cols / y.cols, run, 1});
}
