#include "model/names.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 6 /* of a layer's number; more would be no layer */ };

int gs_name_match(const char *pattern, const char *name, int *number)
{
    const char *hole = strstr(pattern, "%d");
    if (!hole)
        return !strcmp(pattern, name);
    size_t before = (size_t)(hole - pattern);
    if (strncmp(pattern, name, before))
        return 0;
    const char *p = name + before;
    int value = 0, n = 0;
    for (; isdigit((unsigned char)p[n]) && n < DIGITS; n++)
        value = 10 * value + (p[n] - '0');
    if (!n || (n > 1 && p[0] == '0') || strcmp(p + n, hole + 2))
        return 0;
    *number = value;
    return 1;
}

const char *gs_name_format(const char *pattern, int number, char *out, size_t n)
{
    const char *hole = strstr(pattern, "%d");
    if (hole)
        snprintf(out, n, "%.*s%d%s", (int)(hole - pattern), pattern, number, hole + 2);
    else
        snprintf(out, n, "%s", pattern);
    return out;
}

const char *gs_name_upstream(const gs_name_map *rows, const char *name, char *out, size_t n)
{
    int number = 0;
    for (; rows && rows->theirs; rows++)
        if (rows->ours && gs_name_match(rows->ours, name, &number))
            return gs_name_format(rows->theirs, number, out, n);
    snprintf(out, n, "%s", name);
    return out;
}
