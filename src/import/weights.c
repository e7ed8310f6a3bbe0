/* The files of weights in a download: which they are, and how they are read. */
#include "import/weights.h"
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "import/files.h"
#include "import/torch/torch.h"

enum { MAX_INDEX = 64 << 20, LIST = 300 };

static int read_safetensors(gs_tensors *s, const char *path, gs_err *e)
{
    return gs_safetensors_read(s, path, NULL, e);
}

/* Formats by their first bytes; the last is what is left. */
static const struct {
    int (*is)(const char *path);
    int (*read)(gs_tensors *s, const char *path, gs_err *e);
} formats[] = {{gs_torch_is, gs_torch_read}, {NULL, read_safetensors}};

int gs_weights_read(gs_tensors *s, const char *path, gs_err *e)
{
    size_t i = 0;
    int ret = gs_import_sniff(path, e);
    while (!ret && formats[i].is && !formats[i].is(path))
        i++;
    return ret ? ret : formats[i].read(s, path, e);
}

int gs_weights_known(const char *path)
{
    for (size_t i = 0; formats[i].is; i++)
        if (formats[i].is(path))
            return 1;
    return 0;
}

static int list_shard(json_t *shards, const char *dir, const char *file, gs_err *e)
{
    if (!file || strchr(file, '/') || file[0] == '.')
        return gs_fail(e, GS_EMODEL, "%s: the \"weight_map\" of the index must give the names of files in the same "
                       "directory", dir);
    return json_object_set_new(shards, file, json_true()) ? gs_fail_mem(e, "the list of shards", strlen(file)) : 0;
}

static int check_shards(json_t *shards, const char *dir, gs_err *e)
{
    char path[PATH_MAX];
    const char *file, *first = NULL;
    json_t *v;
    size_t missing = 0;
    json_object_foreach(shards, file, v)
        if (!gs_import_exists(gs_import_path(dir, file, path))) {
            first = first ? first : file;
            missing++;
        }
    return !missing ? 0
                    : gs_fail(e, GS_EMODEL, "%s lacks %s%s, which its index lists (%zu of %zu files are missing): the "
                              "download is not complete", dir, first, missing > 1 ? ", ..." : "", missing,
                              json_object_size(shards));
}

static int read_shards(gs_tensors *s, const char *dir, const char *index_path, gs_err *e)
{
    char path[PATH_MAX];
    const char *name;
    json_t *v, *shards = json_object(), *index = gs_import_json(index_path, MAX_INDEX, e);
    json_t *map = json_object_get(index, "weight_map");
    int ret = !index ? -GS_EMODEL : shards ? 0 : gs_fail_mem(e, "the list of shards", 1);
    if (!ret && !json_object_size(map))
        ret = gs_fail(e, GS_EMODEL, "%s has no \"weight_map\"", index_path);
    json_object_foreach(map, name, v)
        ret = ret ? ret : list_shard(shards, dir, json_string_value(v), e);
    ret = ret ? ret : check_shards(shards, dir, e);
    json_object_foreach(shards, name, v)
        ret = ret ? ret : gs_weights_read(s, gs_import_path(dir, name, path), e);
    json_decref(shards);
    json_decref(index);
    return ret;
}

/* Weights by another name than the hub's; what training leaves beside them is none. */
static int may_be_weights(const struct dirent *d)
{
    static const char *const ends[] = {".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".part0"};
    static const char *const others[] = {"training_args.bin", "optimizer.", "scheduler.", "rng_state", "scaler."};
    size_t n = strlen(d->d_name);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strncmp(d->d_name, others[i], strlen(others[i])))
            return 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && !strcmp(d->d_name + n - strlen(ends[i]), ends[i]))
            return d->d_name[0] != '.';
    return 0;
}

/* Of several files the one whose tensors are a model's, to *found; -1: there is none, or more than one. GS_ENOMEM. */
static int find_known(struct dirent **entry, int n, const char *dir, int (*known)(gs_tensors *s), int *found, gs_err *e)
{
    char path[PATH_MAX];
    int count = 0;
    *found = -1;
    for (int i = 0; i < n; i++) {
        gs_tensors s = {0};
        gs_err why = {0};
        int ret = gs_weights_read(&s, gs_import_path(dir, entry[i]->d_name, path), &why), is = ret ? 0 : known(&s);
        gs_tensors_free(&s);
        if (why.code == GS_ENOMEM || is < 0)
            return gs_fail(e, GS_ENOMEM, "%s", is < 0 ? "not enough memory for the names of tensors" : why.msg);
        count += is;
        *found = count == 1 && is ? i : count > 1 ? -1 : *found;
    }
    return 0;
}

/* A single file of weights, whatever its name. */
static int find_single(gs_tensors *s, const char *dir, int (*known)(gs_tensors *s), gs_err *e)
{
    char path[PATH_MAX], list[LIST];
    struct dirent **entry = NULL;
    int n = scandir(dir, &entry, may_be_weights, alphasort), at = n - 1;
    int ret = n > 1 ? find_known(entry, n, dir, known, &at, e) : 0;
    if (!ret && at >= 0)
        ret = gs_weights_read(s, gs_import_path(dir, entry[at]->d_name, path), e);
    else if (!ret && n > 1)
        ret = gs_fail(e, GS_EMODEL, "%s holds several files of weights (%s, %s%s): give one of them as the model", dir,
                      entry[0]->d_name, entry[1]->d_name, n > 2 ? ", ..." : "");
    else if (!ret)
        ret = gs_fail(e, GS_EMODEL, "%s has %s (it holds %s): download the whole repository of the model", dir,
                      gs_import_exists(gs_import_path(dir, "config.json", path))
                          ? "no model.safetensors or pytorch_model.bin"
                          : "neither config.json nor weights, such as model.safetensors",
                      gs_import_list(dir, list, sizeof list));
    for (int i = 0; i < n; i++)
        free(entry[i]);
    free(entry);
    return ret;
}

int gs_weights_find(gs_tensors *s, const char *dir, int (*known)(gs_tensors *s), gs_err *e)
{
    static const struct { const char *file; int index; } hub[] = {{"model.safetensors", 0},
                                                                  {"model.safetensors.index.json", 1},
                                                                  {"pytorch_model.bin", 0},
                                                                  {"pytorch_model.bin.index.json", 1},
                                                                  {"weights.ckpt", 0} /* HyenaDNA */};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof hub / sizeof *hub; i++)
        if (gs_import_exists(gs_import_path(dir, hub[i].file, path)))
            return hub[i].index ? read_shards(s, dir, path, e) : gs_weights_read(s, path, e);
    return find_single(s, dir, known, e);
}
