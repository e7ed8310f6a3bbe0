/* Weights bind by table: which tensor goes where, in which shape, under which condition. Every missing or misshapen
 * tensor is named in one message, surplus tensors too. */
#ifndef GS_BIND_H
#define GS_BIND_H
#include "base/str.h"
#include "model/model.h"

/* One tensor. name: may hold one %d for the layer. field: offsetof a const float * in the struct given to gs_bind.
 * shape: one letter per dimension, looked up in dims. when: features that must all be on for the tensor to exist.
 * Tables end with a name of NULL. */
typedef struct { const char *name; size_t field; const char *shape; unsigned when; } gs_bind_row;

typedef struct {
    gs_bundle *bundle;
    int64_t dims[26];        /* of the letters A .. Z */
    unsigned features;
    char *used;              /* by place in the bundle's tensors */
    int64_t memory;          /* bytes that were allocated */
    gs_str missing, misshapen, surplus;
    int n_missing, n_misshapen, n_surplus;
    int failed;              /* out of memory */
} gs_binder;

/* A tensor's elements as 32-bit numbers; -1: it is of another type than F32, F16, BF16, or out of memory. */
int gs_tensor_floats(float *to, const gs_tensor *t);

/* {.bundle, .dims, .features} are set by the caller; then begin, any number of bind, and always finish. */
int gs_bind_begin(gs_binder *b, gs_err *e);
/* Matrices become f32, on memory that the bundle's tensors own; the mapping itself is used where it is f32 already.
 * base: the struct that the fields lie in. */
void gs_bind(gs_binder *b, void *base, const gs_bind_row *rows, int layer);
int gs_bind_finish(gs_binder *b, gs_err *e);
#endif
