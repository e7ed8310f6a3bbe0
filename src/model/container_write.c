/* Writing a container. Tensors are streamed: at most one of them, or a piece of one that changes its type, is in
 * memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/sha256.h"
#include "model/bind.h"
#include "model/json.h"
#include "model/narrow.h"

enum { PIECE = 1 << 16 /* elements that are converted together */ };

/* Where the bytes of the tensors go: a file or a hash. Not 0: stop; -GS_EOUTPUT leaves the message to the caller. */
typedef struct { int (*put)(void *to, const void *data, size_t n); void *to; } sink;

static int put_file(void *to, const void *data, size_t n)
{
    return fwrite(data, 1, n, to) == n ? 0 : -GS_EOUTPUT;
}

static int put_hash(void *to, const void *data, size_t n)
{
    gs_sha256_add(to, data, n);
    return 0;
}

/* What a tensor will be: floating-point numbers change their type, unless they must not; others do not. */
static gs_dtype type_in_file(const gs_tensor *t, int dtype)
{
    int real = t->dtype == GS_F32 || t->dtype == GS_F16 || t->dtype == GS_BF16;
    return dtype >= 0 && !t->exact && real ? (gs_dtype)dtype : t->dtype;
}

static size_t bytes_in_file(const gs_tensor *t, int dtype)
{
    return (size_t)gs_tensor_count(t) * gs_dtype_size(type_in_file(t, dtype));
}

/* Elements from .. from + n of a tensor as `to`. */
static int put_piece(const gs_tensor *t, size_t from, size_t n, gs_dtype to, const sink *s, gs_err *e)
{
    float x[PIECE];
    uint16_t half[PIECE];
    size_t size = gs_dtype_size(t->dtype);
    gs_tensor part = {.dtype = t->dtype, .data = (const char *)t->data + from * size, .bytes = n * size};
    if (gs_tensor_floats(x, &part))
        return gs_fail_mem(e, "a tensor's conversion", part.bytes);
    if (to == GS_F32)
        return s->put(s->to, x, n * sizeof *x);
    if (to == GS_BF16)
        gs_to_bf16(half, x, n);
    else if (gs_to_f16(half, x, n))
        return gs_fail(e, GS_EMODEL, "tensor %s holds numbers beyond the range of f16; remedy: --dtype bf16 or f32",
                       t->name);
    return s->put(s->to, half, n * sizeof *half);
}

static int put_tensor(const gs_tensor *t, gs_dtype to, const sink *s, gs_err *e)
{
    if (t->dtype == to)
        return s->put(s->to, t->data, t->bytes);
    size_t n = (size_t)gs_tensor_count(t);
    int ret = 0;
    for (size_t from = 0; from < n && !ret; from += PIECE)
        ret = put_piece(t, from, n - from < PIECE ? n - from : PIECE, to, s, e);
    return ret;
}

static int put_tensors(const gs_bundle *b, int dtype, const size_t *order, const sink *s, gs_err *e)
{
    int ret = 0;
    for (size_t i = 0; i < b->tensors.n && !ret; i++) {
        const gs_tensor *t = &b->tensors.t[order[i]];
        ret = gs_tensor_finite(t) ? put_tensor(t, type_in_file(t, dtype), s, e) : gs_bundle_not_finite(b, t, e);
        gs_tensors_forget(&b->tensors, t);
    }
    return ret;
}

/* sha256 of the data as they will stand in the file. What the bundle says of its own data is checked. */
static int hash(gs_bundle *b, int dtype, const size_t *order, char sha[65], gs_err *e)
{
    int same = 1;
    for (size_t i = 0; i < b->tensors.n; i++)
        same = same && type_in_file(&b->tensors.t[i], dtype) == b->tensors.t[i].dtype;
    int ret = same || b->sha256[0] ? gs_bundle_hash(b, e) : 0;
    if (ret)
        return ret;
    gs_sha256 c;
    gs_sha256_init(&c);
    if (!same)
        ret = put_tensors(b, dtype, order, &(sink){put_hash, &c}, e);
    ret = gs_sha256_hex(&c, sha, ret ? NULL : e) && !ret ? -(int)e->code : ret;
    if (same)
        memcpy(sha, b->sha256, 65);
    return ret;
}

/* ---- header ---- */

static int put_part(json_t *meta, const char *key, const json_t *object)
{
    char *text = json_dumps(object, JSON_REAL_PRECISION(17));
    int ret = text ? json_object_set_new(meta, key, json_string(text)) : -1;
    free(text);
    return ret;
}

static json_t *metadata(const gs_bundle *b, const char *sha)
{
    json_t *meta = json_pack("{s:s, s:s, s:s}", "gscore_format", GS_CONTAINER_FORMAT, "architecture", b->architecture,
                             "sha256", sha);
    if (meta && (put_part(meta, "config", b->config) || put_part(meta, "tokenizer", b->tokenizer) ||
                 put_part(meta, "recipe", b->recipe) || put_part(meta, "card", b->card))) {
        json_decref(meta);
        meta = NULL;
    }
    return meta;
}

static json_t *tensor_entry(const gs_tensor *t, int dtype, size_t at)
{
    json_t *shape = json_array();
    for (int i = 0; shape && i < t->ndim; i++)
        json_array_append_new(shape, json_integer(t->shape[i]));
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", gs_dtype_name(type_in_file(t, dtype)), "shape", shape,
                     "data_offsets", (json_int_t)at, (json_int_t)(at + bytes_in_file(t, dtype)));
}

/* The header's text, without the spaces that make it end at a multiple of 64; NULL: out of memory. */
static char *header_text(const gs_bundle *b, int dtype, const size_t *order, const char *sha)
{
    size_t at = 0;
    unsigned long before = gs_json_failures();
    json_t *header = json_object();
    int bad = json_object_set_new(header, "__metadata__", metadata(b, sha));
    for (size_t i = 0; i < b->tensors.n; i++) {
        const gs_tensor *t = &b->tensors.t[order[i]];
        bad |= json_object_set_new(header, t->name, tensor_entry(t, dtype, at));
        at += bytes_in_file(t, dtype);
    }
    char *text = bad || gs_json_failures() != before ? NULL : json_dumps(header, JSON_COMPACT);
    json_decref(header);
    return text;
}

static int put_header(FILE *f, const char *header)
{
    unsigned char length[8];
    size_t n = strlen(header), padded = (n + sizeof length + 63) / 64 * 64 - sizeof length;
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(padded >> 8 * i & 255);
    int ok = fwrite(length, 1, 8, f) == 8 && fprintf(f, "%s%*s", header, (int)(padded - n), "") == (int)padded;
    return ok ? 0 : -GS_EOUTPUT;
}

size_t gs_container_bytes(const gs_bundle *b, int dtype)
{
    size_t n = 0;
    for (size_t i = 0; i < b->tensors.n; i++)
        n += bytes_in_file(&b->tensors.t[i], dtype);
    return n;
}

int gs_container_put(gs_bundle *b, int dtype, FILE *f, const char *name, gs_err *e)
{
    char sha[65];
    size_t *order = gs_bundle_order(b);
    int ret = order ? hash(b, dtype, order, sha, e)
                    : gs_fail_mem(e, "the order of tensors", b->tensors.n * sizeof *order);
    char *header = ret ? NULL : header_text(b, dtype, order, sha);
    if (!ret && !header)
        ret = gs_fail_mem(e, "a model's header", b->tensors.n);
    ret = ret ? ret : put_header(f, header);
    ret = ret ? ret : put_tensors(b, dtype, order, &(sink){put_file, f}, e);
    if (ret == -GS_EOUTPUT || (!ret && fflush(f)))
        ret = gs_fail(e, GS_EOUTPUT, "%s could not be written: %s", name, strerror(errno));
    free(header);
    free(order);
    return ret;
}

int gs_container_write(gs_bundle *b, const char *path, gs_err *e)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return gs_fail(e, GS_EOUTPUT, "%s cannot be written: %s", path, strerror(errno));
    int ret = gs_container_put(b, -1, f, path, e);
    if (fclose(f) && !ret)
        ret = gs_fail(e, GS_EOUTPUT, "%s could not be written: %s", path, strerror(errno));
    if (ret)
        remove(path);
    return ret;
}
