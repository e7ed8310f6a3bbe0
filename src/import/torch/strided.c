#include "import/torch/strided.h"
#include <string.h>

enum { TILE = 16 }; /* square pieces: rows of one side and columns of the other stay in the cache */

typedef struct { int64_t rows, cols, row_step, col_step; size_t size; } plane;

static void copy_element(char *to, const char *from, size_t size)
{
    switch (size) {
    case 2: memcpy(to, from, 2); break;
    case 4: memcpy(to, from, 4); break;
    case 8: memcpy(to, from, 8); break;
    default: *to = *from;
    }
}

static void copy_tile(char *to, const char *from, const plane *p, int64_t r0, int64_t c0)
{
    int64_t size = (int64_t)p->size;
    for (int64_t r = r0; r < p->rows && r < r0 + TILE; r++)
        for (int64_t c = c0; c < p->cols && c < c0 + TILE; c++)
            copy_element(to + (r * p->cols + c) * size, from + (r * p->row_step + c * p->col_step) * size, p->size);
}

static void copy_plane(char *to, const char *from, const plane *p)
{
    for (int64_t r = 0; r < p->rows; r += TILE)
        for (int64_t c = 0; c < p->cols; c += TILE)
            copy_tile(to, from, p, r, c);
}

/* The last two axes are planes; the others count through like the digits of a number. */
void gs_strided_copy(char *to, const char *from, const gs_tensor *t, const int64_t *stride)
{
    int n = t->ndim, outer = n > 2 ? n - 2 : 0;
    int64_t digit[GS_MAX_DIMS] = {0}, planes = 1, at = 0;
    plane p = {n > 1 ? t->shape[n - 2] : 1, n ? t->shape[n - 1] : 1, n > 1 ? stride[n - 2] : 0, n ? stride[n - 1] : 0,
               gs_dtype_size(t->dtype)};
    for (int i = 0; i < outer; i++)
        planes *= t->shape[i];
    for (int64_t k = 0; k < planes; k++) {
        copy_plane(to + (size_t)(k * p.rows * p.cols) * p.size, from + at * (int64_t)p.size, &p);
        for (int i = outer - 1; i >= 0; i--) {
            at += stride[i];
            if (++digit[i] < t->shape[i])
                break;
            at -= stride[i] * digit[i];
            digit[i] = 0;
        }
    }
}

int gs_strided_contiguous(const gs_tensor *t, const int64_t *stride)
{
    int64_t want = 1;
    for (int i = t->ndim - 1; i >= 0; i--) {
        if (t->shape[i] != 1 && stride[i] != want)
            return 0;
        want *= t->shape[i];
    }
    return 1;
}
