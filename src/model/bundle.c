#include <stdlib.h>
#include <string.h>
#include "base/cache.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/stamp.h"
#include "model/json.h"
#include "model/model.h"
#include "model/names.h"

void gs_bundle_free(gs_bundle *b)
{
    free(b->architecture);
    free(b->path);
    json_decref(b->config);
    json_decref(b->tokenizer);
    json_decref(b->recipe);
    json_decref(b->card);
    gs_tensors_free(&b->tensors);
    *b = (gs_bundle){0};
}

static int by_name(const void *x, const void *y, void *tensors)
{
    const gs_tensor *t = tensors;
    return strcmp(t[*(const size_t *)x].name, t[*(const size_t *)y].name);
}

size_t *gs_bundle_order(const gs_bundle *b)
{
    size_t n = b->tensors.n, *order = calloc(n + 1, sizeof *order);
    if (!order)
        return NULL;
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, by_name, b->tensors.t);
    return order;
}

int gs_bundle_not_finite(const gs_bundle *b, const gs_tensor *t, gs_err *e)
{
    char name[300];
    return gs_fail(e, GS_EMODEL, "%s: tensor %s holds NaN or infinite numbers: the weights are damaged; get them again",
                   b->path, gs_name_upstream(b->names, t->name, name, sizeof name));
}

int gs_bundle_hash(gs_bundle *b, gs_err *e)
{
    gs_sha256 c;
    char hex[65];
    const gs_tensor *bad = NULL;
    size_t *order = gs_bundle_order(b);
    if (!order)
        return gs_fail_mem(e, "the order of tensors", b->tensors.n * sizeof *order);
    gs_sha256_init(&c);
    for (size_t i = 0; i < b->tensors.n; i++) {
        const gs_tensor *t = &b->tensors.t[order[i]];
        gs_sha256_add(&c, t->data, t->bytes);
        bad = bad || gs_tensor_finite(t) ? bad : t;
        gs_tensors_forget(&b->tensors, t);
    }
    free(order);
    if (gs_sha256_hex(&c, hex, e))
        return -(int)e->code;
    if (b->sha256[0] && strcmp(b->sha256, hex))
        return gs_fail(e, GS_EMODEL, "%s is damaged: its weights have the sha256 %.16s... instead of %.16s...; get it "
                       "again", b->path, hex, b->sha256);
    if (bad)
        return gs_bundle_not_finite(b, bad, e);
    memcpy(b->sha256, hex, sizeof hex);
    return 0;
}

/* The stamp of the files and what this version makes of them: the hash depends on both. */
static int stamp_of(const gs_bundle *b, char out[65])
{
    gs_sha256 c;
    gs_sha256_init(&c);
    gs_sha256_add(&c, GSCORE_VERSION, sizeof GSCORE_VERSION);
    gs_sha256_add(&c, b->stamp, strlen(b->stamp));
    for (size_t i = 0; i < b->tensors.n; i++) {
        const gs_tensor *t = &b->tensors.t[i];
        gs_sha256_add(&c, t->name, strlen(t->name) + 1);
        gs_sha256_add(&c, t->shape, (size_t)t->ndim * sizeof *t->shape);
        gs_sha256_add(&c, &t->dtype, sizeof t->dtype);
    }
    return gs_sha256_hex(&c, out, NULL);
}

/* Are the files still those that were opened? Their mapped bytes were read meanwhile. */
static int unchanged(const gs_bundle *b)
{
    char now[65];
    return !gs_stamp(b->path, now) && !strcmp(now, b->stamp);
}

int gs_bundle_identify(gs_bundle *b, gs_err *e)
{
    char stamp[65];
    int known = b->stamp[0] && !stamp_of(b, stamp);
    if (b->sha256[0] || (known && gs_cache_get(b->path, stamp, b->sha256, sizeof b->sha256)))
        return 0;
    int ret = gs_bundle_hash(b, e);
    if (!ret && known && unchanged(b))
        gs_cache_put(b->path, stamp, b->sha256);
    return ret;
}

void gs_bundle_mark_exact(gs_bundle *b)
{
    int number[GS_NAME_NUMBERS];
    for (int i = 0; gs_archs[i]; i++) {
        if (!gs_archs[i]->exact || strcmp(gs_archs[i]->name, b->architecture))
            continue;
        for (const char *const *pattern = gs_archs[i]->exact; *pattern; pattern++)
            for (size_t t = 0; t < b->tensors.n; t++)
                b->tensors.t[t].exact |= gs_name_match(*pattern, b->tensors.t[t].name, number);
    }
}

int gs_bundle_refused(const gs_bundle *b, int force, gs_err *e)
{
    const char *why = gs_json_text(b->card, "refused", NULL);
    if (why && force)
        gs_warn_once("refused", "%s: %s", b->path, why);
    if (!why || force)
        return 0;
    return gs_fail(e, GS_EMODEL, "%s is refused: %s (score and convert take it with --force)", b->path, why);
}
