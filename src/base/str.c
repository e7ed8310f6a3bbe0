#include "base/str.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for n more bytes and the final 0; 0 on success. */
static int reserve(gs_str *s, size_t n)
{
    if (n < s->cap - s->len && s->s)
        return 0;
    size_t cap = 2 * (s->len + n + 1);
    char *p = cap > n ? realloc(s->s, cap) : NULL;
    if (!p) {
        s->failed = 1;
        return -1;
    }
    s->s = p;
    s->cap = cap;
    return 0;
}

void gs_str_addn(gs_str *s, const char *text, size_t n)
{
    if (reserve(s, n))
        return;
    if (n)
        memcpy(s->s + s->len, text, n);
    s->len += n;
    s->s[s->len] = 0;
}

void gs_str_add(gs_str *s, const char *text)
{
    gs_str_addn(s, text, strlen(text));
}

void gs_str_printf(gs_str *s, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0)
        s->failed = 1;
    else if (!reserve(s, (size_t)n)) {
        vsnprintf(s->s + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    }
    va_end(again);
    va_end(ap);
}

void gs_str_clear(gs_str *s)
{
    s->len = 0;
    s->failed = 0;
    if (s->s)
        s->s[0] = 0;
}

void gs_str_free(gs_str *s)
{
    free(s->s);
    *s = (gs_str){0};
}

const char *gs_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}
