#include <stdlib.h>
#include <string.h>
#include "import/import.h"

/* Elements [a][b][c] of `from` to [a][c][b]. */
static void swap_inner(char *to, const char *from, const int64_t shape[3], size_t size)
{
    for (int64_t a = 0; a < shape[0]; a++)
        for (int64_t c = 0; c < shape[2]; c++)
            for (int64_t b = 0; b < shape[1]; b++, to += size)
                memcpy(to, from + (size_t)((a * shape[1] + b) * shape[2] + c) * size, size);
}

static int turn(gs_tensors *set, gs_tensor *t, int depthwise, gs_err *e)
{
    char *to = malloc(t->bytes ? t->bytes : 1);
    int64_t A = depthwise ? 1 : t->shape[0], B = depthwise ? t->shape[0] : t->shape[1], K = t->shape[2];
    if (!to || gs_tensors_keep(set, (gs_region){to, t->bytes, 0}, e))
        return gs_fail_mem(e, "a convolution's weights", t->bytes);
    swap_inner(to, t->data, (int64_t[]){A, B, K}, gs_dtype_size(t->dtype));
    t->data = to;
    t->ndim = depthwise ? 2 : 3;
    t->shape[0] = depthwise ? K : A;
    t->shape[1] = depthwise ? B : K;
    t->shape[2] = B;
    return 0;
}

int gs_import_conv(gs_bundle *b, const char *pattern, int depthwise, gs_err *e)
{
    int ret = 0, number;
    for (size_t i = 0; i < b->tensors.n && !ret; i++) {
        gs_tensor *t = &b->tensors.t[i];
        if (t->ndim != 3 || !gs_name_match(pattern, t->name, &number))
            continue;
        int apart = depthwise && number > 0;
        if (!apart || t->shape[1] == 1)
            ret = turn(&b->tensors, t, apart, e);
    }
    return ret;
}
