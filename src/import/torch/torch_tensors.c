/* From the object in a checkpoint to named tensors. */
#include <stdlib.h>
#include <string.h>
#include "import/torch/strided.h"
#include "import/torch/torch.h"

enum { MOST = 100000 /* tensors */, NESTED = 3 /* dicts within dicts */, MAX_NAME = 256 };

typedef const gs_pickle_value value;
typedef struct { gs_torch *t; gs_tensors *set; gs_err *e; } reader;

/* The arguments of the function that rebuilds a tensor, and which function. */
typedef struct { gs_pickle_use use; value *storage, *offset, *size, *stride, *dtype; } view;

static int bad(const reader *r, const char *name, const char *what)
{
    return gs_fail(r->e, GS_EMODEL, "%s: tensor %s %s", r->t->path, name, what);
}

/* ---- the dict of tensors ---- */

static int has_tensor(const gs_pickle *p, value *dict)
{
    for (int32_t c = dict->head; c >= 0; c = p->cell[p->cell[c].next].next)
        if (gs_pickle_at(p, p->cell[p->cell[c].next].value)->kind == GS_PV_TENSOR)
            return 1;
    return 0;
}

/* The innermost dict of tensors: tensors beside it, such as the number of steps done, are no weights. */
static value *find_state(const gs_pickle *p, value *dict, int depth)
{
    static const char *const keys[] = {"state_dict", "model_state_dict", "model", "module"};
    value *found = NULL;
    if (!dict || dict->kind != GS_PV_DICT)
        return NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !found && depth < NESTED; i++)
        found = find_state(p, gs_pickle_key(p, dict, keys[i]), depth + 1);
    return found ? found : has_tensor(p, dict) ? dict : NULL;
}

/* ---- one tensor ---- */

/* Parameters and subclasses of tensors wrap a tensor: what is inside. Each unwrapping is a value of its own, made
 * before the next, so the way ends. */
static int find_view(const gs_pickle *p, value *v, view *out)
{
    for (int depth = 0; v && v->kind == GS_PV_TENSOR && depth < NESTED && v->of.name->use == GS_PN_PARAMETER; depth++)
        v = gs_pickle_item(p, v, 0);
    if (!v || v->kind != GS_PV_TENSOR)
        return -1;
    gs_pickle_use use = v->of.name->use;
    if (use == GS_PN_TENSOR_TYPE) { /* function, type, arguments */
        value *function = gs_pickle_item(p, v, 0);
        v = gs_pickle_item(p, v, 2);
        if (!v || v->kind != GS_PV_TUPLE || function->kind != GS_PV_NAME)
            return -1;
        use = function->of.name->use;
    }
    if (use != GS_PN_TENSOR && use != GS_PN_TENSOR_DTYPE)
        return -1;
    *out = (view){use, gs_pickle_item(p, v, 0), gs_pickle_item(p, v, 1), gs_pickle_item(p, v, 2),
                  gs_pickle_item(p, v, 3), gs_pickle_item(p, v, 6)};
    return 0;
}

/* Non-negative whole numbers of a tuple; returns how many, -1: they are not that. */
static int read_numbers(const gs_pickle *p, value *tuple, int64_t out[GS_MAX_DIMS])
{
    if (!tuple || (tuple->kind != GS_PV_TUPLE && tuple->kind != GS_PV_LIST) || tuple->n > GS_MAX_DIMS)
        return -1;
    for (int i = 0; i < tuple->n; i++) {
        value *v = gs_pickle_item(p, tuple, i);
        if (v->kind != GS_PV_INT || v->of.i < 0)
            return -1;
        out[i] = v->of.i;
    }
    return tuple->n;
}

/* The dtype is the storage's, but for untyped storages. */
static int read_dtype(const view *v, gs_dtype storage, gs_dtype *out)
{
    *out = storage;
    if (v->use == GS_PN_TENSOR)
        return 0;
    if (!v->dtype || v->dtype->kind != GS_PV_NAME || v->dtype->of.name->use != GS_PN_DTYPE)
        return -1;
    *out = v->dtype->of.name->dtype;
    return 0;
}

/* A part of a storage, as files of old have them: (key, offset, elements). */
static int cut(const gs_pickle *p, const gs_torch_id *id, gs_torch_storage *s)
{
    if (!id->view)
        return 0;
    value *offset = gs_pickle_item(p, id->view, 1), *n = gs_pickle_item(p, id->view, 2);
    if (!n || offset->kind != GS_PV_INT || n->kind != GS_PV_INT || offset->of.i < 0 || n->of.i < 0)
        return -1;
    if (offset->of.i > id->count || n->of.i > id->count - offset->of.i)
        return -1;
    s->data += (size_t)offset->of.i * gs_dtype_size(id->dtype);
    s->bytes = (size_t)n->of.i * gs_dtype_size(id->dtype);
    return 0;
}

static int find_storage(const reader *r, value *v, const char *name, gs_torch_id *id, gs_torch_storage *s)
{
    size_t bytes;
    if (!v || v->kind != GS_PV_STORAGE || gs_torch_read_id(&r->t->pickle, v, id))
        return bad(r, name, "has a storage that makes no sense");
    int at = gs_strmap_get(&r->t->index, id->key->of.s, (size_t)id->key->n);
    if (at < 0)
        return bad(r, name, "has no storage in the file");
    gs_torch_storage *whole = &r->t->storage[at];
    if (__builtin_mul_overflow((size_t)id->count, gs_dtype_size(id->dtype), &bytes) || bytes != whole->bytes)
        return gs_fail(r->e, GS_EMODEL, "%s: the storage of tensor %s has %zu bytes where it should have %lld elements "
                       "of %zu", r->t->path, name, whole->bytes, (long long)id->count, gs_dtype_size(id->dtype));
    int ret = whole->data ? 0 : gs_torch_load(r->t, whole, r->set, r->e);
    if (ret)
        return ret;
    *s = *whole;
    return cut(&r->t->pickle, id, s) ? bad(r, name, "has a view that lies outside its storage") : 0;
}

/* Bytes that the shape makes, and the place after the last element, in elements. */
static int measure(gs_tensor *t, const int64_t *stride, int64_t offset, int64_t *end)
{
    int64_t count = 1, last = offset, step;
    for (int i = 0; i < t->ndim; i++)
        if (__builtin_mul_overflow(count, t->shape[i], &count))
            return -1;
    if (__builtin_mul_overflow((size_t)count, gs_dtype_size(t->dtype), &t->bytes))
        return -1;
    *end = offset;
    for (int i = 0; i < t->ndim && count; i++)
        if (__builtin_mul_overflow(t->shape[i] - 1, stride[i], &step) || __builtin_add_overflow(last, step, &last))
            return -1;
    return count && __builtin_add_overflow(last, 1, end) ? -1 : 0;
}

static int copy_strided(const reader *r, gs_tensor *t, const int64_t *stride)
{
    if (t->bytes > r->t->budget)
        return bad(r, t->name, "repeats elements to a size beyond the file's");
    r->t->budget -= t->bytes;
    char *copy = malloc(t->bytes);
    if (!copy)
        return gs_fail_mem(r->e, "a tensor", t->bytes);
    gs_strided_copy(copy, t->data, t, stride);
    t->data = copy;
    return gs_tensors_keep(r->set, (gs_region){copy, t->bytes, 0}, r->e);
}

static int read_tensor(const reader *r, value *v, gs_tensor *t)
{
    const gs_pickle *p = &r->t->pickle;
    int64_t stride[GS_MAX_DIMS], end;
    gs_torch_id id;
    gs_torch_storage s = {0};
    view w;
    if (find_view(p, v, &w) || !w.stride || w.offset->kind != GS_PV_INT || w.offset->of.i < 0)
        return bad(r, t->name, "is made in a way that makes no sense");
    int ret = find_storage(r, w.storage, t->name, &id, &s);
    if (ret)
        return ret;
    t->ndim = read_numbers(p, w.size, t->shape);
    if (read_dtype(&w, id.dtype, &t->dtype) || t->ndim < 0 || read_numbers(p, w.stride, stride) != t->ndim)
        return bad(r, t->name, "has a bad shape, stride or type");
    if (measure(t, stride, w.offset->of.i, &end) || (size_t)end > s.bytes / gs_dtype_size(t->dtype))
        return bad(r, t->name, "ends outside its storage");
    t->data = s.data + (size_t)w.offset->of.i * gs_dtype_size(t->dtype);
    if (!t->bytes || gs_strided_contiguous(t, stride))
        return 0;
    return copy_strided(r, t, stride);
}

static int add_tensor(const reader *r, value *key, value *v)
{
    char name[MAX_NAME] = "";
    if (key->kind == GS_PV_TEXT && (size_t)key->n < MAX_NAME && !memchr(key->of.s, 0, (size_t)key->n))
        memcpy(name, key->of.s, (size_t)key->n);
    if (!gs_tensor_name_ok(name))
        return gs_fail(r->e, GS_EMODEL, "%s: a tensor's name is empty, too long or not text", r->t->path);
    if (r->set->n >= MOST)
        return gs_fail(r->e, GS_EMODEL, "%s holds more than %d tensors", r->t->path, MOST);
    if (gs_tensors_find(r->set, name))
        return bad(r, name, "occurs twice");
    gs_tensor t = {.name = name};
    int ret = read_tensor(r, v, &t);
    return ret ? ret : gs_tensors_add(r->set, &t, r->e);
}

int gs_torch_tensors(gs_torch *t, gs_tensors *s, gs_err *e)
{
    const gs_pickle *p = &t->pickle;
    reader r = {t, s, e};
    value *state = find_state(p, gs_pickle_at(p, p->root), 0);
    int ret = 0;
    if (!state)
        return gs_fail(e, GS_EMODEL, "%s holds no named tensors, neither at the top nor under \"state_dict\" or "
                       "\"model\"", t->path);
    for (int32_t c = state->head; c >= 0 && !ret; c = p->cell[p->cell[c].next].next) {
        value *v = gs_pickle_at(p, p->cell[p->cell[c].next].value);
        if (v->kind == GS_PV_TENSOR)
            ret = add_tensor(&r, gs_pickle_at(p, p->cell[c].value), v);
    }
    return ret;
}
