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
    to.regions = b->tensors.regions; /* the data stay where they are */
    to.n_regions = b->tensors.n_regions;
    to.cap_regions = b->tensors.cap_regions;
    b->tensors.regions = NULL;
    b->tensors.n_regions = b->tensors.cap_regions = 0;
    gs_tensors_free(&b->tensors);
    b->tensors = to;
    b->names = rows;
    return 0;
}
