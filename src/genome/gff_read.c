#include "genome/gff_read.h"
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/vec.h"
#include "genome/codon.h"
#include "genome/gff_line.h"
#include "genome/line_file.h"

typedef struct {
    gs_gff_rows *g;
    gs_lines *lines;
    gs_ref *ref;
} reader;

void gs_gff_rows_free(gs_gff_rows *g)
{
    for (size_t i = 0; i < g->n_name; i++)
        free(g->name[i]);
    free(g->row);
    free(g->name);
    free(g->is_gene);
    free(g->stranger);
    gs_strmap_free(&g->map);
    *g = (gs_gff_rows){0};
}

static int fault(const reader *r, const char *what, gs_err *e)
{
    return gs_fail(e, GS_EINPUT, "%s: line %lld: %s", gs_lines_path(r->lines), (long long)gs_lines_number(r->lines),
                   what);
}

/* ---- names ---- */

static int new_name(gs_gff_rows *g, const char *text, size_t len)
{
    if (gs_reserve(&g->name, &g->cap_name, g->n_name + 1, sizeof *g->name)
        || gs_reserve(&g->is_gene, &g->cap_gene, g->n_name + 1, 1) || !(g->name[g->n_name] = strdup(text)))
        return -1;
    g->is_gene[g->n_name++] = 0;
    return gs_strmap_put(&g->map, g->name[g->n_name - 1], len, (int)g->n_name - 1) ? -1 : (int)g->n_name - 1;
}

/* *number of a name, -1 for NULL. */
static int number_of(gs_gff_rows *g, const char *text, int *number, gs_err *e)
{
    size_t len = text ? strlen(text) : 0;
    *number = text ? gs_strmap_get(&g->map, text, len) : -1;
    if (text && *number < 0 && (*number = new_name(g, text, len)) < 0)
        return gs_fail_mem(e, "the names of transcripts", len);
    return 0;
}

/* As bcftools csq, and other kinds of genes: pseudogene, ncRNA_gene. */
static int is_gene(const gs_gff_line *l)
{
    size_t n = strlen(l->type);
    return l->id && (!strncmp(l->id, "gene:", 5) || (n >= 4 && !strcmp(l->type + n - 4, "gene")));
}

/* ---- coding sequences ---- */

/* A contig that the FASTA lacks: said once for each run of such lines. */
static void tell_stranger(reader *r, const char *contig)
{
    char **last = &r->g->stranger;
    if (*last && !strcmp(*last, contig))
        return;
    free(*last);
    *last = strdup(contig);
    gs_warn("gff_contig", "%s: the FASTA lacks contig '%s': its coding sequences are left out",
            gs_lines_path(r->lines), contig);
}

static int check_place(const reader *r, const gs_gff_line *l, int rid, gs_err *e)
{
    int64_t len = gs_ref_len(r->ref, rid), most = gs_ref_circular(r->ref, rid) ? 2 * len : len;
    if (l->end <= most && l->beg < len)
        return 0;
    return gs_fail(e, GS_EINPUT, "%s: line %lld: a coding sequence ends at base %lld of '%s', which has %lld in the "
                   "FASTA: are they of one genome?", gs_lines_path(r->lines), (long long)gs_lines_number(r->lines),
                   (long long)l->end, l->contig, (long long)len);
}

static int code_of(const reader *r, const gs_gff_line *l)
{
    if (!l->code || gs_code_known(l->code))
        return l->code;
    gs_warn_once("transl_table", "%s: line %lld: genetic code %d is not known here: effects are told by the standard "
                 "one", gs_lines_path(r->lines), (long long)gs_lines_number(r->lines), l->code);
    return 1;
}

static int add_row(reader *r, const gs_gff_line *l, int rid, char *parent, gs_err *e)
{
    gs_gff_rows *g = r->g;
    gs_gff_row row = {.beg = l->beg, .end = l->end, .rid = rid, .strand = l->strand, .phase = (signed char)l->phase,
                      .code = (short)code_of(r, l)};
    if (number_of(g, parent, &row.parent, e) || number_of(g, l->id, &row.id, e))
        return -GS_ENOMEM;
    if (gs_reserve(&g->row, &g->cap, g->n + 1, sizeof *g->row))
        return gs_fail_mem(e, "the coding sequences", 2 * g->n * sizeof *g->row);
    g->row[g->n++] = row;
    return 0;
}

static int add_cds(reader *r, gs_gff_line *l, gs_err *e)
{
    int rid = gs_ref_find(r->ref, l->contig, 0), rc;
    if (!l->parent && !l->id)
        return fault(r, "a CDS without Parent and ID: whose is it?", e);
    if (rid < 0) {
        tell_stranger(r, l->contig);
        return 0;
    }
    if ((rc = check_place(r, l, rid, e)))
        return rc;
    char *rest = l->parent, *parent = rest ? gs_gff_parent(&rest) : NULL;
    do
        rc = add_row(r, l, rid, parent, e);
    while (!rc && rest && (parent = gs_gff_parent(&rest)));
    return rc;
}

static int read_line(reader *r, char *line, gs_err *e)
{
    gs_gff_line l;
    const char *what;
    int got = gs_gff_line_parse(line, &l, &what), gene;
    if (got <= 0)
        return got ? fault(r, what, e) : 0;
    if (!strcmp(l.type, "CDS"))
        return add_cds(r, &l, e);
    if (!is_gene(&l))
        return 0;
    if (number_of(r->g, l.id, &gene, e))
        return -GS_ENOMEM;
    r->g->is_gene[gene] = 1;
    return 0;
}

/* Whose each row is, when all genes are known: a transcript's, else that of its own ID. */
static void name_rows(gs_gff_rows *g)
{
    for (size_t i = 0; i < g->n; i++) {
        gs_gff_row *row = &g->row[i];
        int by_id = row->parent < 0 || (g->is_gene[row->parent] && row->id >= 0);
        row->name = by_id ? row->id : row->parent;
    }
}

int gs_gff_read(gs_gff_rows *g, const char *path, gs_ref *ref, gs_err *e)
{
    reader r = {.g = g, .ref = ref, .lines = gs_lines_open(path, "the GFF3 file", e)};
    char *line;
    int64_t n;
    int got = 0, rc = r.lines ? 0 : -(int)e->code;
    while (!rc && (got = gs_lines_next(r.lines, &line, &n, e)) > 0 && !gs_gff_line_is_fasta(line))
        rc = (int64_t)strlen(line) == n ? read_line(&r, line, e) : fault(&r, "it has a zero byte: this is no text", e);
    gs_lines_close(r.lines);
    rc = rc ? rc : got < 0 ? got : 0;
    if (!rc)
        name_rows(g);
    return rc;
}
