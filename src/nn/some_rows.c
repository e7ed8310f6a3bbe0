#include "nn/hyena.h"

static gs_mat some_rows(gs_mat x, int beg)
{
    int left = x.rows - beg;
    return (gs_mat){gs_mat_row(x, beg), left < GS_SOME_ROWS ? left : GS_SOME_ROWS, x.cols};
}

gs_mat gs_norm_linear(gs_worker *wk, gs_mat x, const gs_norm_w *norm, const gs_linear_w *w)
{
    gs_mat y = gs_mat_new(wk, x.rows, w->w.out);
    for (int beg = 0; beg < x.rows; beg += GS_SOME_ROWS) {
        gs_mark mark = gs_arena_mark(wk->arena);
        gs_linear_to(wk, some_rows(y, beg), gs_norm(wk, some_rows(x, beg), norm), w);
        gs_arena_release(wk->arena, mark);
    }
    return y;
}

void gs_add_linear(gs_worker *wk, gs_mat x, gs_mat u, const gs_linear_w *w)
{
    for (int beg = 0; beg < x.rows; beg += GS_SOME_ROWS) {
        gs_mark mark = gs_arena_mark(wk->arena);
        gs_add(wk, some_rows(x, beg), gs_linear(wk, some_rows(u, beg), w));
        gs_arena_release(wk->arena, mark);
    }
}

void gs_add_branch(gs_worker *wk, gs_mat x, gs_mat (*branch)(gs_worker *wk, const void *w, gs_mat x), const void *w)
{
    for (int beg = 0; beg < x.rows; beg += GS_SOME_ROWS) {
        gs_mark mark = gs_arena_mark(wk->arena);
        gs_mat part = some_rows(x, beg);
        gs_add(wk, part, branch(wk, w, part));
        gs_arena_release(wk->arena, mark);
    }
}
