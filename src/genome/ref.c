#include "genome/ref.h"
#include <assert.h>
#include <htslib/faidx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "genome/contig_names.h"
#include "genome/fai.h"
#include "genome/fasta_file.h"
#include "genome/gzi.h"
#include "genome/index_file.h"

enum {
    STRETCH = 1 << 16,    /* bases read at once */
    BACK = STRETCH / 8    /* of these, before the base that is asked for: the next variants' windows begin there */
};

struct gs_ref {
    gs_fasta fasta;
    gs_fai fai;
    faidx_t *faidx;
    char *circular;       /* [n] */
    char *bases;          /* the stretch [beg, beg + n) of contig rid; htslib's */
    int rid;
    int64_t beg, n;
};

/* ---- opening ---- */

/* The index file with that suffix: 1: read, 0: there is none. */
static int read_index(const gs_fasta *f, const char *suffix, int64_t max, gs_str *text, gs_err *e)
{
    gs_str name = {0};
    gs_str_printf(&name, "%s.%s", f->path, suffix);
    int rc = name.failed ? gs_fail_mem(e, "a file name", strlen(f->path))
                         : gs_index_read(name.s, f->path, &f->st, max, text, e);
    gs_str_free(&name);
    return rc;
}

static void save_index(const gs_fasta *f, const char *suffix, const gs_str *text)
{
    gs_str name = {0};
    gs_str_printf(&name, "%s.%s", f->path, suffix);
    if (name.failed || gs_index_write(name.s, &f->st, text))
        gs_log(GS_LOG_INFO, "%s.%s cannot be written: the index stays in memory", f->path, suffix);
    gs_str_free(&name);
}

/* htslib opens what was checked, not what another job may have put in its place since. */
static int open_faidx(gs_ref *r, const gs_str *text, gs_err *e)
{
    gs_memfile fai, gzi = {.fd = -1};
    int rc = gs_memfile_open(&fai, text, e);
    if (!rc && r->fasta.bgzip)
        rc = gs_memfile_open(&gzi, &r->fasta.gzi, e);
    if (!rc) {
        r->faidx = fai_load3_format(r->fasta.name, fai.name, gzi.name, 0, FAI_FASTA);
        if (!r->faidx)
            rc = gs_fail(e, GS_EINPUT, "the index of %s cannot be opened", r->fasta.path);
    }
    gs_memfile_close(&fai);
    gs_memfile_close(&gzi);
    return rc;
}

static int repeats(const gs_fai *f)
{
    int n = 0;
    for (int i = 0; i < f->n; i++)
        n += f->row[i].twice;
    return n;
}

/* An index that htslib has just built: where it does not fit, htslib has misread the FASTA. */
static int check_new(gs_ref *r, const gs_str *text, gs_err *e)
{
    gs_err why = {0};
    int rc = gs_fai_parse(&r->fai, text, r->fasta.path, &why);
    if (!rc)
        rc = gs_fai_check_new(&r->fai, &r->fasta, &why);
    if (rc == -GS_EINPUT)
        return gs_fail(e, GS_EINPUT, "the reference %s cannot be indexed: a contig has no name, or blanks or other "
                       "bytes in its lines that are no letters, so that it holds something else than DNA",
                       r->fasta.path);
    return rc ? gs_fail(e, why.code, "%s", why.msg) : 0;
}

static int use_index(gs_ref *r, gs_str *fai, int has_fai, int has_gzi, gs_err *e)
{
    gs_fasta *f = &r->fasta;
    int rc = 0;
    if (!has_fai || !has_gzi)
        rc = gs_fai_build(f, has_fai ? NULL : fai, has_gzi ? NULL : &f->gzi, e);
    if (!rc && f->bgzip)
        rc = gs_gzi_check(&f->gzi, f->st.st_size, f->path, e);
    if (!rc && !has_fai)
        rc = check_new(r, fai, e);
    else if (!rc && !(rc = gs_fai_parse(&r->fai, fai, f->path, e)))
        rc = gs_fai_check(&r->fai, f, e);
    if (!rc)
        rc = open_faidx(r, fai, e);
    /* htslib leaves repeated names out of an index: without it, they are seen the next time too. */
    if (!rc && !has_fai && !repeats(&r->fai))
        save_index(f, "fai", fai);
    if (!rc && !has_gzi)
        save_index(f, "gzi", &f->gzi);
    return rc;
}

static int load_index(gs_ref *r, gs_err *e)
{
    gs_fasta *f = &r->fasta;
    gs_str fai = {0};
    /* ">a\nC\n", 5 bytes, is the smallest contig; its row has 10, and no row has more than 80 besides the name.
     * bgzip compresses by 1032 at most, and a block of it has at least 28 bytes. */
    int has_fai = read_index(f, "fai", 100 + 32 * f->st.st_size * (f->bgzip ? 1032 : 1), &fai, e), has_gzi = 1;
    if (has_fai >= 0 && f->bgzip)
        has_gzi = read_index(f, "gzi", 8 + f->st.st_size / 28 * 16, &f->gzi, e);
    int rc = has_fai < 0 ? has_fai : has_gzi < 0 ? has_gzi : use_index(r, &fai, has_fai, has_gzi, e);
    gs_str_free(&fai);
    return rc;
}

static int init(gs_ref *r, const char *path, const gs_ref_opt *opt, gs_err *e)
{
    if (hts_get_log_level() == HTS_LOG_WARNING)  /* htslib's default: it would print by itself */
        hts_set_log_level(HTS_LOG_OFF);
    int rc = gs_fasta_open(&r->fasta, path, e);
    if (!rc)
        rc = load_index(r, e);
    if (rc)
        return rc;
    r->rid = -1;
    r->circular = calloc((size_t)r->fai.n + 1, 1);
    if (!r->circular)
        return gs_fail_mem(e, "the reference", (size_t)r->fai.n);
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
    fai_destroy(r->faidx);
    free(r->circular);
    free(r->bases);
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
                     "the right reference?", name, (long long)len, r->fai.row[rid].name, r->fasta.path,
                     (long long)r->fai.row[rid].len);
}

int gs_ref_find(gs_ref *r, const char *name, int64_t len)
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

/* The stretch as htslib reads it, made upper case. A line end among the bases shows an index of another file. */
static int decode(gs_ref *r, gs_err *e)
{
    for (int64_t i = 0; i < r->n; i++) {
        int c = (unsigned char)r->bases[i];
        r->bases[i] = base_of[c];
        if (!base_of[c])
            return bad_byte(r, c, r->beg + i, e);
    }
    return 0;
}

/* Make base pos of contig rid part of the cached stretch. */
static int load(gs_ref *r, int rid, int64_t pos, gs_err *e)
{
    const gs_fai_row *row = r->fai.row + rid;
    int64_t beg = pos > BACK ? pos - BACK : 0, want = row->len - beg < STRETCH ? row->len - beg : STRETCH;
    int64_t off = gs_fai_offset(row, beg), got = -1;
    free(r->bases);
    r->bases = NULL;
    r->n = 0;
    int rc = gs_fasta_block(&r->fasta, off, e);
    if (rc < 0)
        return rc;
    if (rc == 0)
        r->bases = faidx_fetch_seq64(r->faidx, row->name, beg, beg + want - 1, &got);
    if (!r->bases || got != want)
        return gs_fasta_unreadable(&r->fasta, off, e);
    r->rid = rid;
    r->beg = beg;
    r->n = want;
    rc = decode(r, e);
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
    const gs_fai_row *row = r->fai.row + rid;
    int wrap = r->circular[rid] && row->len > 0;
    int rc = gs_fai_check_row(&r->fai, rid, &r->fasta, e);
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
