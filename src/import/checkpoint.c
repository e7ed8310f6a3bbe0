/* A checkpoint as downloaded from a model hub, to a bundle: what its config.json says, its weights, its tokenizer. */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "import/card.h"
#include "import/family/family.h"
#include "import/files.h"
#include "import/import.h"
#include "import/tokenizer/tokenizer.h"
#include "import/weights.h"

enum { MAX_CONFIG = 4 << 20, MOST_PADDING = 128 /* rows that training code adds to an embedding */ };

/* No config.json is no error yet: a family may have its facts from elsewhere. */
static int read_config(gs_checkpoint *c, gs_err *e)
{
    char path[PATH_MAX];
    if (!gs_import_exists(gs_import_path(c->dir, "config.json", path)))
        return 0;
    c->config = gs_import_json(path, MAX_CONFIG, e);
    return c->config ? gs_family_known(gs_families, c, e) : -GS_EMODEL;
}

/* ---- tokens ---- */

/* Token ids that the embedding has rows for. */
static int token_rows(const gs_bundle *b)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, "embed.weight");
    int64_t vocab = gs_family_int(b->config, "vocab"), rows = t && t->ndim == 2 ? t->shape[0] : vocab;
    return (int)(rows > vocab && rows - vocab < MOST_PADDING ? rows : vocab);
}

static int no_tokenizer(const gs_checkpoint *c, const gs_family *f, gs_err *e)
{
    gs_str what = {0};
    for (const char *const *file = f->tokenizer_files; *file; file++)
        gs_str_printf(&what, "%s%s", !what.len ? "" : file[1] ? ", " : " or ", *file);
    gs_str_printf(&what, ", which gives %s their tokens", f->what);
    int ret = what.failed ? gs_fail_mem(e, "a message", 1) : gs_import_lacks(c->dir, what.s, e);
    gs_str_free(&what);
    return ret;
}

static int read_tokenizer(gs_bundle *b, const gs_checkpoint *c, const gs_family *f, gs_err *e)
{
    char path[PATH_MAX];
    const char *const *file = f->tokenizer_files;
    if (json_object_get(b->tokenizer, "vocab"))
        return 0;
    while (*file && !gs_import_exists(gs_import_path(c->dir, *file, path)))
        file++;
    if (!*file && f->tokenizer_files[0])
        return no_tokenizer(c, f, e);
    const char *kind = gs_json_text(b->tokenizer, "kind", "kmers");
    json_t *read = *file ? gs_import_tokenizer(c->dir, *file, kind, token_rows(b), e)
                         : gs_import_tokenizer_bytes(token_rows(b), e);
    int bad = read && json_object_update_missing(b->tokenizer, read);
    json_decref(read);
    return !read ? -GS_EMODEL : bad ? gs_fail_mem(e, "the tokenizer", 1) : 0;
}

/* ---- the whole ---- */

static int describe(gs_bundle *b, gs_checkpoint *c, gs_err *e)
{
    const gs_family *f = gs_family_find(gs_families, c, e);
    int ret = f ? gs_family_apply(b, f, c, e) : -GS_EMODEL;
    ret = ret ? ret : read_tokenizer(b, c, f, e);
    if (ret)
        return ret;
    b->card = gs_import_card(c->dir, f->citation, e);
    return !b->card ? -GS_ENOMEM : f->finish ? f->finish(b, c, e) : 0;
}

static int is_known(gs_tensors *s)
{
    int ret = gs_names_unwrap(s, NULL);
    return ret ? ret : gs_family_fits(gs_families, s);
}

/* file: of weights; NULL: whichever the directory has. */
static int import_from(gs_bundle *b, const char *dir, const char *file, gs_err *e)
{
    gs_checkpoint c = {.dir = dir, .file = file, .config_file = "config.json"};
    *b = (gs_bundle){.path = strdup(file ? file : dir)};
    int ret = b->path ? read_config(&c, e) : gs_fail_mem(e, "a path", strlen(dir));
    ret = ret ? ret : file ? gs_weights_read(&c.tensors, file, e) : gs_weights_find(&c.tensors, dir, is_known, e);
    ret = ret ? ret : gs_names_unwrap(&c.tensors, e);
    ret = ret ? ret : describe(b, &c, e);
    json_decref(c.config);
    gs_tensors_free(&c.tensors);
    if (ret)
        gs_bundle_free(b);
    return ret;
}

int gs_import_dir(gs_bundle *b, const char *dir, gs_err *e)
{
    return import_from(b, dir, NULL, e);
}

int gs_import_file(gs_bundle *b, const char *path, gs_err *e)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", path) >= PATH_MAX)
        return gs_fail(e, GS_EMODEL, "the path of the model is too long");
    return import_from(b, dirname(copy), path, e);
}

int gs_import_is_checkpoint(const char *path)
{
    char copy[PATH_MAX], config[PATH_MAX];
    if (gs_weights_known(path))
        return 1;
    return snprintf(copy, sizeof copy, "%s", path) < PATH_MAX &&
           gs_import_exists(gs_import_path(dirname(copy), "config.json", config)) && !gs_container_is(path);
}
