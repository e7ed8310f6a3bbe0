#include "model/names.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 6 /* of a layer's number; more would be no layer */ };

/* The number that text begins with, to *value; returns its digits, 0: there is none. */
static int read_number(const char *text, int *value)
{
    int n = 0;
    *value = 0;
    for (; isdigit((unsigned char)text[n]) && n < DIGITS; n++)
        *value = 10 * *value + (text[n] - '0');
    return n > 1 && text[0] == '0' ? 0 : n;
}

int gs_name_match(const char *pattern, const char *name, int number[GS_NAME_NUMBERS])
{
    const char *hole;
    for (int i = 0; i < GS_NAME_NUMBERS && (hole = strstr(pattern, "%d")); i++) {
        size_t before = (size_t)(hole - pattern);
        int digits = strncmp(pattern, name, before) ? 0 : read_number(name + before, &number[i]);
        if (!digits)
            return 0;
        name += before + (size_t)digits;
        pattern = hole + 2;
    }
    size_t n = strcspn(pattern, "*");
    return pattern[n] ? !strncmp(pattern, name, n) : !strcmp(pattern, name);
}

const char *gs_name_format(const char *pattern, const int *number, char *out, size_t n)
{
    size_t at = 0;
    const char *hole;
    for (; (hole = strstr(pattern, "%d")) && at < n; pattern = hole + 2)
        at += (size_t)snprintf(out + at, n - at, "%.*s%d", (int)(hole - pattern), pattern, *number++);
    if (at < n)
        snprintf(out + at, n - at, "%s", pattern);
    return out;
}

const char *gs_name_upstream(const gs_name_map *rows, const char *name, char *out, size_t n)
{
    int number[GS_NAME_NUMBERS] = {0};
    for (; rows && rows->theirs; rows++)
        if (rows->ours && gs_name_match(rows->ours, name, number))
            return gs_name_format(rows->theirs, number, out, n);
    snprintf(out, n, "%s", name);
    return out;
}
