#include "model/json.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Every value costs jansson about 100 bytes, a value in the text as little as two: count before parsing. */
enum { MAX_VALUES = 4000000 };

/* ---- memory ---- */

static _Thread_local unsigned long failures;

static void *count_failures(size_t n)
{
    void *p = malloc(n);
    failures += !p;
    return p;
}

static void watch_memory(void)
{
    json_set_alloc_funcs(count_failures, free);
}

unsigned long gs_json_failures(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_memory);
    return failures;
}

/* ---- parsing ---- */

static size_t count_values(const char *text, size_t n)
{
    size_t values = 0;
    int quoted = 0;
    for (size_t i = 0; i < n; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == ',' || text[i] == '[' || text[i] == '{'))
            values++;
    }
    return values;
}

json_t *gs_json_parse(const char *text, size_t n, const char *what, int unique, gs_err *e)
{
    json_error_t why;
    if (count_values(text, n) > MAX_VALUES) {
        gs_fail(e, GS_EMODEL, "%s holds more than %d JSON values", what, MAX_VALUES);
        return NULL;
    }
    unsigned long before = gs_json_failures();
    json_t *j = json_loadb(text, n, unique ? JSON_REJECT_DUPLICATES : 0, &why);
    if (gs_json_failures() != before) { /* what is there may lack parts */
        gs_fail_mem(e, what, n);
        json_decref(j);
        j = NULL;
    } else if (!j)
        gs_fail(e, GS_EMODEL, "%s is not valid JSON (line %d, column %d%s)", what, why.line, why.column,
                json_error_code(&why) == json_error_duplicate_key ? ": a key occurs twice" : "");
    else if (!json_is_object(j)) {
        gs_fail(e, GS_EMODEL, "%s is not a JSON object", what);
        json_decref(j);
        j = NULL;
    }
    return j;
}

static const gs_json_row *find_row(const gs_json_row *rows, const char *key)
{
    for (; rows->key; rows++)
        if (!strcmp(rows->key, key))
            return rows;
    return NULL;
}

static int read_number(void *field, const gs_json_row *row, const json_t *v, const char *what, gs_err *e)
{
    double x = json_number_value(v);
    if (!json_is_number(v) || (row->type == GS_JSON_INT && !json_is_integer(v)))
        return gs_fail(e, GS_EMODEL, "%s: \"%s\" must be %s", what, row->key,
                       row->type == GS_JSON_INT ? "a whole number" : "a number");
    if (!(x >= row->min && x <= row->max))
        return gs_fail(e, GS_EMODEL, "%s: \"%s\" is %g, outside %g to %g", what, row->key, x, row->min, row->max);
    if (row->type == GS_JSON_INT)
        *(int *)field = (int)x;
    else
        *(double *)field = x;
    return 0;
}

static int read_name(int *field, const gs_json_row *row, const json_t *v, const char *what, gs_err *e)
{
    const char *name = json_string_value(v);
    for (int i = 0; name && row->names[i]; i++)
        if (!strcmp(row->names[i], name)) {
            *field = i;
            return 0;
        }
    return gs_fail(e, GS_EMODEL, "%s: \"%s\" is \"%.60s\", which this version does not know", what, row->key,
                   name ? name : "(not a string)");
}

static int read_text(char *field, const gs_json_row *row, const json_t *v, const char *what, gs_err *e)
{
    if (!json_is_string(v) || (double)json_string_length(v) >= row->max)
        return gs_fail(e, GS_EMODEL, "%s: \"%s\" must be a string of less than %g bytes", what, row->key, row->max);
    memcpy(field, json_string_value(v), json_string_length(v) + 1);
    return 0;
}

static int read_value(void *field, const gs_json_row *row, const json_t *v, const char *what, gs_err *e)
{
    switch (row->type) {
    case GS_JSON_INT:
    case GS_JSON_REAL: return read_number(field, row, v, what, e);
    case GS_JSON_NAME: return read_name(field, row, v, what, e);
    case GS_JSON_TEXT: return read_text(field, row, v, what, e);
    case GS_JSON_ANY: return 0;
    case GS_JSON_BOOL: break;
    }
    if (!json_is_boolean(v))
        return gs_fail(e, GS_EMODEL, "%s: \"%s\" must be true or false", what, row->key);
    *(int *)field = json_is_true(v);
    return 0;
}

static void set_default(void *field, const gs_json_row *row)
{
    if (row->type == GS_JSON_REAL)
        *(double *)field = row->def;
    else if (row->type == GS_JSON_TEXT)
        *(char *)field = 0;
    else if (row->type != GS_JSON_ANY)
        *(int *)field = (int)row->def;
}

int gs_json_read(void *to, const gs_json_row *rows, const json_t *object, const char *what, gs_err *e)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)object, key, v)
        if (!find_row(rows, key))
            return gs_fail(e, GS_EMODEL, "%s: key \"%.60s\" is unknown; the model may need a newer version of gscore",
                           what, key);
    for (; rows->key; rows++) {
        void *field = (char *)to + rows->field;
        v = json_object_get(object, rows->key);
        if (!v && isnan(rows->def))
            return gs_fail(e, GS_EMODEL, "%s: \"%s\" is missing", what, rows->key);
        if (!v)
            set_default(field, rows);
        else if (read_value(field, rows, v, what, e))
            return -GS_EMODEL;
    }
    return 0;
}

const char *gs_json_text(const json_t *object, const char *key, const char *def)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : def;
}

double gs_json_number(const json_t *object, const char *key, double def)
{
    json_t *v = json_object_get(object, key);
    return json_is_number(v) ? json_number_value(v) : def;
}

int gs_json_true(const json_t *object, const char *key, int def)
{
    json_t *v = json_object_get(object, key);
    return json_is_boolean(v) ? json_is_true(v) : def;
}
