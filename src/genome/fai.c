/* htslib 1.16's own reader is not used: it divides by the line lengths as they stand in the file (0: SIGFPE), takes
 * rows that lie outside the FASTA, and silently leaves out or returns bytes that are no bases. */
#include "genome/fai.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "genome/index_file.h"

void gs_fai_free(gs_fai *f)
{
    for (int i = 0; i < f->n; i++)
        free(f->row[i].name);
    free(f->row);
    free(f->by_name);
    *f = (gs_fai){0};
}

int gs_fai_add(gs_fai *f, const gs_fai_row *row, gs_err *e)
{
    if (f->n == f->cap) {
        int cap = f->cap ? f->cap > INT_MAX / 2 ? INT_MAX : 2 * f->cap : 64;
        gs_fai_row *r = f->n < INT_MAX ? realloc(f->row, (size_t)cap * sizeof *r) : NULL;
        if (!r)
            return gs_fail_mem(e, "the FASTA index", (size_t)cap * sizeof *r);
        f->row = r;
        f->cap = cap;
    }
    gs_fai_row *r = f->row + f->n;
    *r = *row;
    r->name = strdup(row->name);
    if (!r->name)
        return gs_fail_mem(e, "a contig name", strlen(row->name));
    f->n++;
    return 0;
}

static int compare(const void *a, const void *b, void *rows)
{
    int i = *(const int *)a, j = *(const int *)b;
    const gs_fai_row *row = rows;
    int c = strcmp(row[i].name, row[j].name);
    return c ? c : (i > j) - (i < j);
}

int gs_fai_sort(gs_fai *f, gs_err *e)
{
    f->by_name = malloc(sizeof(int) * ((size_t)f->n + 1));
    if (!f->by_name)
        return gs_fail_mem(e, "the FASTA index", sizeof(int) * (size_t)f->n);
    for (int i = 0; i < f->n; i++)
        f->by_name[i] = i;
    if (f->n)
        qsort_r(f->by_name, (size_t)f->n, sizeof(int), compare, f->row);
    for (int i = 1; i < f->n; i++) {
        gs_fai_row *a = f->row + f->by_name[i - 1], *b = f->row + f->by_name[i];
        if (!strcmp(a->name, b->name))
            a->twice = b->twice = 1;
    }
    return 0;
}

int gs_fai_find(const gs_fai *f, const char *name)
{
    int lo = 0, hi = f->n;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (strcmp(f->row[f->by_name[mid]].name, name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < f->n && !strcmp(f->row[f->by_name[lo]].name, name) ? f->by_name[lo] : -1;
}

int64_t gs_fai_offset(const gs_fai_row *row, int64_t i)
{
    int64_t x;
    if (!row->line_bases)
        return row->off;
    if (__builtin_mul_overflow(i / row->line_bases, row->line_bytes, &x) ||
        __builtin_add_overflow(x, i % row->line_bases, &x) || __builtin_add_overflow(x, row->off, &x))
        return -1;
    return x;
}

/* A number of digits only, followed by `end`; *p moves past it. */
static int number(char **p, char end, int64_t *x)
{
    char *s = *p;
    for (*x = 0; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(*x, 10, x) || __builtin_add_overflow(*x, *s - '0', x))
            return -1;
    if (s == *p || *s != end)
        return -1;
    *p = s + (end != 0);
    return 0;
}

/* What is wrong with a line of the index, NULL: nothing. The line is cut at its first tab: `row` points into it. */
static const char *parse_row(char *line, gs_fai_row *row)
{
    enum { LINE_END_MAX = 1024 };  /* white space at the end of a line; any more is not a line end but a wrong row */
    char *p = strchr(line, '\t');
    if (!p || p == line)
        return "is not five columns beginning with a name";
    *p++ = 0;
    *row = (gs_fai_row){.name = line};
    if (number(&p, '\t', &row->len) || number(&p, '\t', &row->off) || number(&p, '\t', &row->line_bases))
        return "has a column that is no possible number";
    if (number(&p, 0, &row->line_bytes))
        return strchr(p, '\t') ? "has six columns: it is the index of a FASTQ file"
                               : "has a column that is no possible number";
    if (row->len == 0 && row->line_bases == 0)
        return NULL;
    if (row->line_bases == 0)
        return "has lines of 0 bases";
    if (row->line_bytes <= row->line_bases || row->line_bytes - row->line_bases > LINE_END_MAX)
        return "has an impossible line length";
    if (row->len && gs_fai_offset(row, row->len - 1) < 0)
        return "is longer than any file";
    return NULL;
}

int gs_fai_parse(gs_fai *f, const gs_str *text, const char *path, gs_err *e)
{
    if (text->len == 0 || memchr(text->s, 0, text->len))
        return gs_fail(e, GS_EINPUT, "%s.fai is %s: " GS_INDEX_REMEDY, path, text->len ? "no text" : "empty", path);
    int rc = 0, n = 0;
    for (char *line = text->s, *end; *line && !rc; line = end) {
        end = line + strcspn(line, "\n");
        char *next = end + (*end == '\n');
        if (end > line && end[-1] == '\r')
            end--;
        *end = 0;
        end = next;
        gs_fai_row row;
        const char *bad = parse_row(line, &row);
        n++;
        rc = bad ? gs_fail(e, GS_EINPUT, "line %d of %s.fai %s: " GS_INDEX_REMEDY, n, path, bad, path)
                 : gs_fai_add(f, &row, e);
    }
    return rc ? rc : gs_fai_sort(f, e);
}

void gs_fai_print(const gs_fai *f, gs_str *out)
{
    for (int i = 0; i < f->n; i++) {
        const gs_fai_row *r = f->row + i;
        gs_str_printf(out, "%s\t%lld\t%lld\t%lld\t%lld\n", r->name, (long long)r->len, (long long)r->off,
                      (long long)r->line_bases, (long long)r->line_bytes);
    }
}
