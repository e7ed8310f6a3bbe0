/* htslib 1.16's own reader of a .fai divides by the line lengths as they stand in the file (0: SIGFPE), cuts numbers
 * to 32 or 64 bits, and takes rows that lie outside the FASTA. It gets what was checked here. */
#include "genome/fai.h"
#include <limits.h>
#include <htslib/khash_str2int.h>
#include <stdlib.h>
#include <string.h>
#include "genome/index_file.h"

void gs_fai_free(gs_fai *f)
{
    for (int i = 0; i < f->n; i++)
        free(f->row[i].name);
    free(f->row);
    if (f->by_name)
        khash_str2int_destroy(f->by_name);
    *f = (gs_fai){0};
}

int gs_fai_find(const gs_fai *f, const char *name)
{
    int i;
    return khash_str2int_get(f->by_name, name, &i) ? -1 : i;
}

static int add(gs_fai *f, const gs_fai_row *row, gs_err *e)
{
    gs_fai_row *r = f->row + f->n;
    int other = gs_fai_find(f, row->name);
    *r = *row;
    r->name = strdup(row->name);
    if (!r->name)
        return gs_fail_mem(e, "a contig name", strlen(row->name));
    f->n++;
    if (other >= 0)
        r->twice = f->row[other].twice = 1;
    else if (khash_str2int_set(f->by_name, r->name, f->n - 1) < 0)
        return gs_fail_mem(e, "a contig name", strlen(row->name));
    return 0;
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
    enum { LINE_MAX_BYTES = 65000 };  /* htslib 1.16 would split it */
    char *p = strchr(line, '\t');
    if (!p || p == line || (size_t)(p - line) > strcspn(line, " \r\v\f"))
        return "is not five columns beginning with a name";
    if (strlen(line) > LINE_MAX_BYTES)
        return "is too long";
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
    if (row->line_bytes > UINT32_MAX)
        return "has lines of over 4 gigabytes";
    return NULL;
}

static int allocate(gs_fai *f, const char *text, gs_err *e)
{
    size_t lines = 1;
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    f->row = lines < INT_MAX ? malloc(lines * sizeof *f->row) : NULL;
    f->by_name = khash_str2int_init();
    return f->row && f->by_name ? 0 : gs_fail_mem(e, "the FASTA index", lines * sizeof *f->row);
}

int gs_fai_parse(gs_fai *f, const gs_str *text, const char *path, gs_err *e)
{
    if (text->len == 0 || memchr(text->s, 0, text->len))
        return gs_fail(e, GS_EINPUT, "%s.fai is %s: " GS_INDEX_REMEDY, path, text->len ? "no text" : "empty", path);
    char *copy = strdup(text->s), *rest = copy, *line;
    int rc = copy ? allocate(f, copy, e) : gs_fail_mem(e, "the FASTA index", text->len), n = 0;
    while (!rc && (line = strsep(&rest, "\n")) && (rest || *line)) {
        gs_fai_row row;
        size_t k = strlen(line);
        if (k && line[k - 1] == '\r')
            line[k - 1] = 0;
        const char *bad = parse_row(line, &row);
        n++;
        rc = bad ? gs_fail(e, GS_EINPUT, "line %d of %s.fai %s: " GS_INDEX_REMEDY, n, path, bad, path)
                 : add(f, &row, e);
    }
    free(copy);
    return rc;
}
