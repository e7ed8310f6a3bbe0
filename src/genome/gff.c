#include "genome/gff.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/log.h"
#include "genome/codon.h"
#include "genome/gff_read.h"

struct gs_gff {
    gs_gff_rows rows;        /* owns the names */
    gs_transcript *transcript;
    gs_piece *piece;         /* of all */
    int64_t *reach;          /* [n] where the transcripts of this contig so far end */
    int64_t *circle;         /* [contigs] lengths of circular ones, else 0 */
    int n, n_piece;
};

void gs_gff_close(gs_gff *g)
{
    if (!g)
        return;
    gs_gff_rows_free(&g->rows);
    free(g->transcript);
    free(g->piece);
    free(g->reach);
    free(g->circle);
    free(g);
}

/* ---- from rows to transcripts ---- */

static int by_transcript(const void *a, const void *b)
{
    const gs_gff_row *x = a, *y = b;
    if (x->rid != y->rid)
        return x->rid < y->rid ? -1 : 1;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    if (x->beg != y->beg)
        return x->beg < y->beg ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* A sorted row that is there twice counts once; how many are left. */
static size_t without_copies(gs_gff_row *row, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!kept || by_transcript(&row[kept - 1], &row[i]))
            row[kept++] = row[i];
    return kept;
}

/* Length of the run of rows of one transcript. */
static size_t run_of(const gs_gff_row *row, size_t n)
{
    size_t i = 1;
    while (i < n && row[i].rid == row->rid && row[i].name == row->name)
        i++;
    return i;
}

/* Row number k of n as it is translated. */
static const gs_gff_row *translated(const gs_gff_row *row, size_t n, size_t k)
{
    return row->strand == '-' ? &row[n - 1 - k] : &row[k];
}

/* Why such rows are no coding sequence, NULL: they are one. Phases are those of bcftools csq: they must agree with the
 * lengths of the exons before. */
static const char *fault_of(const gs_gff_row *row, size_t n)
{
    int64_t len = 0;
    int first = translated(row, n, 0)->phase;
    for (size_t k = 0; k < n; k++) {
        const gs_gff_row *r = translated(row, n, k);
        if ((r->strand != '+' && r->strand != '-') || r->strand != row->strand)
            return "it has no strand, or two";
        int64_t whole = len - (first > 0 ? first : 0);
        if (k && r->phase >= 0 && (whole + r->phase) % 3)
            return "its phases do not agree with the lengths of its exons";
        len += r->end - r->beg;
    }
    return len > INT32_MAX / 4 ? "it is too long" : NULL;
}

/* Bases before the first whole codon leave the pieces. */
static void trim(gs_transcript *t, gs_piece *piece, int phase)
{
    while (phase > 0 && t->n_piece) {
        gs_piece *p = t->reverse ? &piece[t->n_piece - 1] : piece;
        int64_t here = p->end - p->beg < phase ? p->end - p->beg : phase;
        phase -= (int)here;
        t->len -= (int)here;
        if (t->reverse)
            p->end -= here;
        else
            p->beg += here;
        if (p->beg < p->end)
            break;
        t->n_piece--;
        if (!t->reverse)
            memmove(piece, piece + 1, (size_t)t->n_piece * sizeof *piece);
    }
}

/* The pieces go behind those that are there. */
static void add_transcript(gs_gff *g, const gs_gff_row *row, size_t n, const char *contig)
{
    gs_piece *piece = g->piece + g->n_piece;
    int phase = translated(row, n, 0)->phase;
    gs_transcript t = {.name = g->rows.name[row->name], .rid = row->rid, .reverse = row->strand == '-',
                       .from_start = phase <= 0, .code = row->code ? row->code : gs_code_of_contig(contig),
                       .piece = piece};
    for (size_t i = 0; i < n; i++) {
        piece[t.n_piece++] = (gs_piece){row[i].beg, row[i].end};
        t.len += (int)(row[i].end - row[i].beg);
    }
    trim(&t, piece, phase);
    if (!t.n_piece)
        return;
    g->n_piece += t.n_piece;
    g->transcript[g->n++] = t;
}

static const char *without_prefix(const char *name)
{
    static const char *const prefixes[] = {"transcript:", "cds:", "mrna:", "gene:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strncasecmp(name, prefixes[i], strlen(prefixes[i])) && name[strlen(prefixes[i])])
            return name + strlen(prefixes[i]);
    return name;
}

static int make_transcripts(gs_gff *g, const gs_ref *r, const char *path, gs_err *e)
{
    gs_gff_row *row = g->rows.row;
    size_t n = g->rows.n;
    g->transcript = malloc((n + 1) * sizeof *g->transcript);
    g->piece = malloc((n + 1) * sizeof *g->piece);
    if (!g->transcript || !g->piece)
        return gs_fail_mem(e, "the transcripts", n * (sizeof *g->transcript + sizeof *g->piece));
    qsort(row, n, sizeof *row, by_transcript);
    n = without_copies(row, n);
    for (size_t i = 0, run; i < n; i += run) {
        run = run_of(row + i, n - i);
        const char *fault = fault_of(row + i, run);
        if (fault)
            gs_warn("gff", "%s: coding sequence '%s' is left out: %s", path, g->rows.name[row[i].name], fault);
        else
            add_transcript(g, row + i, run, gs_ref_name(r, row[i].rid));
    }
    for (int i = 0; i < g->n; i++)
        g->transcript[i].name = without_prefix(g->transcript[i].name);
    free(g->rows.row);
    g->rows.row = NULL;
    return 0;
}

/* ---- the index ---- */

static int64_t beg_of(const gs_transcript *t) { return t->piece[0].beg; }

/* Pieces may overlap: the last need not reach farthest. */
static int64_t end_of(const gs_transcript *t)
{
    int64_t end = 0;
    for (int i = 0; i < t->n_piece; i++)
        end = t->piece[i].end > end ? t->piece[i].end : end;
    return end;
}

static int by_place(const void *a, const void *b)
{
    const gs_transcript *x = a, *y = b;
    if (x->rid != y->rid)
        return x->rid < y->rid ? -1 : 1;
    if (beg_of(x) != beg_of(y))
        return beg_of(x) < beg_of(y) ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int index_transcripts(gs_gff *g, const gs_ref *r, gs_err *e)
{
    g->reach = malloc(((size_t)g->n + 1) * sizeof *g->reach);
    g->circle = calloc((size_t)gs_ref_count(r) + 1, sizeof *g->circle);
    if (!g->reach || !g->circle)
        return gs_fail_mem(e, "the transcripts", (size_t)g->n * sizeof *g->reach);
    qsort(g->transcript, (size_t)g->n, sizeof *g->transcript, by_place);
    for (int i = 0; i < g->n; i++) {
        int64_t end = end_of(&g->transcript[i]);
        int follows = i && g->transcript[i - 1].rid == g->transcript[i].rid;
        g->reach[i] = follows && g->reach[i - 1] > end ? g->reach[i - 1] : end;
    }
    for (int rid = 0; rid < gs_ref_count(r); rid++)
        g->circle[rid] = gs_ref_circular(r, rid) ? gs_ref_len(r, rid) : 0;
    return 0;
}

/* First transcript of the contig up to which one reaches `beg`. */
static int first_reaching(const gs_gff *g, int rid, int64_t beg)
{
    int lo = 0, hi = g->n;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2, at = g->transcript[mid].rid;
        if (at < rid || (at == rid && g->reach[mid] < beg))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int gs_gff_next(const gs_gff *g, int rid, int64_t beg, int64_t end, int from)
{
    int64_t circle = g->circle[rid];
    int i = from > 0 ? from : first_reaching(g, rid, circle && end > circle ? 0 : beg);
    for (; i < g->n && g->transcript[i].rid == rid && beg_of(&g->transcript[i]) <= end + circle; i++) {
        int64_t b = beg_of(&g->transcript[i]), z = end_of(&g->transcript[i]);
        int over = 0;
        for (int turn = -1; turn <= 1; turn++)
            over |= b <= end + turn * circle && z >= beg + turn * circle;
        if (over)
            return i;
    }
    return -1;
}

const gs_transcript *gs_gff_at(const gs_gff *g, int i) { return &g->transcript[i]; }
int gs_gff_count(const gs_gff *g) { return g->n; }

/* ---- all together ---- */

static int nothing(const gs_gff *g, const char *path, gs_err *e)
{
    const char *stranger = g->rows.stranger;
    return gs_fail(e, GS_EINPUT, "%s has no coding sequence (CDS) on the contigs of the FASTA%s%s%s: are they of one "
                   "genome?", path,
                   stranger ? "; it has some on '" : "", stranger ? stranger : "", stranger ? "'" : "");
}

static int init(gs_gff *g, const char *path, gs_ref *r, gs_err *e)
{
    int rc = gs_gff_read(&g->rows, path, r, e);
    if (!rc && !g->rows.n)
        return nothing(g, path, e);
    rc = rc ? rc : make_transcripts(g, r, path, e);
    if (!rc && !g->n)
        return nothing(g, path, e);
    return rc ? rc : index_transcripts(g, r, e);
}

gs_gff *gs_gff_open(const char *path, gs_ref *r, gs_err *e)
{
    gs_gff *g = calloc(1, sizeof *g);
    if (!g)
        gs_fail_mem(e, "the transcripts", sizeof *g);
    else if (!init(g, path, r, e))
        return g;
    gs_gff_close(g);
    return NULL;
}

void gs_transcript_put_name(const gs_transcript *t, gs_str *out)
{
    for (const char *s = t->name; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7f || strchr("%,;=|&", *s))
            gs_str_printf(out, "%%%02X", (unsigned char)*s);
        else
            gs_str_addn(out, s, 1);
}
