#include "model/bind.h"
#include <stdlib.h>
#include <string.h>

static int known_type(const gs_tensor *t)
{
    return t->dtype == GS_F32 || t->dtype == GS_F16 || t->dtype == GS_BF16;
}

enum { LISTED = 200, NAME = 300, ALIGN = 64 }; /* bytes of names per complaint; longest name; of memory */

/* Bytes that packed forms of all tensors that could have one take. */
static size_t packed_bytes(const gs_tensors *s)
{
    size_t sum = 0;
    for (size_t i = 0; i < s->n; i++) {
        const gs_tensor *t = &s->t[i];
        int in = t->ndim > 1 ? (int)t->shape[t->ndim - 1] : 0;
        gs_weight w = {.dtype = t->dtype, .in = in, .out = in ? (int)(gs_tensor_count(t) / in) : 0};
        if (in && known_type(t))
            sum += gs_gemm()->pack_bytes(&w);
    }
    return sum;
}

int gs_bind_begin(gs_binder *b, gs_model *m, gs_err *e)
{
    b->m = m;
    b->bundle = &m->bundle;
    b->used = calloc(b->bundle->tensors.n + 1, 1);
    b->pack = packed_bytes(&b->bundle->tensors) <= GS_PACKED_MOST;
    return b->used ? 0 : gs_fail_mem(e, "binding of weights", b->bundle->tensors.n);
}

/* One more name on a list; beyond LISTED bytes only the count goes on. */
static void complain(gs_str *list, int *count, const char *text)
{
    if (list->len < LISTED)
        gs_str_printf(list, "%s%s", *count ? ", " : "", text);
    else if (list->s && list->s[list->len - 1] != '.')
        gs_str_add(list, ", ...");
    ++*count;
}

static const char *wanted_shape(const gs_binder *b, const char *shape, char *out, size_t n)
{
    gs_tensor t = {.ndim = (int)strlen(shape)};
    for (int i = 0; i < t.ndim; i++)
        t.shape[i] = b->dims[(unsigned char)shape[i]];
    return gs_tensor_shape(&t, out, n);
}

static int same_shape(const gs_binder *b, const gs_tensor *t, const char *shape)
{
    if (t->ndim != (int)strlen(shape))
        return 0;
    for (int i = 0; i < t->ndim; i++)
        if (t->shape[i] != b->dims[(unsigned char)shape[i]])
            return 0;
    return 1;
}

int gs_tensor_floats(float *to, const gs_tensor *t)
{
    size_t n = (size_t)gs_tensor_count(t);
    const gs_kernels *k = gs_kernels_best();
    if (t->dtype == GS_F32) {
        memcpy(to, t->data, t->bytes);
        return 0;
    }
    if (t->dtype != GS_F16 && t->dtype != GS_BF16)
        return -1;
    uint16_t *copy = NULL;
    const uint16_t *from = t->data;
    if ((uintptr_t)t->data % sizeof *from) { /* odd addresses in a file of another's making */
        copy = malloc(t->bytes);
        if (!copy)
            return -1;
        memcpy(copy, t->data, t->bytes);
        from = copy;
    }
    (t->dtype == GS_BF16 ? k->from_bf16 : k->from_f16)(to, from, n);
    free(copy);
    return 0;
}

/* Memory that the bundle's tensors own; NULL: there is none. */
static void *room(gs_binder *b, size_t bytes)
{
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    void *p = aligned_alloc(ALIGN, bytes ? bytes : ALIGN);
    if (!p || gs_tensors_keep(&b->bundle->tensors, (gs_region){p, bytes, 0}, NULL)) {
        b->failed = 1;
        return NULL;
    }
    b->m->memory += (int64_t)bytes;
    return p;
}

static const float *as_f32(gs_binder *b, const gs_tensor *t)
{
    if (t->dtype == GS_F32 && (uintptr_t)t->data % sizeof(float) == 0)
        return t->data;
    float *to = room(b, (size_t)gs_tensor_count(t) * sizeof *to);
    if (to && gs_tensor_floats(to, t))
        b->failed = 1;
    return to;
}

/* As it lies, but for odd addresses in a file of another's making. */
static gs_weight as_weight(gs_binder *b, const gs_tensor *t)
{
    int in = (int)t->shape[t->ndim - 1];
    gs_weight w = {.data = t->data, .dtype = t->dtype, .in = in, .out = (int)(gs_tensor_count(t) / in)};
    if ((uintptr_t)t->data % gs_dtype_size(t->dtype)) {
        w.data = as_f32(b, t);
        w.dtype = GS_F32;
    }
    return w;
}

/* The same, to be multiplied with. */
static gs_weight as_matrix(gs_binder *b, const gs_tensor *t)
{
    gs_weight w = as_weight(b, t);
    if (t->ndim == 3) { /* a convolution's taps lie side by side */
        w.in *= (int)t->shape[1];
        w.out = (int)t->shape[0];
    }
    size_t bytes = b->pack && !b->failed ? gs_gemm()->pack_bytes(&w) : 0;
    void *packed = bytes ? room(b, bytes) : NULL;
    if (packed)
        gs_gemm()->pack(packed, &w);
    w.packed = packed;
    return w;
}

/* The tensor of that name, in that shape; NULL, with a complaint: there is none. */
static const gs_tensor *want(gs_binder *b, const char *layer_name, const char *part, const char *shape, int layer)
{
    char pattern[NAME], ours[NAME], name[NAME], has[80], wants[80], text[2 * NAME];
    snprintf(pattern, sizeof pattern, "%s.%s", layer_name, part);
    gs_name_format(pattern, &layer, ours, sizeof ours);
    gs_name_upstream(b->bundle->names, ours, name, sizeof name);
    const gs_tensor *t = gs_tensors_find(&b->bundle->tensors, ours);
    if (!t) {
        complain(&b->missing, &b->n_missing, name);
        return NULL;
    }
    b->used[t - b->bundle->tensors.t] = 1;
    if (known_type(t) && same_shape(b, t, shape))
        return t;
    snprintf(text, sizeof text, "%s is %s %s instead of %s", name, gs_dtype_name(t->dtype),
             gs_tensor_shape(t, has, sizeof has), known_type(t) ? wanted_shape(b, shape, wants, sizeof wants)
                                                                : "F32, F16 or BF16");
    complain(&b->misshapen, &b->n_misshapen, text);
    return NULL;
}

static gs_conv_w as_conv(gs_binder *b, const gs_tensor *t, const float *bias)
{
    if (t->ndim == 2) { /* depthwise: [taps, D] */
        int D = (int)t->shape[1];
        gs_weight w = {as_f32(b, t), GS_F32, D, (int)t->shape[0], NULL};
        return (gs_conv_w){.w = w, .b = bias, .in = D, .out = D, .taps = w.out, .dilation = 1, .depthwise = 1};
    }
    return (gs_conv_w){.w = as_matrix(b, t), .b = bias, .in = (int)t->shape[2], .out = (int)t->shape[0],
                       .taps = (int)t->shape[1], .dilation = 1};
}

static void fill(gs_binder *b, void *field, gs_bind_kind kind, const gs_tensor *t, const float *bias)
{
    switch (kind) {
    case GS_BIND_TABLE: *(gs_weight *)field = as_weight(b, t); break;
    case GS_BIND_FLOATS: *(const float **)field = as_f32(b, t); break;
    case GS_BIND_LINEAR: *(gs_linear_w *)field = (gs_linear_w){as_matrix(b, t), bias}; break;
    case GS_BIND_NORM: *(gs_norm_w *)field = (gs_norm_w){as_f32(b, t), bias, b->norm.eps, b->norm.kind}; break;
    case GS_BIND_CONV: *(gs_conv_w *)field = as_conv(b, t, bias); break;
    }
}

static void bind_row(gs_binder *b, void *field, const gs_bind_row *row, int layer)
{
    const gs_tensor *t = want(b, row->tied ? row->tied : row->name, "weight", row->shape, layer), *bias = NULL;
    int depthwise = row->kind == GS_BIND_CONV && !row->shape[2];
    const char outputs[] = {row->shape[depthwise], 0};
    if (row->kind > GS_BIND_FLOATS && (row->bias & b->features) == row->bias)
        bias = want(b, row->name, "bias", outputs, layer);
    const float *bias_floats = bias ? as_f32(b, bias) : NULL;
    if (t && !b->failed)
        fill(b, field, row->kind, t, bias_floats);
}

void gs_bind(gs_binder *b, void *base, const gs_bind_row *rows, int layer)
{
    for (; rows->name && !b->failed; rows++)
        if ((rows->when & b->features) == rows->when)
            bind_row(b, (char *)base + rows->field, rows, layer);
}

static void add_part(gs_str *s, const char *what, int n, const gs_str *list)
{
    if (n)
        gs_str_printf(s, "%s%d %s (%s)", s->len ? "; " : "", n, what, list->s ? list->s : "");
}

static int report(gs_binder *b, gs_err *e)
{
    gs_str s = {0};
    char name[NAME];
    const gs_tensors *set = &b->bundle->tensors;
    for (size_t i = 0; i < set->n; i++)
        if (!b->used[i])
            complain(&b->surplus, &b->n_surplus, gs_name_upstream(b->bundle->names, set->t[i].name, name, sizeof name));
    add_part(&s, "missing", b->n_missing, &b->missing);
    add_part(&s, "of another shape or type", b->n_misshapen, &b->misshapen);
    add_part(&s, "that the configuration does not account for", b->n_surplus, &b->surplus);
    int ret = 0;
    if (b->failed || s.failed)
        ret = gs_fail(e, GS_ENOMEM, "%s: not enough memory for the weights as 32-bit numbers", b->bundle->path);
    else if (s.len)
        ret = gs_fail(e, GS_EMODEL, "%s: its tensors do not fit its configuration: %s", b->bundle->path, s.s);
    gs_str_free(&s);
    return ret;
}

int gs_bind_finish(gs_binder *b, gs_err *e)
{
    int ret = report(b, e);
    gs_str_free(&b->missing);
    gs_str_free(&b->misshapen);
    gs_str_free(&b->surplus);
    free(b->used);
    b->used = NULL;
    return ret;
}
