/* Weights bind by table: a row binds a whole layer, its tensors, sizes and biases. Every missing or misshapen tensor is
 * named in one message, surplus tensors too. */
#ifndef GS_BIND_H
#define GS_BIND_H
#include "base/str.h"
#include "model/model.h"

/* What a row binds, by the tensors NAME.weight and NAME.bias:
 *   TABLE   gs_weight    rows of the last dimension, as many as the others multiply to; no bias
 *   FLOATS  const float * the same as 32-bit numbers
 *   LINEAR  gs_linear_w  [out, in]
 *   NORM    gs_norm_w    [D]; kind and eps are the binder's
 *   CONV    gs_conv_w    [out, taps, in], or depthwise [taps, D]; dilation 1 */
typedef enum { GS_BIND_TABLE, GS_BIND_FLOATS, GS_BIND_LINEAR, GS_BIND_NORM, GS_BIND_CONV } gs_bind_kind;

typedef struct {
    gs_bind_kind kind;
    size_t field;            /* offsetof the layer in the struct given to gs_bind */
    const char *name;        /* may hold one %d for the number of the layer; NULL ends a table */
    const char *shape;       /* of the weight: one letter per dimension, looked up in dims */
    unsigned when;           /* features that must all be on for the layer to exist */
    unsigned bias;           /* and those for its bias */
    const char *tied;        /* the layer whose weight this one shares; NULL: its own */
} gs_bind_row;

/* Rows of tables: GS_LINEAR(struct, field, .name = ..., .shape = ...). A field of another type does not compile. */
#define GS_BIND_FIELD(type, S, f) _Generic(((S *)0)->f, type: offsetof(S, f))
#define GS_TABLE(S, f, ...) {.kind = GS_BIND_TABLE, .field = GS_BIND_FIELD(gs_weight, S, f), __VA_ARGS__}
#define GS_FLOATS(S, f, ...) {.kind = GS_BIND_FLOATS, .field = GS_BIND_FIELD(const float *, S, f), __VA_ARGS__}
#define GS_LINEAR(S, f, ...) {.kind = GS_BIND_LINEAR, .field = GS_BIND_FIELD(gs_linear_w, S, f), __VA_ARGS__}
#define GS_NORM(S, f, ...) {.kind = GS_BIND_NORM, .field = GS_BIND_FIELD(gs_norm_w, S, f), __VA_ARGS__}
#define GS_CONV(S, f, ...) {.kind = GS_BIND_CONV, .field = GS_BIND_FIELD(gs_conv_w, S, f), __VA_ARGS__}

/* The caller sets the first group of fields, then begin, any number of bind, and finish if begin was 0. */
typedef struct {
    int64_t dims[128];       /* sizes by letter */
    unsigned features;       /* bits of the architecture's own */
    gs_norm_w norm;          /* kind and eps of norms */

    gs_model *m;
    gs_bundle *bundle;       /* of m */
    int pack;                /* are weights packed, which may widen narrow ones? */
    char *used;              /* by place in the bundle's tensors */
    gs_str missing, misshapen, surplus;
    int n_missing, n_misshapen, n_surplus;
    int failed;              /* out of memory */
} gs_binder;

/* A tensor's elements as 32-bit numbers; -1: it is of another type than F32, F16, BF16, or out of memory. */
int gs_tensor_floats(float *to, const gs_tensor *t);

int gs_bind_begin(gs_binder *b, gs_model *m, gs_err *e);
/* Bind the layers of a table. Vectors and depthwise weights become 32-bit numbers; tables and matrices stay as they lie
 * in the file, matrices with a packed form beside them (kernel/gemm.h) unless the model's would take more than
 * GS_PACKED_MOST bytes. What is allocated belongs to the model, which counts it (m->memory). base: the struct that
 * the fields lie in. */
void gs_bind(gs_binder *b, void *base, const gs_bind_row *rows, int layer);
int gs_bind_finish(gs_binder *b, gs_err *e);

#define GS_PACKED_MOST ((size_t)2 << 30)
#endif
