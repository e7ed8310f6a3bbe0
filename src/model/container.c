/* gscore's model file: a safetensors file whose metadata hold what else a model needs, as JSON strings. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/json.h"
#include "model/model.h"

enum { CHECKED = 64 << 20 /* bytes of tensors that are hashed at opening: takes a quarter of a second */ };
#define FORMAT "1"

/* The JSON objects of the metadata and where they go. */
static const struct { const char *key; size_t field; } parts[] = {{"config", offsetof(gs_bundle, config)},
                                                                  {"tokenizer", offsetof(gs_bundle, tokenizer)},
                                                                  {"recipe", offsetof(gs_bundle, recipe)},
                                                                  {"card", offsetof(gs_bundle, card)}};
enum { PARTS = sizeof parts / sizeof *parts };

static json_t **part(const gs_bundle *b, int i)
{
    return (json_t **)(void *)((char *)b + parts[i].field);
}

static int read_part(gs_bundle *b, const json_t *meta, int i, gs_err *e)
{
    char what[1200];
    const char *text = gs_json_text(meta, parts[i].key, NULL);
    if (!text)
        return gs_fail(e, GS_EMODEL, "%s: metadata \"%s\" is missing", b->path, parts[i].key);
    snprintf(what, sizeof what, "%.1000s: %s", b->path, parts[i].key);
    *part(b, i) = gs_json_parse(text, strlen(text), what, 1, e);
    return *part(b, i) ? 0 : -GS_EMODEL;
}

static int read_metadata(gs_bundle *b, const json_t *meta, gs_err *e)
{
    const char *format = gs_json_text(meta, "gscore_format", NULL), *sha = gs_json_text(meta, "sha256", "");
    if (!format)
        return gs_fail(e, GS_EMODEL, "%s is a safetensors file but not a gscore model; of a checkpoint, give the "
                       "directory that holds it with its config.json", b->path);
    if (strcmp(format, FORMAT))
        return gs_fail(e, GS_EMODEL, "%s has model format %.20s, this version of gscore reads format " FORMAT, b->path,
                       format);
    if (strlen(sha) != 64 || strspn(sha, "0123456789abcdef") != 64)
        return gs_fail(e, GS_EMODEL, "%s: metadata \"sha256\" must be 64 hexadecimal digits", b->path);
    memcpy(b->sha256, sha, sizeof b->sha256);
    b->architecture = strdup(gs_json_text(meta, "architecture", ""));
    if (!b->architecture)
        return gs_fail_mem(e, "a model", strlen(sha));
    for (int i = 0; i < PARTS; i++)
        if (read_part(b, meta, i, e))
            return -GS_EMODEL;
    return 0;
}

static size_t data_bytes(const gs_bundle *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->tensors.n; i++)
        n += b->tensors.t[i].bytes;
    return n;
}

int gs_container_read(gs_bundle *b, const char *path, gs_err *e)
{
    json_t *meta = NULL;
    *b = (gs_bundle){.path = strdup(path)};
    int ret = b->path ? gs_safetensors_read(&b->tensors, path, &meta, e) : gs_fail_mem(e, "a model", strlen(path));
    ret = ret ? ret : read_metadata(b, meta, e);
    if (!ret && data_bytes(b) <= CHECKED)
        ret = gs_bundle_hash(b, e);
    json_decref(meta);
    if (ret)
        gs_bundle_free(b);
    return ret;
}

int gs_container_is(const char *path)
{
    json_t *meta = NULL;
    gs_tensors t = {0};
    int is = !gs_safetensors_read(&t, path, &meta, NULL) && json_object_get(meta, "gscore_format");
    json_decref(meta);
    gs_tensors_free(&t);
    return is;
}

/* ---- writing ---- */

static int put_part(json_t *meta, const gs_bundle *b, int i)
{
    char *text = json_dumps(*part(b, i), JSON_REAL_PRECISION(17));
    int ret = text ? json_object_set_new(meta, parts[i].key, json_string(text)) : -1;
    free(text);
    return ret;
}

static json_t *metadata(const gs_bundle *b)
{
    json_t *meta = json_pack("{s:s, s:s, s:s}", "gscore_format", FORMAT, "architecture", b->architecture, "sha256",
                             b->sha256);
    for (int i = 0; meta && i < PARTS; i++)
        if (put_part(meta, b, i)) {
            json_decref(meta);
            meta = NULL;
        }
    return meta;
}

static json_t *tensor_entry(const gs_tensor *t, size_t at)
{
    json_t *shape = json_array();
    for (int i = 0; shape && i < t->ndim; i++)
        json_array_append_new(shape, json_integer(t->shape[i]));
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", gs_dtype_name(t->dtype), "shape", shape, "data_offsets",
                     (json_int_t)at, (json_int_t)(at + t->bytes));
}

/* The header's text, without the spaces that make it end at a multiple of 64; NULL: out of memory. */
static char *header_text(const gs_bundle *b, const size_t *order)
{
    size_t at = 0;
    json_t *header = json_object();
    int bad = json_object_set_new(header, "__metadata__", metadata(b));
    for (size_t i = 0; i < b->tensors.n; i++) {
        const gs_tensor *t = &b->tensors.t[order[i]];
        bad |= json_object_set_new(header, t->name, tensor_entry(t, at));
        at += t->bytes;
    }
    char *text = bad ? NULL : json_dumps(header, JSON_COMPACT);
    json_decref(header);
    return text;
}

static int write_all(FILE *f, const gs_bundle *b, const char *header, const size_t *order)
{
    unsigned char length[8];
    size_t n = strlen(header), padded = (n + sizeof length + 63) / 64 * 64 - sizeof length;
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(padded >> 8 * i & 255);
    int ok = fwrite(length, 1, 8, f) == 8 && fprintf(f, "%s%*s", header, (int)(padded - n), "") == (int)padded;
    for (size_t i = 0; ok && i < b->tensors.n; i++) {
        const gs_tensor *t = &b->tensors.t[order[i]];
        ok = fwrite(t->data, 1, t->bytes, f) == t->bytes;
    }
    return ok ? 0 : -1;
}

static int write_file(const gs_bundle *b, const char *path, const char *header, const size_t *order, gs_err *e)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return gs_fail(e, GS_EOUTPUT, "%s cannot be written: %s", path, strerror(errno));
    int bad = write_all(f, b, header, order);
    int why = errno;
    if (fclose(f) && !bad) {
        bad = -1;
        why = errno;
    }
    if (bad) {
        remove(path);
        return gs_fail(e, GS_EOUTPUT, "%s could not be written: %s", path, strerror(why));
    }
    return 0;
}

int gs_container_write(gs_bundle *b, const char *path, gs_err *e)
{
    int ret = gs_bundle_hash(b, e);
    if (ret)
        return ret;
    size_t *order = gs_bundle_order(b);
    char *header = order ? header_text(b, order) : NULL;
    ret = header ? write_file(b, path, header, order, e) : gs_fail_mem(e, "a model's header", b->tensors.n);
    free(header);
    free(order);
    return ret;
}
