/* config.json by table: their keys to ours. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "import/family/family.h"

/* Of transformers, as PyTorch's kernels compute them. */
const gs_word gs_activation_words[] = {
    {"gelu", "gelu"},          {"gelu_python", "gelu"},            {"gelu_new", "gelu_tanh"},
    {"gelu_fast", "gelu_tanh"}, {"gelu_pytorch_tanh", "gelu_tanh"}, {"relu", "relu"},
    {"silu", "silu"},          {"swish", "silu"},                  {NULL, NULL}};

enum { KEY = 64 };

/* key: which of the row's the value stands under; failed: the error that it was refused with. */
typedef struct { const gs_checkpoint *c; const gs_config_map *row; char key[KEY]; int failed; gs_err *e; } reader;

static json_t *bad(reader *r, const char *why)
{
    r->failed = gs_fail(r->e, GS_EMODEL, "%s/%s: \"%s\" %s", r->c->dir, r->c->config_file, r->key, why);
    return NULL;
}

/* What stands under "key" or "object.key". */
static const json_t *look_up(const json_t *config, const char *key)
{
    char object[KEY];
    const char *dot = strchr(key, '.');
    snprintf(object, sizeof object, "%.*s", (int)strcspn(key, "."), key);
    const json_t *v = json_object_get(config, object);
    return dot ? json_object_get(v, dot + 1) : v;
}

/* The value of the first of the row's keys that is there, NULL: of none, and the first is named. */
static const json_t *find_value(reader *r, const json_t *config)
{
    const json_t *v = NULL;
    for (const char *key = r->row->theirs; key && !v; key = strchr(key, '|') ? strchr(key, '|') + 1 : NULL) {
        snprintf(r->key, sizeof r->key, "%.*s", (int)strcspn(key, "|"), key);
        v = look_up(config, r->key);
    }
    if (!v)
        snprintf(r->key, sizeof r->key, "%.*s", (int)strcspn(r->row->theirs, "|"), r->row->theirs);
    return v;
}

/* v: NULL where the key is absent. A null is no number. */
static json_t *read_number(reader *r, const json_t *v)
{
    const gs_config_map *row = r->row;
    double x = v ? json_is_number(v) ? json_number_value(v) : NAN : row->def;
    char why[100];
    if (row->optional && (v ? json_is_null(v) : isnan(x)))
        return json_null();
    if (isnan(x))
        return bad(r, !v || json_is_null(v) ? "is missing" : "must be a number");
    if (row->type == GS_JSON_INT && x != floor(x))
        return bad(r, "must be a whole number");
    if (x >= row->min && x <= row->max)
        return row->type == GS_JSON_INT ? json_integer((json_int_t)x) : json_real(x);
    if (row->min == row->max)
        snprintf(why, sizeof why, "is %.10g; supported is %.10g", x, row->min);
    else
        snprintf(why, sizeof why, "is %.10g, out of range (%.10g to %.10g)", x, row->min, row->max);
    return bad(r, why);
}

/* As Python sees it, null is false. */
static json_t *read_bool(reader *r, const json_t *v)
{
    if (v && !json_is_boolean(v) && !json_is_null(v))
        return bad(r, "must be true or false");
    return json_boolean(v ? json_is_true(v) : r->row->def != 0);
}

static json_t *read_name(reader *r, const json_t *v)
{
    char why[100];
    const char *text = v && !json_is_null(v) ? json_string_value(v) : r->row->words[0].theirs;
    for (const gs_word *w = r->row->words; text && w->theirs; w++)
        if (!strcmp(w->theirs, text))
            return json_string(w->ours);
    snprintf(why, sizeof why, "\"%.40s\" is not supported", text ? text : "(not a text)");
    return bad(r, why);
}

/* JSON's null: ours is left out. */
static json_t *read_value(reader *r, const json_t *v)
{
    switch (r->row->type) {
    case GS_JSON_INT:
    case GS_JSON_REAL: return read_number(r, v);
    case GS_JSON_BOOL: return read_bool(r, v);
    case GS_JSON_NAME: return read_name(r, v);
    default: return !v || json_is_null(v) || json_is_false(v) ? json_null() : bad(r, "is not supported");
    }
}

/* The object that a key of ours belongs to; *key: within it. */
static json_t *owner(const gs_bundle *b, const char **key)
{
    static const char tokenizer[] = "tokenizer.";
    if (strncmp(*key, tokenizer, strlen(tokenizer)))
        return b->config;
    *key += strlen(tokenizer);
    return b->tokenizer;
}

int gs_family_config(gs_bundle *b, const gs_config_map *map, const gs_checkpoint *c, gs_err *e)
{
    for (; map->theirs; map++) {
        reader r = {.c = c, .row = map, .e = e};
        const char *key = map->ours;
        json_t *value = read_value(&r, find_value(&r, c->config));
        if (!value)
            return r.failed ? r.failed : gs_fail_mem(e, "a model's configuration", 1);
        json_t *to = key && !json_is_null(value) ? owner(b, &key) : NULL;
        if (!to)
            json_decref(value);
        else if (json_object_set_new(to, key, value))
            return gs_fail_mem(e, "a model's configuration", 1);
    }
    return 0;
}

int gs_family_set(json_t *object, gs_err *e, const char *format, ...)
{
    json_error_t why;
    va_list args;
    va_start(args, format);
    json_t *more = json_vpack_ex(&why, 0, format, args);
    va_end(args);
    return !more || json_object_update_new(object, more) ? gs_fail_mem(e, "a model's configuration", 1) : 0;
}

int gs_family_int(const json_t *config, const char *key)
{
    return (int)json_integer_value(json_object_get(config, key));
}
