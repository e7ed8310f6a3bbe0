/* A checkpoint while it is read: its storages by their keys. */
#include <stdlib.h>
#include "base/vec.h"
#include "import/torch/torch.h"

int gs_torch_add_storage(gs_torch *t, const char *key, size_t key_len, gs_torch_storage s, gs_err *e)
{
    if (gs_reserve(&t->storage, &t->cap, t->n + 1, sizeof *t->storage))
        return gs_fail_mem(e, "the list of storages", t->n * sizeof *t->storage);
    int put = gs_strmap_put(&t->index, key, key_len, (int)t->n);
    if (put)
        return put < 0 ? gs_fail_mem(e, "the list of storages", t->n)
                       : gs_fail(e, GS_EMODEL, "%s is damaged: a storage occurs twice", t->path);
    t->storage[t->n++] = s;
    return 0;
}

/* ("storage", type, key, device, elements[, view]) */
int gs_torch_read_id(const gs_pickle *p, const gs_pickle_value *v, gs_torch_id *id)
{
    const gs_pickle_value *type = gs_pickle_item(p, v, 1), *key = gs_pickle_item(p, v, 2);
    const gs_pickle_value *count = gs_pickle_item(p, v, 4), *view = gs_pickle_item(p, v, 5);
    if (!gs_pickle_is_text(gs_pickle_item(p, v, 0), "storage") || !count || count->kind != GS_PV_INT || count->of.i < 0)
        return -1;
    if (type->kind != GS_PV_NAME || type->of.name->use != GS_PN_STORAGE || key->kind != GS_PV_TEXT)
        return -1;
    *id = (gs_torch_id){key, type->of.name->dtype, count->of.i, view && view->kind == GS_PV_TUPLE ? view : NULL};
    return 0;
}

void gs_torch_close(gs_torch *t)
{
    gs_pickle_free(&t->pickle);
    gs_strmap_free(&t->index);
    free(t->storage);
    gs_zip_close(&t->zip);
}
