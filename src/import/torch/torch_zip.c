/* The zip form: STEM/data.pkl and STEM/data/KEY, where STEM is "archive" or the name that the file was saved as. */
#include <string.h>
#include "import/torch/torch.h"

#define PICKLE "/data.pkl"
#define STORAGES "/data/"

/* The first data.pkl in a top folder; its place in the archive, n: no torch checkpoint. */
static size_t find_pickle(const gs_zip *z)
{
    size_t i = 0;
    for (; i < z->n; i++) {
        const char *slash = strchr(gs_zip_name(z, i), '/');
        if (slash && !strcmp(slash, PICKLE))
            break;
    }
    return i;
}

static int check_byteorder(gs_torch *t, size_t i, gs_err *e)
{
    const char *text;
    int ret = gs_zip_view(&t->zip, i, &text, e);
    if (ret)
        return ret;
    int little = gs_zip_bytes(&t->zip, i) == 6 && !memcmp(text, "little", 6);
    return little ? 0 : gs_fail(e, GS_EMODEL, "%s was saved on a machine of another byte order, which is not supported",
                                t->path);
}

/* Storages are found now and read when a tensor needs them. stem: n bytes. */
static int add_member(gs_torch *t, size_t i, const char *stem, size_t n, gs_err *e)
{
    const char *name = gs_zip_name(&t->zip, i), *rest = name + n;
    if (strncmp(name, stem, n))
        return 0;
    if (!strcmp(rest, "/byteorder"))
        return check_byteorder(t, i, e);
    if (strncmp(rest, STORAGES, strlen(STORAGES)))
        return 0;
    rest += strlen(STORAGES);
    return gs_torch_add_storage(t, rest, strlen(rest), (gs_torch_storage){NULL, gs_zip_bytes(&t->zip, i), i}, e);
}

int gs_torch_zip(gs_torch *t, const gs_region *file, gs_err *e)
{
    const char *text;
    int ret = gs_zip_open(&t->zip, t->path, file, e);
    if (ret)
        return ret;
    size_t at = find_pickle(&t->zip), used;
    if (at == t->zip.n)
        return gs_fail(e, GS_EMODEL, "%s is a zip archive, but no torch checkpoint: it has no data.pkl", t->path);
    ret = gs_zip_view(&t->zip, at, &text, e);
    ret = ret ? ret : gs_pickle_read(&t->pickle, text, gs_zip_bytes(&t->zip, at), &used, t->path, e);
    const char *stem = gs_zip_name(&t->zip, at);
    for (size_t i = 0; i < t->zip.n && !ret; i++)
        ret = add_member(t, i, stem, strlen(stem) - strlen(PICKLE), e);
    return ret;
}

int gs_torch_load(gs_torch *t, gs_torch_storage *storage, const gs_tensors *s, gs_err *e)
{
    int ret = gs_zip_view(&t->zip, storage->member, &storage->data, e);
    if (!ret)
        gs_tensors_forget(s, &(gs_tensor){.data = storage->data, .bytes = storage->bytes});
    return ret;
}
