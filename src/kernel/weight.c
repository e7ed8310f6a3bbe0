#include "kernel/weight.h"
#include <stdint.h>
#include "kernel/kernel.h"

const float *gs_weight_rows(const gs_weight *w, int first, int n, float *room)
{
    size_t at = (size_t)first * (size_t)w->in, count = (size_t)n * (size_t)w->in;
    if (w->dtype == GS_F32)
        return (const float *)w->data + at;
    const gs_kernels *k = gs_kernels_best();
    (w->dtype == GS_BF16 ? k->from_bf16 : k->from_f16)(room, (const uint16_t *)w->data + at, count);
    return room;
}
