#include "import/yaml.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>
#include "import/files.h"

enum { DEEPEST = 8 /* mappings and lists within each other */ };

typedef struct { yaml_parser_t parser; yaml_event_t event; const char *what; int failed; gs_err *e; } reader;

/* The first cause counts; always NULL. */
static json_t *bad(reader *r, const char *why)
{
    if (!r->failed)
        r->failed = gs_fail(r->e, GS_EMODEL, "%s, line %zu: %s", r->what, r->event.start_mark.line + 1, why);
    return NULL;
}

static json_t *no_memory(reader *r)
{
    if (!r->failed)
        r->failed = gs_fail_mem(r->e, r->what, 0);
    return NULL;
}

/* The next event to r->event, in place of the one there. */
static int next(reader *r)
{
    yaml_event_delete(&r->event);
    if (yaml_parser_parse(&r->parser, &r->event))
        return 0;
    memset(&r->event, 0, sizeof r->event);
    r->event.start_mark = r->parser.problem_mark;
    if (r->parser.error == YAML_MEMORY_ERROR)
        no_memory(r);
    else
        bad(r, r->parser.problem ? r->parser.problem : "no YAML");
    return -1;
}

/* Is it one of the words, in any case? */
static int is_one(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (!strcasecmp(text, *words))
            return 1;
    return 0;
}

static json_t *number(const char *text)
{
    char *end;
    errno = 0;
    long long whole = strtoll(text, &end, 10);
    if (!errno && end > text && !*end)
        return json_integer(whole);
    double x = strtod(text, &end);
    return end > text && !*end && isfinite(x) && !strpbrk(text, "xX") ? json_real(x) : json_string(text);
}

static json_t *scalar(reader *r)
{
    static const char *const nulls[] = {"", "~", "null", NULL}, *const yes[] = {"true", "yes", "on", NULL};
    static const char *const no[] = {"false", "no", "off", NULL};
    const char *text = (const char *)r->event.data.scalar.value;
    if (strlen(text) != r->event.data.scalar.length)
        return bad(r, "a text has a zero byte");
    json_t *v = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE ? json_string(text)
                : is_one(text, nulls)                                 ? json_null()
                : is_one(text, yes)                                   ? json_true()
                : is_one(text, no)                                    ? json_false()
                                                                      : number(text);
    return v ? v : no_memory(r);
}

static json_t *value(reader *r, int depth);

static json_t *list(reader *r, int depth)
{
    json_t *to = json_array();
    int failed = !to || next(r);
    while (!failed && r->event.type != YAML_SEQUENCE_END_EVENT) {
        json_t *item = value(r, depth + 1);
        failed = !item || json_array_append_new(to, item) || next(r);
    }
    if (!failed)
        return to;
    json_decref(to);
    return no_memory(r);
}

/* A key and its value. */
static int member(reader *r, json_t *to, int depth)
{
    const char *text = r->event.type == YAML_SCALAR_EVENT ? (const char *)r->event.data.scalar.value : NULL;
    if (!text || strlen(text) != r->event.data.scalar.length) {
        bad(r, "a key must be a text");
        return -1;
    }
    char *key = strdup(text);
    json_t *v = key && !next(r) ? value(r, depth + 1) : NULL;
    int ret = !v || json_object_set_new(to, key, v) ? -1 : 0;
    free(key);
    return ret;
}

static json_t *mapping(reader *r, int depth)
{
    json_t *to = json_object();
    int failed = !to || next(r);
    while (!failed && r->event.type != YAML_MAPPING_END_EVENT)
        failed = member(r, to, depth) || next(r);
    if (!failed)
        return to;
    json_decref(to);
    return no_memory(r);
}

/* What r->event begins; afterwards it is that value's last event. */
static json_t *value(reader *r, int depth)
{
    const yaml_event_t *v = &r->event;
    if (depth > DEEPEST)
        return bad(r, "too many levels");
    switch (v->type) {
    case YAML_SCALAR_EVENT:
        return v->data.scalar.anchor || v->data.scalar.tag ? bad(r, "anchors and tags are not supported") : scalar(r);
    case YAML_SEQUENCE_START_EVENT:
        return v->data.sequence_start.anchor ? bad(r, "anchors are not supported") : list(r, depth);
    case YAML_MAPPING_START_EVENT:
        return v->data.mapping_start.anchor ? bad(r, "anchors are not supported") : mapping(r, depth);
    default: return bad(r, "not a configuration of keys and values");
    }
}

json_t *gs_yaml_parse(const char *text, size_t n, const char *what, gs_err *e)
{
    reader r = {.what = what, .e = e};
    json_t *v = NULL;
    if (!yaml_parser_initialize(&r.parser))
        return no_memory(&r);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
    if (!next(&r) && !next(&r) && !next(&r)) /* begin of stream, of document, of the mapping */
        v = r.event.type == YAML_MAPPING_START_EVENT ? value(&r, 0) : bad(&r, "not a configuration of keys and values");
    if (v && (next(&r) || next(&r) || r.event.type != YAML_STREAM_END_EVENT)) {
        bad(&r, "more than one document");
        json_decref(v);
        v = NULL;
    }
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return v;
}

json_t *gs_import_yaml(const char *path, size_t most, gs_err *e)
{
    size_t n;
    char *text = gs_import_sniff(path, e) ? NULL : gs_import_text(path, most, &n, e);
    json_t *v = text ? gs_yaml_parse(text, n, path, e) : NULL;
    free(text);
    return v;
}
