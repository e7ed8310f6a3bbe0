#include "base/option.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/nearest.h"

static void *field_of(const gs_option *row, void *at)
{
    return (char *)at + row->field;
}

static int int_of(const gs_option *row, const void *at)
{
    return *(const int *)((const char *)at + row->field);
}

static const char *text_of(const gs_option *row, const void *at)
{
    return *(const char *const *)((const char *)at + row->field);
}

void gs_option_defaults(const gs_option *rows, void *at)
{
    for (; rows->name; rows++)
        if (rows->kind <= GS_OPT_WORD)
            *(int *)field_of(rows, at) = rows->def;
        else if (rows->kind == GS_OPT_OWN)
            rows->take(field_of(rows, at), NULL, NULL);
}

/* ---- words ---- */

const char *gs_option_word(const gs_option *row, int i, int *n)
{
    const char *p = row->choice ? row->choice(i).name : row->word && !i ? row->word : NULL;
    if (row->kind == GS_OPT_WORD)
        for (p = row->value; p && i > 0; i--)
            if ((p = strchr(p, '|')))
                p++;
    *n = p ? (int)strcspn(p, "|") : 0;
    return p;
}

static int find_word(const gs_option *row, const char *text)
{
    const char *w;
    for (int i = 0, n; (w = gs_option_word(row, i, &n)); i++)
        if ((size_t)n == strlen(text) && !strncmp(w, text, (size_t)n))
            return i;
    return -1;
}

static const char *hint(const gs_option *row, const char *text, char out[100])
{
    gs_nearest near = {.word = text};
    const char *w;
    for (int i = 0, n; (w = gs_option_word(row, i, &n)); i++)
        gs_nearest_add(&near, w, (size_t)n);
    return gs_nearest_hint(&near, "", out, 100);
}

/* ---- setting ---- */

static int set_int(const gs_option *row, void *at, const char *text, gs_err *e)
{
    char *end;
    errno = 0;
    long long x = strtoll(text, &end, 10);
    if (row->word && !strcmp(text, row->word))
        x = (long long)row->min - 1;
    else if (!*text || *end || errno || x < row->min || x > row->max)
        return gs_fail(e, GS_EUSAGE, "--%s wants a whole number from %d to %d%s%s, not '%s'", row->name, row->min,
                       row->max, row->word ? " or " : "", row->word ? row->word : "", text);
    *(int *)field_of(row, at) = (int)x;
    return 0;
}

static int set_word(const gs_option *row, void *at, const char *text, gs_err *e)
{
    char near[100];
    int i = find_word(row, text);
    if (i < 0)
        return gs_fail(e, GS_EUSAGE, "--%s wants %s, not '%s'%s", row->name, row->value, text, hint(row, text, near));
    *(int *)field_of(row, at) = row->min + i;
    return 0;
}

static int add_name(const gs_option *row, void *at, const char *text, gs_err *e)
{
    gs_names *list = field_of(row, at);
    if (list->n == GS_NAMES_MAX)
        return gs_fail(e, GS_EUSAGE, "more than %d times --%s", GS_NAMES_MAX, row->name);
    list->name[list->n++] = text;
    return 0;
}

int gs_option_set(const gs_option *row, void *at, const char *text, gs_err *e)
{
    switch (row->kind) {
    case GS_OPT_SWITCH: *(int *)field_of(row, at) = 1; return 0;
    case GS_OPT_INT: return set_int(row, at, text, e);
    case GS_OPT_WORD:
        if (text)
            return set_word(row, at, text, e);
        *(int *)field_of(row, at) = row->min;
        return 0;
    case GS_OPT_TEXT: *(const char **)field_of(row, at) = text; return 0;
    case GS_OPT_NAMES: return add_name(row, at, text, e);
    case GS_OPT_OWN: return row->take(field_of(row, at), text, e);
    }
    return 0;
}

/* ---- telling ---- */

/* How an int would be typed; nothing: it was not given. */
static void int_text(const gs_option *row, int x, gs_str *out)
{
    const char *w = NULL;
    int n = 0;
    if (row->kind == GS_OPT_WORD && x >= row->min)
        w = gs_option_word(row, x - row->min, &n);
    else if (row->kind == GS_OPT_INT && row->word && x == row->min - 1)
        w = gs_option_word(row, 0, &n);
    else if (row->kind == GS_OPT_INT && x >= row->min)
        gs_str_printf(out, "%d", x);
    if (w)
        gs_str_addn(out, w, (size_t)n);
}

static void record(const gs_option *row, const char *value, gs_str *out)
{
    if (value && *value)
        gs_str_printf(out, "%s--%s %s", out->len ? " " : "", row->name, value);
}

/* As it is recorded: a file without its folder, for it may lie elsewhere the next time. */
static const char *recorded_text(const gs_option *row, const char *text)
{
    return text && row->value && !strcmp(row->value, "FILE") ? gs_base_name(text) : text;
}

static void record_row(const gs_option *row, const void *at, gs_str *out)
{
    const gs_names *list = (const gs_names *)((const char *)at + row->field);
    gs_str value = {0};
    switch (row->kind) {
    case GS_OPT_SWITCH:
        if (int_of(row, at))
            gs_str_printf(out, "%s--%s", out->len ? " " : "", row->name);
        break;
    case GS_OPT_INT:
    case GS_OPT_WORD:
        int_text(row, int_of(row, at), &value);
        record(row, value.s, out);
        break;
    case GS_OPT_TEXT: record(row, recorded_text(row, text_of(row, at)), out); break;
    case GS_OPT_NAMES:
        for (int i = 0; i < list->n; i++)
            record(row, list->name[i], out);
        break;
    case GS_OPT_OWN: break;
    }
    out->failed |= value.failed;
    gs_str_free(&value);
}

void gs_option_record(const gs_option *rows, const void *at, gs_str *out)
{
    for (; rows->name; rows++)
        if (rows->recorded)
            record_row(rows, at, out);
}

void gs_option_default_text(const gs_option *row, gs_str *out)
{
    if (row->otherwise)
        gs_str_add(out, row->otherwise);
    else if (row->kind == GS_OPT_INT || row->kind == GS_OPT_WORD)
        int_text(row, row->def, out);
}
