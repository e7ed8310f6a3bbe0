/* Does an index belong to its FASTA? htslib does not look: it would read bases at any place a row names. */
#include "genome/fai.h"
#include <htslib/bgzf.h>
#include <htslib/kstring.h>
#include <stdlib.h>
#include <string.h>
#include "genome/index_file.h"

static int misfit(const gs_fasta *fasta, const char *name, const char *why, gs_err *e)
{
    return gs_fail(e, GS_EINPUT, "%s.fai does not fit %s (contig '%s' %s): " GS_INDEX_REMEDY, fasta->path, fasta->path,
                   name, why, fasta->path);
}

static const char blanks[] = " \t\r\n\v\f";

/* First byte after the last base. */
static int64_t stop(const gs_fai_row *row)
{
    return row->len ? gs_fai_offset(row, row->len - 1) + 1 : row->off;
}

static int seek(const gs_fai_row *row, gs_fasta *fasta, int64_t off, gs_err *e)
{
    int rc = gs_fasta_seek(fasta, off, e);
    return rc <= 0 ? rc : misfit(fasta, row->name, "lies beyond the end of the FASTA, which may be cut short", e);
}

typedef struct {
    int any, known;   /* a '>' line has come; row of its name, -1: none */
    int bases;        /* and lines of bases after it */
} gap_state;

/* One line between row i - 1 and row i. */
static int gap_line(gs_fai *f, int i, kstring_t *line, gap_state *g, gs_fasta *fasta, gs_err *e)
{
    char *p = line->s;
    if (strspn(p, blanks) == line->l)
        return 0;
    if (*p == '>') {
        p += 1 + strspn(p + 1, blanks);
        p[strcspn(p, blanks)] = 0;
        *g = (gap_state){1, gs_fai_find(f, p), 0};
        return 0;
    }
    if (!g->any)
        return i ? misfit(fasta, f->row[i - 1].name, "is longer in the FASTA", e)
                 : misfit(fasta, f->row[0].name, "begins elsewhere in the FASTA", e);
    g->bases = 1;
    if (g->known >= 0)
        f->row[g->known].twice = 1;  /* samtools leaves a repeated name out */
    else if (i == f->n)
        return misfit(fasta, f->row[i - 1].name, "is not the last one in the FASTA", e);
    return 0;
}

/* The text from the end of row i - 1 to the start of row i (the file's start, the file's end) has what belongs there:
 * the rest of a line, then row i's '>' line. */
static int check_gap(gs_fai *f, int i, gs_fasta *fasta, gs_err *e)
{
    const gs_fai_row *row = f->row + i, *before = i ? row - 1 : row;
    int64_t at = i ? stop(before) : 0, end = i < f->n ? row->off : INT64_MAX;
    kstring_t line = KS_INITIALIZE;
    gap_state g = {0, -1, 0};
    int rc = seek(before, fasta, at, e), k = 0;
    if (!rc && i && at == 0)
        g.any = 1;
    while (!rc && at < end && (k = bgzf_getline(fasta->bgzf, '\n', &line)) >= 0) {
        rc = gap_line(f, i, &line, &g, fasta, e);
        at = gs_fasta_tell(fasta);
    }
    if (!rc && k < -1)
        rc = gs_fasta_unreadable(fasta, at, e);
    if (!rc && i < f->n && (at != end || g.known < 0 || g.bases || strcmp(f->row[g.known].name, row->name)))
        rc = misfit(fasta, row->name, "begins elsewhere in the FASTA", e);
    ks_free(&line);
    return rc;
}

/* The row's first line ends where it says. htslib skips what is there between lines. */
static int check_line(const gs_fai_row *row, gs_fasta *fasta, gs_err *e)
{
    char buf[1 << 11] = {0};  /* more than the white space that a row may have */
    int64_t n = row->line_bytes - row->line_bases;
    if (row->len <= row->line_bases)
        return 0;
    int rc = seek(row, fasta, row->off + row->line_bases, e);
    int64_t k = rc ? rc : gs_fasta_read(fasta, buf, n, e);
    if (k < 0)
        return (int)k;
    return k == n && strspn(buf, blanks) == (size_t)n && buf[n - 1] == '\n'
               ? 0 : misfit(fasta, row->name, "has lines of another length in the FASTA", e);
}

int gs_fai_check(gs_fai *f, gs_fasta *fasta, gs_err *e)
{
    for (int i = 1; i < f->n; i++)
        if (f->row[i].off < stop(f->row + i - 1))
            return misfit(fasta, f->row[i].name, "begins before the one above it ends", e);
    return check_gap(f, f->n, fasta, e);
}

int gs_fai_check_new(gs_fai *f, gs_fasta *fasta, gs_err *e)
{
    int rc = gs_fai_check(f, fasta, e);
    for (int i = 0; i < f->n && !rc; i++) {
        rc = check_gap(f, i, fasta, e);
        if (!rc)
            rc = check_line(f->row + i, fasta, e);
    }
    return rc;
}

int gs_fai_check_row(gs_fai *f, int i, gs_fasta *fasta, gs_err *e)
{
    gs_fai_row *row = f->row + i;
    int rc = 0;
    if (!row->checked && row->len > 0) {
        rc = check_gap(f, i, fasta, e);
        if (!rc)
            rc = check_line(row, fasta, e);
        if (!rc)
            rc = check_gap(f, i + 1, fasta, e);
        row->checked = !rc;
    }
    if (!rc && row->twice)
        return gs_fail(e, GS_EINPUT, "%s holds more than one contig '%s': which one is meant? Rename or remove one",
                       fasta->path, row->name);
    return rc;
}
