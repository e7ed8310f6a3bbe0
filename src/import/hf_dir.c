/* A directory as downloaded from a model hub: config.json, weights, tokenizer files. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/str.h"
#include "import/import.h"
#include "model/json.h"

enum { MAX_CONFIG = 4 << 20, MAX_INDEX = 64 << 20, LIST = 300 };

static int exists(const char *path)
{
    struct stat st;
    return !stat(path, &st);
}

json_t *gs_import_json(const char *path, size_t most, gs_err *e)
{
    size_t n;
    if (gs_import_sniff(path, e))
        return NULL;
    char *text = gs_import_text(path, most, &n, e);
    json_t *j = text ? gs_json_parse(text, n, path, 0, e) : NULL;
    free(text);
    return j;
}

static json_t *read_config(const char *dir, gs_err *e)
{
    char path[PATH_MAX], list[LIST];
    if (exists(gs_import_path(dir, "config.json", path)))
        return gs_import_json(path, MAX_CONFIG, e);
    gs_import_list(dir, list, sizeof list);
    gs_fail(e, GS_EMODEL, "%s has no config.json (it holds %s): download the whole repository of the model", dir, list);
    return NULL;
}

static int read_weights(gs_bundle *b, const char *path, gs_err *e)
{
    int ret = gs_import_sniff(path, e);
    return ret ? ret : gs_safetensors_read(&b->tensors, path, NULL, e);
}

/* One shard, unless an earlier tensor of the index named it already. */
static int read_shard(gs_bundle *b, const char *dir, const char *file, json_t *seen, gs_err *e)
{
    char path[PATH_MAX];
    if (!file || strchr(file, '/') || file[0] == '.')
        return gs_fail(e, GS_EMODEL, "%s/model.safetensors.index.json: \"weight_map\" must give the names of files in "
                       "the same directory", dir);
    if (json_object_get(seen, file))
        return 0;
    if (json_object_set_new(seen, file, json_true()))
        return gs_fail_mem(e, "the list of shards", strlen(file));
    if (!exists(gs_import_path(dir, file, path)))
        return gs_fail(e, GS_EMODEL, "%s lacks %s, which its index lists: the download is not complete", dir, file);
    return read_weights(b, path, e);
}

static int read_shards(gs_bundle *b, const char *dir, const char *index_path, gs_err *e)
{
    const char *name;
    json_t *file, *seen = json_object(), *index = gs_import_json(index_path, MAX_INDEX, e);
    json_t *map = json_object_get(index, "weight_map");
    int ret = index && seen ? 0 : -GS_EMODEL;
    if (!ret && !json_object_size(map))
        ret = gs_fail(e, GS_EMODEL, "%s has no \"weight_map\"", index_path);
    json_object_foreach(map, name, file)
        if (!ret)
            ret = read_shard(b, dir, json_string_value(file), seen, e);
    json_decref(seen);
    json_decref(index);
    return ret;
}

static int find_weights(gs_bundle *b, const char *dir, gs_err *e)
{
    static const char *const torch[] = {"pytorch_model.bin", "pytorch_model.bin.index.json"};
    char path[PATH_MAX], list[LIST];
    if (exists(gs_import_path(dir, "model.safetensors", path)))
        return read_weights(b, path, e);
    if (exists(gs_import_path(dir, "model.safetensors.index.json", path)))
        return read_shards(b, dir, path, e);
    for (size_t i = 0; i < sizeof torch / sizeof *torch; i++) {
        if (!exists(gs_import_path(dir, torch[i], path)))
            continue;
        int ret = gs_import_sniff(path, e); /* a pointer or a web page is told first */
        return ret ? ret : gs_fail(e, GS_EMODEL, "%s has its weights as %s only; torch .bin files are not supported yet; "
                                   "convert to safetensors (transformers: model.save_pretrained(dir, "
                                   "safe_serialization=True))", dir, torch[i]);
    }
    gs_import_list(dir, list, sizeof list);
    return gs_fail(e, GS_EMODEL, "%s has no model.safetensors (it holds %s): download the whole repository of the model",
                   dir, list);
}

static int unknown_family(const char *dir, const json_t *config, gs_err *e)
{
    gs_str known = {0};
    const char *class = json_string_value(json_array_get(json_object_get(config, "architectures"), 0));
    for (int i = 0; gs_families[i]; i++)
        gs_str_printf(&known, "%s%s", i ? "; " : "", gs_families[i]->what);
    gs_fail(e, GS_EMODEL, "%s is of a family that is not supported (model_type \"%.60s\", class \"%.60s\"); supported: %s",
            dir, gs_json_text(config, "model_type", "none"), class ? class : "none", known.s ? known.s : "");
    gs_str_free(&known);
    return -GS_EMODEL;
}

static int import_family(gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    for (int i = 0; gs_families[i]; i++)
        if (gs_families[i]->match(config, &b->tensors)) {
            int ret = gs_families[i]->import(b, dir, config, e);
            if (!ret && !(b->architecture && b->config && b->tokenizer && b->recipe && b->card))
                ret = gs_fail_mem(e, "a model's description", 1);
            return ret;
        }
    return unknown_family(dir, config, e);
}

int gs_import_dir(gs_bundle *b, const char *dir, gs_err *e)
{
    *b = (gs_bundle){.path = strdup(dir)};
    json_t *config = b->path ? read_config(dir, e) : NULL;
    int ret = config ? find_weights(b, dir, e) : -GS_EMODEL;
    ret = ret ? ret : import_family(b, dir, config, e);
    json_decref(config);
    if (ret)
        gs_bundle_free(b);
    return ret;
}
