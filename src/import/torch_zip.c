/* The zip form: STEM/data.pkl and STEM/data/KEY, where STEM is "archive" or the name that the file was saved as. */
#include <string.h>
#include "import/torch.h"

#define PICKLE "/data.pkl"
#define STORAGES "/data/"

/* The first data.pkl in a top folder; NULL: no torch checkpoint. */
static const gs_zip_member *find_pickle(const gs_zip *z)
{
    for (size_t i = 0; i < z->n; i++) {
        const gs_zip_member *m = &z->member[i];
        const char *slash = memchr(m->name, '/', m->name_len);
        size_t rest = slash ? m->name_len - (size_t)(slash - m->name) : 0;
        if (rest == strlen(PICKLE) && !memcmp(slash, PICKLE, rest))
            return m;
    }
    return NULL;
}

/* Does the member's name begin with the n bytes of the stem and `then`? */
static int is_under(const gs_zip_member *m, const char *stem, size_t n, const char *then)
{
    return m->name_len >= n + strlen(then) && !memcmp(m->name, stem, n) && !memcmp(m->name + n, then, strlen(then));
}

static int add_member(gs_torch *t, const gs_zip_member *m, const char *stem, size_t n, gs_err *e)
{
    size_t skip = n + strlen(STORAGES);
    if (is_under(m, stem, n, "/byteorder") && !(m->bytes == 6 && !memcmp(m->data, "little", 6)))
        return gs_fail(e, GS_EMODEL, "%s was saved on a machine of another byte order, which is not supported", t->path);
    if (!is_under(m, stem, n, STORAGES))
        return 0;
    int ret = gs_zip_check(m, t->path, e);
    return ret ? ret : gs_torch_add_storage(t, m->name + skip, m->name_len - skip, (gs_torch_storage){m->data, m->bytes}, e);
}

static int read_members(gs_torch *t, const gs_zip *z, gs_err *e)
{
    const gs_zip_member *pickle = find_pickle(z);
    size_t used;
    if (!pickle)
        return gs_fail(e, GS_EMODEL, "%s is a zip archive, but no torch checkpoint: it has no data.pkl", t->path);
    size_t stem = pickle->name_len - strlen(PICKLE);
    int ret = gs_zip_check(pickle, t->path, e);
    ret = ret ? ret : gs_pickle_read(&t->pickle, pickle->data, pickle->bytes, &used, t->path, e);
    for (size_t i = 0; i < z->n && !ret; i++)
        ret = add_member(t, &z->member[i], pickle->name, stem, e);
    return ret;
}

int gs_torch_zip(gs_torch *t, const gs_region *file, gs_err *e)
{
    gs_zip z;
    int ret = gs_zip_open(&z, file, t->path, e);
    if (ret)
        return ret;
    ret = read_members(t, &z, e);
    gs_zip_close(&z); /* storages point into the file, and so do their keys */
    return ret;
}
