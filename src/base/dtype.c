#include "base/dtype.h"
#include <string.h>

static const struct { const char *name; size_t size; } dtypes[GS_DTYPE_COUNT] = {
    [GS_F32] = {"F32", 4}, [GS_F16] = {"F16", 2}, [GS_BF16] = {"BF16", 2}, [GS_F64] = {"F64", 8},
    [GS_I64] = {"I64", 8}, [GS_I32] = {"I32", 4}, [GS_I16] = {"I16", 2},   [GS_I8] = {"I8", 1},
    [GS_U8] = {"U8", 1},   [GS_BOOL] = {"BOOL", 1},
};

size_t gs_dtype_size(gs_dtype d) { return dtypes[d].size; }
const char *gs_dtype_name(gs_dtype d) { return dtypes[d].name; }

int gs_dtype_find(const char *name)
{
    for (int d = 0; d < GS_DTYPE_COUNT; d++)
        if (!strcmp(dtypes[d].name, name))
            return d;
    return -1;
}
