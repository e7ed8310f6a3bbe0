/* Reading gscore's model file: a safetensors file whose metadata hold what else a model needs, as JSON strings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/json.h"
#include "model/model.h"

enum { CHECKED = 64 << 20 /* bytes of tensors that are hashed at opening: takes a quarter of a second */ };

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
    if (strcmp(format, GS_CONTAINER_FORMAT))
        return gs_fail(e, GS_EMODEL, "%s has model format %.20s, this version of gscore reads format "
                       GS_CONTAINER_FORMAT, b->path, format);
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
