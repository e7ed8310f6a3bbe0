/* A matrix of weights as the model stores it. Rows may be narrow (F16, BF16): whoever needs 32-bit numbers widens what
 * it needs, so that a large model stays mapped and shared between processes. */
#ifndef GS_WEIGHT_H
#define GS_WEIGHT_H
#include "base/dtype.h"

typedef struct {
    const void *data;        /* [out, in], row-major; aligned to its numbers */
    gs_dtype dtype;          /* GS_F32, GS_F16 or GS_BF16 */
    int in, out;
    const void *packed;      /* the same in the form of the back-end of products, kernel/gemm.h; NULL: not packed */
} gs_weight;

/* Rows first .. first + n as 32-bit numbers [n, in]: in place where they are that already, else widened into room. */
const float *gs_weight_rows(const gs_weight *w, int first, int n, float *room);
#endif
