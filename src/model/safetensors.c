/* The safetensors format (https://github.com/huggingface/safetensors, "Format"): u64 little-endian length of the
 * header, the header as JSON, the data. The file is mapped; nothing in it is believed before it is checked. */
#include <stdlib.h>
#include <string.h>
#include "model/json.h"
#include "model/tensors.h"

enum { LENGTH = 8, MAX_HEADER = 100000000 /* as in the reference implementation */ };

typedef struct {
    const char *path;
    const char *header, *data;
    size_t header_bytes, data_bytes;
} file;

static int find_header(file *f, const gs_region *map, gs_err *e)
{
    const unsigned char *p = map->addr;
    uint64_t n = 0;
    for (int i = LENGTH - 1; i >= 0; i--)
        n = n << 8 | p[i];
    if (n < 2 || n > MAX_HEADER || (map->bytes > LENGTH && p[LENGTH] != '{'))
        return gs_fail(e, GS_EMODEL, "%s is not a safetensors file, the format of gscore models and of checkpoints on "
                       "model hubs", f->path);
    if (n > map->bytes - LENGTH)
        return gs_fail(e, GS_EMODEL, "%s is cut short: its header of %llu bytes is not complete; download it again",
                       f->path, (unsigned long long)n);
    f->header = (const char *)p + LENGTH;
    f->header_bytes = (size_t)n;
    f->data = f->header + n;
    f->data_bytes = map->bytes - LENGTH - (size_t)n;
    return 0;
}

/* Shape and number of bytes that it makes. */
static int read_shape(const json_t *shape, gs_tensor *t)
{
    size_t count = 1;
    if (!json_is_array(shape) || json_array_size(shape) > GS_MAX_DIMS)
        return -1;
    t->ndim = (int)json_array_size(shape);
    for (int i = 0; i < t->ndim; i++) {
        json_t *v = json_array_get(shape, (size_t)i);
        t->shape[i] = json_is_integer(v) ? json_integer_value(v) : -1;
        if (t->shape[i] < 0 || __builtin_mul_overflow(count, (size_t)t->shape[i], &count))
            return -1;
    }
    return __builtin_mul_overflow(count, gs_dtype_size(t->dtype), &t->bytes) || count > INT64_MAX ? -1 : 0;
}

/* data_offsets: begin and end in the data, which must be there and as long as the shape says. */
static int read_offsets(const file *f, const json_t *offsets, gs_tensor *t, gs_err *e)
{
    json_t *b = json_array_get(offsets, 0), *x = json_array_get(offsets, 1);
    json_int_t beg = json_integer_value(b), end = json_integer_value(x);
    if (json_array_size(offsets) != 2 || !json_is_integer(b) || !json_is_integer(x) || beg < 0 || end < beg)
        return gs_fail(e, GS_EMODEL, "%s: tensor %s has bad data_offsets", f->path, t->name);
    if ((uint64_t)(end - beg) != t->bytes)
        return gs_fail(e, GS_EMODEL, "%s: tensor %s has %lld bytes where its shape and type make %zu", f->path, t->name,
                       (long long)(end - beg), t->bytes);
    if ((uint64_t)end > f->data_bytes)
        return gs_fail(e, GS_EMODEL, "%s is cut short: tensor %s ends at byte %lld of the data, the file has %zu; "
                       "download it again", f->path, t->name, (long long)end, f->data_bytes);
    t->data = f->data + beg;
    return 0;
}

static int read_tensor(const file *f, const char *name, const json_t *v, gs_tensor *t, gs_err *e)
{
    if (!gs_tensor_name_ok(name))
        return gs_fail(e, GS_EMODEL, "%s: a tensor's name is empty, too long or not text", f->path);
    const char *dtype = gs_json_text(v, "dtype", "?");
    *t = (gs_tensor){.name = (char *)name};
    if (gs_dtype_find(dtype) < 0)
        return gs_fail(e, GS_EMODEL, "%s: tensor %s has the type \"%.20s\", which is not supported", f->path, name,
                       dtype);
    t->dtype = (gs_dtype)gs_dtype_find(dtype);
    if (read_shape(json_object_get(v, "shape"), t))
        return gs_fail(e, GS_EMODEL, "%s: tensor %s has a bad shape", f->path, name);
    return read_offsets(f, json_object_get(v, "data_offsets"), t, e);
}

static int by_place(const void *a, const void *b)
{
    const gs_tensor *x = a, *y = b;
    if (x->data != y->data)
        return x->data < y->data ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* The format allows neither overlap nor gap, so that a file has no room for anything else. */
static int check_places(const file *f, const gs_tensor *t, size_t n, gs_err *e)
{
    const char *at = f->data;
    for (size_t i = 0; i < n; i++) {
        if ((const char *)t[i].data != at)
            return gs_fail(e, GS_EMODEL, "%s: tensor %s %s", f->path, t[i].name,
                           (const char *)t[i].data < at ? "overlaps another" : "has a gap before it");
        at += t[i].bytes;
    }
    if (at != f->data + f->data_bytes)
        return gs_fail(e, GS_EMODEL, "%s has %zu bytes after its last tensor", f->path,
                       (size_t)(f->data + f->data_bytes - at));
    return 0;
}

static int read_tensors(gs_tensors *s, const file *f, json_t *header, gs_err *e)
{
    const char *name;
    json_t *v;
    size_t n = 0;
    int ret = 0;
    gs_tensor *t = calloc(json_object_size(header) + 1, sizeof *t);
    if (!t)
        return gs_fail_mem(e, "the list of tensors", json_object_size(header) * sizeof *t);
    json_object_foreach(header, name, v)
        if (!ret && strcmp(name, "__metadata__"))
            ret = read_tensor(f, name, v, &t[n++], e);
    if (!ret) {
        qsort(t, n, sizeof *t, by_place);
        ret = check_places(f, t, n, e);
    }
    for (size_t i = 0; !ret && i < n; i++)
        ret = gs_tensors_add(s, &t[i], e);
    free(t);
    return ret;
}

int gs_safetensors_read(gs_tensors *s, const char *path, json_t **metadata, gs_err *e)
{
    gs_region map = {0};
    file f = {.path = path};
    int ret = gs_tensors_map(s, path, &map, e);
    ret = ret ? ret : find_header(&f, &map, e);
    if (ret)
        return ret;
    json_t *header = gs_json_parse(f.header, f.header_bytes, path, 1, e);
    if (!header)
        return -GS_EMODEL;
    ret = read_tensors(s, &f, header, e);
    if (!ret && metadata)
        *metadata = json_incref(json_object_get(header, "__metadata__"));
    json_decref(header);
    return ret;
}
