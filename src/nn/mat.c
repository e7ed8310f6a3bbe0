#include <string.h>
#include "nn/nn.h"

gs_mat gs_mat_new(gs_worker *wk, int rows, int cols)
{
    return (gs_mat){gs_new(wk->arena, float, (size_t)rows * (size_t)cols), rows, cols};
}

float *gs_mat_row(gs_mat x, int row)
{
    return x.d + (size_t)row * (size_t)x.cols;
}

void gs_add(gs_worker *wk, gs_mat x, gs_mat y)
{
    wk->k->add(x.d, y.d, (size_t)x.rows * (size_t)x.cols);
}

gs_mat gs_rows(gs_worker *wk, gs_mat x, const int *row, int n)
{
    if (!row)
        return x;
    gs_mat y = gs_mat_new(wk, n, x.cols);
    for (int i = 0; i < n; i++)
        memcpy(gs_mat_row(y, i), gs_mat_row(x, row[i]), sizeof(float) * (size_t)x.cols);
    return y;
}
