/* Types of numbers as files store them. */
#ifndef GS_DTYPE_H
#define GS_DTYPE_H
#include <stddef.h>

typedef enum {
    GS_F32, GS_F16, GS_BF16, GS_F64, GS_I64, GS_I32, GS_I16, GS_I8, GS_U8, GS_BOOL, GS_DTYPE_COUNT
} gs_dtype;
size_t gs_dtype_size(gs_dtype d);
const char *gs_dtype_name(gs_dtype d);   /* as safetensors writes it: "F32", "BF16", ... */
int gs_dtype_find(const char *name);     /* -1: none of these */
#endif
