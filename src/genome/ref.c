#include "genome/ref.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/hts.h>
#include "base/log.h"
#include "genome/contig_names.h"
#include "genome/fai.h"
#include "genome/fasta_file.h"
#include "genome/index_file.h"

enum {
    RAW = 1 << 16,   /* bytes of FASTA text read at once */
    BACK = RAW / 8   /* of these, before the base that is asked for: the next variants' windows begin there */
};

struct gs_ref {
    gs_fasta fasta;
    gs_fai fai;
    char *circular;       /* [n] */
    unsigned char *raw;   /* [RAW] */
    char *bases;          /* [RAW]: the stretch [beg, beg + n) of contig rid */
    int rid;
    int64_t beg, n;
    char *sought;         /* the last contig looked for, its length, and what was found: records come in blocks */
    int64_t sought_len;
    int found;
};

/* ---- opening ---- */

static int load_index(gs_ref *r, gs_err *e)
{
    gs_fasta *f = &r->fasta;
    gs_str index = {0}, text = {0};
    gs_str_printf(&index, "%s.fai", f->path);
    /* ">a\nC\n", 5 bytes, is the smallest contig; its row has 10, and no row has more than 80 besides the name. */
    int rc = index.failed ? gs_fail_mem(e, "a file name", strlen(f->path))
                          : gs_index_read(index.s, f->path, &f->st, 100 + 32 * f->size, &text, e);
    if (rc == 1) {
        rc = gs_fai_parse(&r->fai, &text, f->path, e);
        if (!rc)
            rc = gs_fai_check(&r->fai, f, e);
    } else if (rc == 0) {
        rc = gs_fai_build(&r->fai, f, e);
        gs_fai_print(&r->fai, &text);
        if (!rc && gs_index_write(index.s, &f->st, &text))
            gs_log(GS_LOG_INFO, "%s cannot be written: the index stays in memory", index.s);
    }
    gs_str_free(&text);
    gs_str_free(&index);
    return rc;
}

static int init(gs_ref *r, const char *path, const gs_ref_opt *opt, gs_err *e)
{
    int rc = gs_fasta_open(&r->fasta, path, e);
    if (!rc)
        rc = load_index(r, e);
    if (rc)
        return rc;
    r->rid = -1;
    r->circular = calloc((size_t)r->fai.n + 1, 1);
    r->raw = malloc(RAW);
    r->bases = malloc(RAW);
    if (!r->circular || !r->raw || !r->bases)
        return gs_fail_mem(e, "the reference", (size_t)r->fai.n + 2 * RAW);
    for (int i = 0; i < r->fai.n; i++)
        r->circular[i] = (char)gs_contig_circular(r->fai.row[i].name, opt ? opt->circular : NULL,
                                                  opt ? opt->n_circular : 0);
    return 0;
}

gs_ref *gs_ref_open(const char *path, const gs_ref_opt *opt, gs_err *e)
{
    gs_ref *r = calloc(1, sizeof *r);
    if (!r) {
        gs_fail_mem(e, "the reference", sizeof *r);
        return NULL;
    }
    if (init(r, path, opt, e)) {
        gs_ref_close(r);
        return NULL;
    }
    return r;
}

void gs_ref_close(gs_ref *r)
{
    if (!r)
        return;
    gs_fasta_close(&r->fasta);
    gs_fai_free(&r->fai);
    free(r->circular);
    free(r->raw);
    free(r->bases);
    free(r->sought);
    free(r);
}

/* ---- contigs ---- */

int gs_ref_count(const gs_ref *r)
{
    return r->fai.n;
}

const char *gs_ref_name(const gs_ref *r, int rid)
{
    return r->fai.row[rid].name;
}

int64_t gs_ref_len(const gs_ref *r, int rid)
{
    return r->fai.row[rid].len;
}

int gs_ref_circular(const gs_ref *r, int rid)
{
    return r->circular[rid];
}

/* The header of the VCF and the FASTA disagree: most likely another assembly. */
static void warn_length(const gs_ref *r, int rid, const char *name, int64_t len)
{
    if (len && len != r->fai.row[rid].len)
        gs_warn_once("contig_length", "contig '%s' has %lld bases in the VCF header, but '%s' of %s has %lld: is it "
                     "the right reference?%s", name, (long long)len, r->fai.row[rid].name, r->fasta.path,
                     (long long)r->fai.row[rid].len, gs_contig_confusion(name, len));
}

static int find(const gs_ref *r, const char *name, int64_t len)
{
    int rid = gs_fai_find(&r->fai, name), other = rid;
    if (rid < 0) {
        rid = gs_contig_alias(&r->fai, name, len);
        if (rid >= 0)
            gs_warn_once("contig_alias", "contig '%s' is taken to be '%s' of %s; so are other names of that kind",
                         name, r->fai.row[rid].name, r->fasta.path);
        other = rid >= 0 ? rid : gs_contig_alias(&r->fai, name, 0);
    }
    if (other >= 0)
        warn_length(r, other, name, len);
    return rid;
}

int gs_ref_find(gs_ref *r, const char *name, int64_t len)
{
    if (r->sought && r->sought_len == len && !strcmp(r->sought, name))
        return r->found;
    free(r->sought);
    r->sought = strdup(name);   /* without memory it is looked for again */
    r->sought_len = len;
    return r->found = find(r, name, len);
}

int gs_ref_description(gs_ref *r, int rid, char *out, size_t n)
{
    enum { LOOK = 1024 };
    char buf[LOOK + 1];
    gs_err e = {0};
    const gs_fai_row *row = r->fai.row + rid;
    int64_t from = row->off > LOOK ? row->off - LOOK : 0;
    int64_t got = gs_fasta_read(&r->fasta, from, buf, row->off - from, &e);
    out[0] = 0;
    while (got > 0 && strchr("\r\n", buf[got - 1]))
        got--;
    buf[got > 0 ? got : 0] = 0;
    const char *line = strrchr(buf, '\n'), *text = strpbrk(line ? line : buf, " \t");
    if (!text || !strchr(line ? line : buf, '>'))
        return 0;
    snprintf(out, n, "%s", text + strspn(text, " \t"));
    return out[0] != 0;
}

/* ---- bases ---- */

/* Upper-case nucleotide code of a byte of a FASTA sequence (IUPAC; gaps and X are N), 0: cannot be one. */
static const char base_of[256] = {
    ['A'] = 'A', ['C'] = 'C', ['G'] = 'G', ['T'] = 'T', ['U'] = 'T', ['N'] = 'N', ['R'] = 'R', ['Y'] = 'Y', ['S'] = 'S',
    ['W'] = 'W', ['K'] = 'K', ['M'] = 'M', ['B'] = 'B', ['D'] = 'D', ['H'] = 'H', ['V'] = 'V', ['X'] = 'N', ['-'] = 'N',
    ['a'] = 'A', ['c'] = 'C', ['g'] = 'G', ['t'] = 'T', ['u'] = 'T', ['n'] = 'N', ['r'] = 'R', ['y'] = 'Y', ['s'] = 'S',
    ['w'] = 'W', ['k'] = 'K', ['m'] = 'M', ['b'] = 'B', ['d'] = 'D', ['h'] = 'H', ['v'] = 'V', ['x'] = 'N',
};

static int bad_byte(const gs_ref *r, int c, int64_t pos, gs_err *e)
{
    char shown[8] = {(char)c};
    if (c < ' ' || c > '~')
        snprintf(shown, sizeof shown, "\\x%02x", c);
    return gs_fail(e, GS_EINPUT, "%s has '%s' where base %lld of contig '%s' should be: it holds something else than "
                   "DNA, or %s.fai does not fit: " GS_INDEX_REMEDY, r->fasta.path, shown, (long long)pos + 1,
                   r->fai.row[r->rid].name, r->fasta.path, r->fasta.path);
}

/* k bytes of raw text into bases; the stretch grows by k. */
static int decode_run(gs_ref *r, const unsigned char *raw, int64_t k, gs_err *e)
{
    char *out = r->bases + r->n;
    for (int64_t i = 0; i < k; i++)
        out[i] = base_of[raw[i]];
    const char *bad = memchr(out, 0, (size_t)k);
    if (bad)
        return bad_byte(r, raw[bad - out], r->beg + r->n + (bad - out), e);
    r->n += k;
    return 0;
}

/* The text between two lines must be white space, else the index is of another file. */
static int decode(gs_ref *r, const gs_fai_row *row, int64_t n_raw, gs_err *e)
{
    int64_t col = r->beg % row->line_bases, i = 0;
    int rc = 0;
    while (i < n_raw && !rc) {
        if (col < row->line_bases) {
            int64_t k = row->line_bases - col < n_raw - i ? row->line_bases - col : n_raw - i;
            rc = decode_run(r, r->raw + i, k, e);
            col += k;
            i += k;
        } else {
            int c = r->raw[i++];
            if (c != ' ' && (c < '\t' || c > '\r'))
                rc = bad_byte(r, c, r->beg + r->n, e);
            col = col + 1 == row->line_bytes ? 0 : col + 1;
        }
    }
    return rc;
}

/* Make base pos of contig rid part of the cached stretch. */
static int load(gs_ref *r, int rid, int64_t pos, gs_err *e)
{
    const gs_fai_row *row = r->fai.row + rid;
    int64_t rest = BACK % row->line_bytes < row->line_bases ? BACK % row->line_bytes : row->line_bases;
    int64_t back = BACK / row->line_bytes * row->line_bases + rest;
    r->rid = rid;
    r->n = 0;
    r->beg = pos > back ? pos - back : 0;
    int64_t off = gs_fai_offset(row, r->beg), end = gs_fai_offset(row, row->len - 1) + 1;
    int64_t n = gs_fasta_read(&r->fasta, off, r->raw, end - off < RAW ? end - off : RAW, e);
    int rc = n < 0 ? (int)n : decode(r, row, n, e);
    if (rc)
        r->n = 0;
    return rc;
}

static int copy(gs_ref *r, int rid, int64_t pos, int64_t len, char *out, gs_err *e)
{
    while (len > 0) {
        if (rid != r->rid || pos < r->beg || pos >= r->beg + r->n) {
            int rc = load(r, rid, pos, e);
            if (rc)
                return rc;
        }
        int64_t k = r->beg + r->n - pos < len ? r->beg + r->n - pos : len;
        memcpy(out, r->bases + (pos - r->beg), (size_t)k);
        pos += k;
        out += k;
        len -= k;
    }
    return 0;
}

int gs_ref_fetch(gs_ref *r, int rid, int64_t beg, int64_t len, char *out, gs_err *e)
{
    assert(rid >= 0 && rid < r->fai.n && len >= 0);
    gs_fai_row *row = r->fai.row + rid;
    int wrap = r->circular[rid] && row->len > 0;
    int rc = gs_fai_check_row(row, &r->fasta, e);
    while (len > 0 && !rc) {
        int64_t pos = wrap ? (beg % row->len + row->len) % row->len : beg, k = len;
        if (pos < 0 || pos >= row->len) {
            if (pos < 0 && -pos < k)
                k = -pos;
            memset(out, 'N', (size_t)k);
        } else {
            if (row->len - pos < k)
                k = row->len - pos;
            rc = copy(r, rid, pos, k, out, e);
        }
        beg += k;
        out += k;
        len -= k;
    }
    return rc;
}

int gs_ref_md5(gs_ref *r, int rid, char hex[33], gs_err *e)
{
    enum { PIECE = 4096 };
    char piece[PIECE];
    unsigned char digest[16];
    int64_t len = gs_ref_len(r, rid);
    int rc = 0;
    hts_md5_context *md5 = hts_md5_init();
    if (!md5)
        return gs_fail_mem(e, "an MD5", 0);
    for (int64_t at = 0; at < len && !rc; at += PIECE) {
        int64_t n = len - at < PIECE ? len - at : PIECE;
        rc = gs_ref_fetch(r, rid, at, n, piece, e);
        if (!rc)
            hts_md5_update(md5, piece, (unsigned long)n);
    }
    hts_md5_final(digest, md5);
    hts_md5_hex(hex, digest);
    hts_md5_destroy(md5);
    return rc;
}
