/* Does an index belong to its FASTA? What can be seen without reading all of it. */
#include "genome/fai.h"
#include <stdlib.h>
#include <string.h>
#include "genome/index_file.h"

enum { LOOK = 1 << 16, NEXT = 256 };  /* how far to look for a '>' line, before and behind a contig */

static int misfit(const gs_fasta *fasta, const char *name, const char *why, gs_err *e)
{
    return gs_fail(e, GS_EINPUT, "%s.fai does not fit %s (contig '%s' %s): " GS_INDEX_REMEDY, fasta->path, fasta->path,
                   name, why, fasta->path);
}

static int is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Is `line` (up to `end`) the header of contig `name`? */
static int has_name(const char *line, const char *end, const char *name)
{
    if (line == end || *line++ != '>')
        return 0;
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    size_t n = strlen(name);
    return (size_t)(end - line) >= n && !memcmp(line, name, n) && ((size_t)(end - line) == n || is_blank(line[n]));
}

/* What follows the last row: nothing, or a contig whose name is there already and that samtools left out. */
static int check_tail(gs_fai *f, const gs_fai_row *last, const char *p, const char *end, gs_fasta *fasta, gs_err *e)
{
    while (p < end && is_blank(*p))
        p++;
    if (p == end)
        return 0;
    if (*p != '>')
        return misfit(fasta, last->name, "is longer in the FASTA", e);
    for (int i = 0; i < f->n; i++)
        if (has_name(p, end, f->row[i].name)) {
            f->row[i].twice = 1;
            return 0;
        }
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    while (nl && nl < end && is_blank(*nl))
        nl++;
    return nl && nl < end ? misfit(fasta, last->name, "is not the last one in the FASTA", e) : 0;
}

/* Place after the last base. */
static int64_t end_of(const gs_fai_row *r)
{
    return r->len ? gs_fai_offset(r, r->len - 1) + 1 : r->off;
}

int gs_fai_check(gs_fai *f, gs_fasta *fasta, gs_err *e)
{
    const gs_fai_row *last = NULL;
    int64_t end = 0;
    for (int i = 0; i < f->n; i++) {
        const gs_fai_row *r = f->row + i;
        int64_t stop = end_of(r);
        if (stop > fasta->size)
            return misfit(fasta, r->name, "lies beyond the end of the FASTA, which may be cut short", e);
        if (!last || stop > end) {
            last = r;
            end = stop;
        }
    }
    char *buf = malloc(LOOK);
    int64_t n = buf ? gs_fasta_read(fasta, end, buf, LOOK, e) : gs_fail_mem(e, "reading the FASTA", LOOK);
    int rc = n < 0 ? (int)n : last ? check_tail(f, last, buf, buf + n, fasta, e) : 0;
    free(buf);
    return rc;
}

/* After the last base comes the next contig or nothing: a length that is too small would make N of bases. */
static int check_end(const gs_fai_row *row, gs_fasta *fasta, gs_err *e)
{
    char next[NEXT];
    int64_t n = gs_fasta_read(fasta, end_of(row), next, NEXT, e), i = 0;
    if (n < 0)
        return (int)n;
    while (i < n && is_blank(next[i]))
        i++;
    return i == n || next[i] == '>' ? 0 : misfit(fasta, row->name, "is longer in the FASTA", e);
}

/* Its header line stands before it. */
static int check_begin(const gs_fai_row *row, gs_fasta *fasta, gs_err *e)
{
    int64_t from = row->off > LOOK ? row->off - LOOK : 0;
    char *buf = malloc(LOOK);
    int64_t n = buf ? gs_fasta_read(fasta, from, buf, row->off - from, e) : gs_fail_mem(e, "reading the FASTA", LOOK);
    if (n < 0) {
        free(buf);
        return (int)n;
    }
    const char *end = buf + n;
    int new_line = n > 0 && end[-1] == '\n';
    while (end > buf && is_blank(end[-1]))
        end--;
    const char *line = end;
    while (line > buf && line[-1] != '\n')
        line--;
    /* A header longer than LOOK cannot be compared. */
    int ok = new_line && ((line == buf && from > 0) || has_name(line, end, row->name));
    free(buf);
    return ok ? 0 : misfit(fasta, row->name, "begins elsewhere in the FASTA", e);
}

int gs_fai_check_row(gs_fai_row *row, gs_fasta *fasta, gs_err *e)
{
    if (row->twice)
        return gs_fail(e, GS_EINPUT, "%s holds more than one contig '%s': which one is meant? Rename or remove one",
                       fasta->path, row->name);
    if (row->checked)
        return 0;
    int rc = row->len ? check_begin(row, fasta, e) : 0;
    rc = rc ? rc : check_end(row, fasta, e);
    row->checked = !rc;
    return rc;
}
