/* Tensors that are not row-major, copied so that they are. */
#ifndef GS_STRIDED_H
#define GS_STRIDED_H
#include "model/tensors.h"

/* to[] of t's shape from from[] with strides in elements; everything within bounds is up to the caller. */
void gs_strided_copy(char *to, const char *from, const gs_tensor *t, const int64_t *stride);
/* Would the elements lie one after the other in row-major order? */
int gs_strided_contiguous(const gs_tensor *t, const int64_t *stride);
#endif
