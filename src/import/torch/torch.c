#include "import/torch/torch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/infile.h"
#include "base/vec.h"

enum { HEAD = 9 /* bytes that tell the form */ };

static int is_zip(const unsigned char *head, size_t n)
{
    return n >= 4 && !memcmp(head, "PK\3\4", 4);
}

/* A safetensors file may begin with the same two bytes: it has a brace after its first eight. */
static int is_pickle(const unsigned char *head, size_t n)
{
    return n >= 2 && head[0] == 0x80 && head[1] >= 1 && head[1] <= 5 && !(n > 8 && head[8] == '{');
}

static size_t read_head(const char *path, unsigned char head[HEAD])
{
    FILE *f = gs_infile_stream(path, GS_EMODEL, NULL);
    size_t n = f ? fread(head, 1, HEAD, f) : 0;
    if (f)
        fclose(f);
    return n;
}

int gs_torch_is(const char *path)
{
    unsigned char head[HEAD];
    size_t n = read_head(path, head);
    return is_zip(head, n) || is_pickle(head, n);
}

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

static int read_stream(gs_torch *t, gs_tensors *s, gs_err *e)
{
    gs_region file;
    int ret = gs_tensors_map(s, t->path, &file, e);
    if (ret)
        return ret;
    t->budget = file.bytes + GS_TORCH_SPARE;
    return gs_torch_legacy(t, &file, e);
}

int gs_torch_read(gs_tensors *s, const char *path, gs_err *e)
{
    unsigned char head[HEAD];
    gs_torch t = {.path = path};
    int ret = is_zip(head, read_head(path, head)) ? gs_torch_zip(&t, e) : read_stream(&t, s, e);
    ret = ret ? ret : gs_torch_tensors(&t, s, e);
    gs_torch_close(&t);
    return ret;
}

void gs_torch_close(gs_torch *t)
{
    gs_pickle_free(&t->pickle);
    gs_strmap_free(&t->index);
    free(t->storage);
    free(t->text.addr);
    gs_zip_close(&t->zip);
}
