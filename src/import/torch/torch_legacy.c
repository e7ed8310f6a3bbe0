/* The form before torch 1.6: five pickles (a magic number, a version, facts about the machine, the object, the keys of
 * the storages), then for each key the number of its elements and the elements. */
#include <stdlib.h>
#include <string.h>
#include "import/torch/torch.h"

enum { VERSION = 1001 };
static const unsigned char magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

typedef struct {
    gs_torch *t;
    const char *at, *end;
    gs_strmap id;  /* a storage's key to the value in the pickle that refers to it */
    gs_err *e;
} stream;

static int next_pickle(stream *s, gs_pickle *p)
{
    size_t used;
    int ret = gs_pickle_read(p, s->at, (size_t)(s->end - s->at), &used, s->t->path, s->e);
    s->at += used;
    return ret;
}

static int foreign(const stream *s, const char *what)
{
    return gs_fail(s->e, GS_EMODEL, "%s is a Python pickle, but no torch checkpoint%s", s->t->path, what);
}

static int right_magic(const gs_pickle *p)
{
    const gs_pickle_value *v = gs_pickle_at(p, p->root);
    return v->kind == GS_PV_BYTES && v->n == sizeof magic && !memcmp(v->of.s, magic, sizeof magic);
}

static int right_version(const gs_pickle *p)
{
    const gs_pickle_value *v = gs_pickle_at(p, p->root);
    return v->kind == GS_PV_INT && v->of.i == VERSION;
}

static int right_machine(const gs_pickle *p)
{
    const gs_pickle_value *v = gs_pickle_at(p, p->root);
    const gs_pickle_value *little = v->kind == GS_PV_DICT ? gs_pickle_key(p, v, "little_endian") : NULL;
    return little && little->kind == GS_PV_BOOL && little->of.i;
}

static int read_head(stream *s)
{
    static const struct { int (*right)(const gs_pickle *); const char *otherwise; } head[] = {
        {right_magic, " (its magic number is missing)"},
        {right_version, " of a known version"},
        {right_machine, " of a little-endian machine"}};
    for (int i = 0; i < 3; i++) {
        gs_pickle p;
        int ret = next_pickle(s, &p);
        if (ret)
            return ret;
        int right = head[i].right(&p);
        gs_pickle_free(&p);
        if (!right)
            return foreign(s, head[i].otherwise);
    }
    return 0;
}

static int index_ids(stream *s)
{
    const gs_pickle *p = &s->t->pickle;
    gs_torch_id id;
    for (size_t i = 0; i < p->n_values; i++) {
        const gs_pickle_value *v = &p->value[i];
        if (v->kind != GS_PV_STORAGE)
            continue;
        if (gs_torch_read_id(p, v, &id))
            return foreign(s, " that makes sense (a storage is described badly)");
        if (gs_strmap_put(&s->id, id.key->of.s, (size_t)id.key->n, (int)i) < 0)
            return gs_fail_mem(s->e, "the list of storages", s->id.n);
    }
    return 0;
}

static int read_storage(stream *s, const gs_pickle_value *key)
{
    gs_torch_id id;
    size_t bytes;
    int64_t count;
    int at = key->kind == GS_PV_TEXT ? gs_strmap_get(&s->id, key->of.s, (size_t)key->n) : -1;
    if (at < 0 || gs_torch_read_id(&s->t->pickle, gs_pickle_at(&s->t->pickle, at), &id))
        return foreign(s, " that makes sense (a storage belongs to no tensor)");
    if (s->end - s->at < (ptrdiff_t)sizeof count)
        return gs_fail(s->e, GS_EMODEL, "%s is cut short before its last storage; download it again", s->t->path);
    memcpy(&count, s->at, sizeof count);
    s->at += sizeof count;
    if (count != id.count || __builtin_mul_overflow((size_t)count, gs_dtype_size(id.dtype), &bytes))
        return gs_fail(s->e, GS_EMODEL, "%s is damaged: a storage of %lld elements should have %lld", s->t->path,
                       (long long)count, (long long)id.count);
    if (bytes > (size_t)(s->end - s->at))
        return gs_fail(s->e, GS_EMODEL, "%s is cut short within a storage; download it again", s->t->path);
    gs_torch_storage storage = {.data = s->at, .bytes = bytes};
    s->at += bytes;
    return gs_torch_add_storage(s->t, id.key->of.s, (size_t)id.key->n, storage, s->e);
}

static int read_storages(stream *s)
{
    gs_pickle keys;
    int ret = next_pickle(s, &keys);
    if (ret)
        return ret;
    const gs_pickle_value *list = gs_pickle_at(&keys, keys.root);
    if (list->kind != GS_PV_LIST)
        ret = foreign(s, " that makes sense (it lists no storages)");
    for (int32_t c = ret ? -1 : list->head; c >= 0 && !ret; c = keys.cell[c].next)
        ret = read_storage(s, gs_pickle_at(&keys, keys.cell[c].value));
    gs_pickle_free(&keys);
    return ret;
}

int gs_torch_legacy(gs_torch *t, const gs_region *file, gs_err *e)
{
    stream s = {.t = t, .at = file->addr, .end = (const char *)file->addr + file->bytes, .e = e};
    int ret = read_head(&s);
    ret = ret ? ret : next_pickle(&s, &t->pickle);
    ret = ret ? ret : index_ids(&s);
    ret = ret ? ret : read_storages(&s);
    gs_strmap_free(&s.id);
    return ret;
}
