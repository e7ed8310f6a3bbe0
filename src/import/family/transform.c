/* From a tensor as upstream keeps it to ours: one function for each gs_transform. */
#include <stdlib.h>
#include <string.h>
#include "import/family/family.h"

static int split(gs_tensor *t, const gs_name_map *row, gs_bundle *b, gs_err *e)
{
    (void)b;
    if (!t->ndim || t->shape[0] % row->parts)
        return gs_fail(e, GS_EMODEL, "tensor %s cannot be cut into %d equal parts", t->name, row->parts);
    t->shape[0] /= row->parts;
    t->bytes /= (size_t)row->parts;
    t->data = (const char *)t->data + t->bytes * (size_t)row->part;
    return 0;
}

/* Room for a tensor's new data, which belongs to the bundle. NULL: out of memory. */
static char *new_data(gs_tensor *t, gs_bundle *b, gs_err *e)
{
    char *to = malloc(t->bytes + 1);
    if (!to)
        gs_fail_mem(e, "a tensor in another order", t->bytes);
    else if (gs_tensors_keep(&b->tensors, (gs_region){to, t->bytes, 0}, e))
        to = NULL;
    if (to)
        t->data = to;
    return to;
}

/* Conv1D of GPT-2 multiplies from the other side. */
static int columns(gs_tensor *t, const gs_name_map *row, gs_bundle *b, gs_err *e)
{
    if (t->ndim != 2 || t->shape[1] % row->parts)
        return gs_fail(e, GS_EMODEL, "tensor %s cannot be cut into %d equal parts", t->name, row->parts);
    size_t size = gs_dtype_size(t->dtype), in = (size_t)t->shape[0], all = (size_t)t->shape[1];
    size_t out = all / (size_t)row->parts;
    const char *from = (const char *)t->data + out * (size_t)row->part * size;
    t->shape[0] = (int64_t)out;
    t->shape[1] = (int64_t)in;
    t->bytes /= (size_t)row->parts;
    char *to = new_data(t, b, e);
    for (size_t o = 0; to && o < out; o++)
        for (size_t i = 0; i < in; i++, to += size)
            memcpy(to, from + (i * all + o) * size, size);
    return to ? 0 : -GS_ENOMEM;
}

/* Elements [a][b][c] of `from` to [a][c][b]. */
static void swap_inner(char *to, const char *from, const int64_t shape[3], size_t size)
{
    for (int64_t a = 0; a < shape[0]; a++)
        for (int64_t c = 0; c < shape[2]; c++)
            for (int64_t b = 0; b < shape[1]; b++, to += size)
                memcpy(to, from + (size_t)((a * shape[1] + b) * shape[2] + c) * size, size);
}

static int conv(gs_tensor *t, const gs_name_map *row, gs_bundle *b, gs_err *e)
{
    (void)row;
    if (t->ndim != 3)
        return 0; /* the binder will say so */
    int depthwise = t->shape[1] == 1 && t->shape[0] > 1;
    int64_t A = depthwise ? 1 : t->shape[0], B = depthwise ? t->shape[0] : t->shape[1], K = t->shape[2];
    const char *from = t->data;
    char *to = new_data(t, b, e);
    if (!to)
        return -GS_ENOMEM;
    swap_inner(to, from, (int64_t[]){A, B, K}, gs_dtype_size(t->dtype));
    t->ndim = depthwise ? 2 : 3;
    t->shape[0] = depthwise ? K : A;
    t->shape[1] = depthwise ? B : K;
    t->shape[2] = B;
    return 0;
}

static int matrix(gs_tensor *t, const gs_name_map *row, gs_bundle *b, gs_err *e)
{
    (void)row;
    (void)b;
    (void)e;
    if (t->ndim == 3 && t->shape[2] == 1)
        t->ndim = 2;
    return 0;
}

int gs_transform_tensor(gs_tensor *t, const gs_name_map *row, gs_bundle *b, gs_err *e)
{
    static int (*const transforms[])(gs_tensor *, const gs_name_map *, gs_bundle *, gs_err *) = {
        [GS_T_SPLIT] = split, [GS_T_EACH] = split,    [GS_T_COLUMNS] = columns,
        [GS_T_CONV] = conv,   [GS_T_MATRIX] = matrix, [GS_T_DROP] = NULL};
    return transforms[row->how] ? transforms[row->how](t, row, b, e) : 0;
}
