#include <stdio.h>
#include <string.h>
#include "import/import.h"

/* One of ours, made of all or a piece of upstream's rows. */
static int add_part(gs_tensors *to, const gs_tensor *t, const gs_name_row *row, int number, gs_err *e)
{
    char name[300];
    gs_tensor part = *t;
    part.name = name;
    gs_name_format(row->ours, number, name, sizeof name);
    if (row->parts > 1) {
        if (!t->ndim || t->shape[0] % row->parts)
            return gs_fail(e, GS_EMODEL, "tensor %s cannot be cut into %d equal parts", t->name, row->parts);
        part.shape[0] /= row->parts;
        part.bytes /= (size_t)row->parts;
        part.data = (const char *)t->data + part.bytes * (size_t)row->part;
    }
    return gs_tensors_add(to, &part, e);
}

static int add_renamed(gs_tensors *to, const gs_tensor *t, const gs_name_row *rows, gs_err *e)
{
    int number = 0, known = 0, ret = 0;
    for (; rows->upstream && !ret; rows++)
        if (gs_name_match(rows->upstream, t->name, &number)) {
            known = 1;
            ret = rows->ours ? add_part(to, t, rows, number, e) : 0;
        }
    return ret || known ? ret : gs_tensors_add(to, t, e);
}

/* The tensors by other names: the data stay where they are. */
static void replace(gs_bundle *b, gs_tensors *to)
{
    to->regions = b->tensors.regions;
    to->n_regions = b->tensors.n_regions;
    to->cap_regions = b->tensors.cap_regions;
    b->tensors.regions = NULL;
    b->tensors.n_regions = b->tensors.cap_regions = 0;
    gs_tensors_free(&b->tensors);
    b->tensors = *to;
}

int gs_import_names(gs_bundle *b, const gs_name_row *rows, gs_err *e)
{
    gs_tensors to = {0};
    int ret = 0;
    for (size_t i = 0; i < b->tensors.n && !ret; i++)
        ret = add_renamed(&to, &b->tensors.t[i], rows, e);
    if (ret) {
        gs_tensors_free(&to);
        return ret;
    }
    replace(b, &to);
    b->names = rows;
    return 0;
}

/* ---- what training puts before every name ---- */

static size_t count_begin(const gs_tensors *s, const char *prefix)
{
    size_t n = strlen(prefix), count = 0;
    for (size_t i = 0; i < s->n; i++)
        count += !strncmp(s->t[i].name, prefix, n) && s->t[i].name[n];
    return count;
}

/* NULL: none. The names of GPN begin with "model." themselves. */
static const char *wrapper_of(const gs_tensors *s)
{
    static const char *const prefixes[] = {"module." /* DataParallel */, "_orig_mod." /* torch.compile */,
                                           "model." /* Lightning */};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (s->n && count_begin(s, prefixes[i]) == s->n && !count_begin(s, "model.encoder."))
            return prefixes[i];
    return NULL;
}

int gs_import_unwrap(gs_bundle *b, gs_err *e)
{
    int ret = 0;
    for (const char *prefix; !ret && (prefix = wrapper_of(&b->tensors));) {
        gs_tensors to = {0};
        for (size_t i = 0; i < b->tensors.n && !ret; i++) {
            gs_tensor t = b->tensors.t[i];
            t.name += strlen(prefix);
            ret = gs_tensors_add(&to, &t, e);
        }
        if (ret)
            gs_tensors_free(&to);
        else
            replace(b, &to);
    }
    return ret;
}
