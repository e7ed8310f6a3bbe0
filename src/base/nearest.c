#include "base/nearest.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 63 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int differ(char a, char b)
{
    return tolower((unsigned char)a) != tolower((unsigned char)b);
}

/* Optimal string alignment, three rows of its table at a time. */
static int distance(const char *a, int n, const char *b, int m)
{
    int row[3][MOST + 1];
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3], *before = row[(i + 2) % 3], *two = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            now[j] = least(before[j - 1] + differ(a[i - 1], b[j - 1]), 1 + least(before[j], now[j - 1]));
            if (i > 1 && j > 1 && !differ(a[i - 1], b[j - 2]) && !differ(a[i - 2], b[j - 1]))
                now[j] = least(now[j], two[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

void gs_nearest_add(gs_nearest *s, const char *candidate, size_t n)
{
    size_t len = strlen(s->word);
    if (!len || !n || len > MOST || n > MOST)
        return;
    int d = distance(s->word, (int)len, candidate, (int)n);
    if (len > 1 && n > len && !strncmp(s->word, candidate, len))
        d = 1;   /* the beginning of it */
    if ((size_t)(3 * d) > len + 1 || (s->best[0] && d >= s->distance))
        return;
    s->distance = d;
    memcpy(s->best, candidate, n);
    s->best[n] = 0;
}

const char *gs_nearest_hint(const gs_nearest *s, const char *before, char *out, size_t n)
{
    out[0] = 0;
    if (s->best[0])
        snprintf(out, n, "; did you mean %s%s?", before, s->best);
    return out;
}
