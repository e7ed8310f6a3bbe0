/* Indexing a FASTA, one pass, any line length: a line is never held, only counted. */
#include "genome/fai.h"
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 18, NAME_MAX_BYTES = 1 << 16 };

typedef struct {
    gs_fasta *fasta;
    gs_fai *fai;
    gs_fai_row row;       /* the contig at hand, owns its name; NULL: none yet */
    gs_str head;          /* the beginning of the last '>' line */
    int last_line;        /* a line that only may be the contig's last one has come */
    /* The line at hand: number, offset, bytes so far, white space at its end so far, first byte. */
    int64_t number, off, bytes, blanks;
    char first;
} builder;

static int end_contig(builder *b, gs_err *e)
{
    int rc = b->row.name && b->row.len ? gs_fai_add(b->fai, &b->row, e) : 0;
    free(b->row.name);
    b->row = (gs_fai_row){0};
    return rc;
}

static int begin_contig(builder *b, gs_err *e)
{
    int rc = end_contig(b, e);
    if (rc)
        return rc;
    if (b->head.failed)
        return gs_fail_mem(e, "a FASTA header line", b->head.len);
    char *name = b->head.s + 1;
    name += strspn(name, " \t");
    name[strcspn(name, " \t\r\v\f")] = 0;
    if (!*name)
        return gs_fail(e, GS_EINPUT, "line %lld of %s has no contig name after '>'", (long long)b->number,
                       b->fasta->path);
    b->last_line = 0;
    b->row.name = strdup(name);
    return b->row.name ? 0 : gs_fail_mem(e, "a contig name", strlen(name));
}

static int sequence_line(builder *b, gs_err *e)
{
    int64_t bases = b->bytes - b->blanks, width = b->bytes + 1;
    if (bases == 0) {
        b->last_line |= b->row.len > 0;
        return 0;
    }
    if (!b->row.name)
        return gs_fail(e, GS_EINPUT, "%s does not begin with '>': it is no FASTA file", b->fasta->path);
    if (b->row.len == 0) {
        b->row.off = b->off;
        b->row.line_bases = bases;
        b->row.line_bytes = width;
    } else if (b->last_line || bases > b->row.line_bases) {
        return gs_fail(e, GS_EINPUT, "%s cannot be indexed: its lines differ in length (line %lld, contig '%s'); wrap "
                       "it anew, for example with `seqtk seq -l60`", b->fasta->path, (long long)b->number, b->row.name);
    }
    b->last_line |= bases < b->row.line_bases || width != b->row.line_bytes;
    b->row.len += bases;
    return 0;
}

static int end_line(builder *b, gs_err *e)
{
    b->number++;
    int rc = b->bytes && b->first == '>' ? begin_contig(b, e) : sequence_line(b, e);
    b->off += b->bytes + 1;
    b->bytes = b->blanks = 0;
    return rc;
}

static int is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* n > 0 more bytes of the line at hand, without its '\n'. */
static void feed(builder *b, const char *p, int64_t n)
{
    if (b->bytes == 0) {
        b->first = *p;
        gs_str_clear(&b->head);
    }
    if (b->first == '>' && b->head.len < NAME_MAX_BYTES)
        gs_str_addn(&b->head, p, (size_t)(n < NAME_MAX_BYTES ? n : NAME_MAX_BYTES));
    int64_t blanks = 0;
    while (blanks < n && is_blank(p[n - 1 - blanks]))
        blanks++;
    b->blanks = blanks == n ? b->blanks + n : blanks;
    b->bytes += n;
}

static int feed_chunk(builder *b, const char *p, int64_t n, gs_err *e)
{
    int rc = 0;
    while (n > 0 && !rc) {
        const char *nl = memchr(p, '\n', (size_t)n);
        int64_t k = nl ? nl - p : n;
        if (k)
            feed(b, p, k);
        if (nl)
            rc = end_line(b, e);
        k += nl != NULL;
        p += k;
        n -= k;
    }
    return rc;
}

int gs_fai_build(gs_fai *f, gs_fasta *fasta, gs_err *e)
{
    builder b = {.fasta = fasta, .fai = f};
    char *buf = malloc(CHUNK);
    int rc = buf ? 0 : gs_fail_mem(e, "indexing the FASTA", CHUNK);
    for (int64_t off = 0; off < fasta->size && !rc; off += CHUNK) {
        int64_t n = gs_fasta_read(fasta, off, buf, CHUNK, e);
        rc = n < 0 ? (int)n : feed_chunk(&b, buf, n, e);
    }
    if (!rc && b.bytes)
        rc = end_line(&b, e);
    if (!rc)
        rc = end_contig(&b, e);
    if (!rc && f->n == 0)
        rc = gs_fail(e, GS_EINPUT, "the reference %s holds no sequence", fasta->path);
    gs_str_free(&b.head);
    free(b.row.name);
    free(buf);
    return rc ? rc : gs_fai_sort(f, e);
}
