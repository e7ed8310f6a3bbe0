#include "model/bind.h"
#include <stdlib.h>
#include <string.h>

enum { LISTED = 200, NAME = 300 }; /* bytes of names per complaint; longest name */

int gs_bind_begin(gs_binder *b, gs_err *e)
{
    b->used = calloc(b->bundle->tensors.n + 1, 1);
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
        t.shape[i] = b->dims[shape[i] - 'A'];
    return gs_tensor_shape(&t, out, n);
}

static int same_shape(const gs_binder *b, const gs_tensor *t, const char *shape)
{
    if (t->ndim != (int)strlen(shape))
        return 0;
    for (int i = 0; i < t->ndim; i++)
        if (t->shape[i] != b->dims[shape[i] - 'A'])
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

static const float *as_f32(gs_binder *b, const gs_tensor *t)
{
    if (t->dtype == GS_F32 && (uintptr_t)t->data % sizeof(float) == 0)
        return t->data;
    size_t bytes = ((size_t)gs_tensor_count(t) * sizeof(float) + 63) / 64 * 64;
    float *to = aligned_alloc(64, bytes ? bytes : 64);
    if (!to || gs_tensors_keep(&b->bundle->tensors, (gs_region){to, bytes, 0}, NULL)) {
        b->failed = 1;
        return NULL;
    }
    if (gs_tensor_floats(to, t))
        b->failed = 1;
    b->memory += (int64_t)bytes;
    return to;
}

static void bind_row(gs_binder *b, const float **field, const gs_bind_row *row, int layer)
{
    char ours[NAME], name[NAME], has[80], wants[80], text[2 * NAME];
    gs_name_format(row->name, layer, ours, sizeof ours);
    gs_name_upstream(b->bundle->names, ours, name, sizeof name);
    const gs_tensor *t = gs_tensors_find(&b->bundle->tensors, ours);
    if (!t) {
        complain(&b->missing, &b->n_missing, name);
        return;
    }
    b->used[t - b->bundle->tensors.t] = 1;
    int known = t->dtype == GS_F32 || t->dtype == GS_F16 || t->dtype == GS_BF16;
    if (known && same_shape(b, t, row->shape)) {
        *field = as_f32(b, t);
        return;
    }
    snprintf(text, sizeof text, "%s is %s %s instead of %s", name, gs_dtype_name(t->dtype),
             gs_tensor_shape(t, has, sizeof has), known ? wanted_shape(b, row->shape, wants, sizeof wants)
                                                         : "F32, F16 or BF16");
    complain(&b->misshapen, &b->n_misshapen, text);
}

void gs_bind(gs_binder *b, void *base, const gs_bind_row *rows, int layer)
{
    for (; rows->name && !b->failed; rows++)
        if ((rows->when & b->features) == rows->when)
            bind_row(b, (const float **)(void *)((char *)base + rows->field), rows, layer);
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
