#include "genome/window.h"
#include <stdlib.h>
#include <string.h>

/* ---- an allele against the reference ---- */

/* Does IUPAC code `code` (upper case) include base b (ACGT, any case)? */
static int includes(char code, char b)
{
    static const struct { char code; const char *bases; } codes[] = {
        {'A', "A"}, {'C', "C"}, {'G', "G"}, {'T', "T"}, {'R', "AG"}, {'Y', "CT"}, {'S', "CG"}, {'W', "AT"},
        {'K', "GT"}, {'M', "AC"}, {'B', "CGT"}, {'D', "AGT"}, {'H', "ACT"}, {'V', "ACG"}, {'N', "ACGT"},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return strchr(codes[i].bases, b & ~0x20) != NULL;
    return 0;
}

static int is_acgt(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

static gs_flag check_place(const gs_allele *a, gs_ref *r)
{
    if (a->rid < 0)
        return GS_FLAG_NO_CONTIG;
    int64_t len = gs_ref_len(r, a->rid);
    if (a->pos < -1)
        return GS_FLAG_MALFORMED;
    if (a->pos == -1 || a->pos == len)
        return GS_FLAG_EDGE;
    /* On a circular contig REF may run over the end, but not over itself. */
    int64_t room = gs_ref_circular(r, a->rid) ? len : len - a->pos;
    return a->pos > len || a->ref_len > room ? GS_FLAG_OUTSIDE : GS_FLAG_OK;
}

/* n bases of the FASTA under REF from base `from` on. */
static gs_flag compare(const gs_allele *a, const char *fasta, int from, int n)
{
    gs_flag flag = GS_FLAG_OK;
    for (int i = 0; i < n; i++) {
        int at = from + i;
        if (at >= a->skip && at < a->skip + a->del && !is_acgt(fasta[i]))
            return GS_FLAG_NONACGT;
        if (!includes(fasta[i], a->ref[at]))
            flag = GS_FLAG_REF_MISMATCH;
    }
    return flag;
}

int gs_allele_check(gs_allele *a, gs_ref *r, char *where, int n, gs_err *e)
{
    enum { PIECE = 4096 };
    char fasta[PIECE];
    if (n > 0 && where)
        *where = 0;
    if (a->flag != GS_FLAG_OK && a->flag != GS_FLAG_SAME)
        return 0;
    gs_flag flag = check_place(a, r);
    if (flag == GS_FLAG_OUTSIDE || flag == GS_FLAG_EDGE) { /* no base is read: is the contig's length right? */
        int rc = gs_ref_fetch(r, a->rid, 0, 0, fasta, e);
        if (rc)
            return rc;
    }
    for (int from = 0; from < a->ref_len && (flag == GS_FLAG_OK || flag == GS_FLAG_REF_MISMATCH); from += PIECE) {
        int k = a->ref_len - from < PIECE ? a->ref_len - from : PIECE;
        int rc = gs_ref_fetch(r, a->rid, a->pos + from, k, fasta, e);
        if (rc)
            return rc;
        gs_flag here = compare(a, fasta, from, k);
        flag = here == GS_FLAG_OK ? flag : here;
    }
    if (flag != GS_FLAG_OK)
        a->flag = flag;
    if (flag != GS_FLAG_REF_MISMATCH || !where || n < 1)
        return 0;
    int shown = a->ref_len < n - 1 ? a->ref_len : n - 1;
    where[shown] = 0;
    return gs_ref_fetch(r, a->rid, a->pos, shown, where, e);
}

/* ---- windows ---- */

void gs_window_free(gs_window *w)
{
    free(w->ref);
    free(w->alt);
    *w = (gs_window){0};
}

static int reserve(gs_window *w, int len, gs_err *e)
{
    if (len <= w->cap)
        return 0;
    char *ref = malloc((size_t)len + 1), *alt = malloc((size_t)len + 1);
    if (!ref || !alt) {
        free(ref);
        free(alt);
        return gs_fail_mem(e, "a window", 2 * (size_t)len);
    }
    gs_window_free(w);
    w->ref = ref;
    w->alt = alt;
    w->cap = len;
    return 0;
}

static void mask(char *seq, int len)
{
    for (int i = 0; i < len; i++)
        seq[i] = is_acgt(seq[i]) ? seq[i] : 'N';
}

int gs_window_make(gs_window *w, gs_ref *r, const gs_allele *a, int64_t beg, int len, gs_err *e)
{
    int64_t at = a->pos + a->skip - beg;
    int longest = a->del > a->ins ? a->del : a->ins;
    if ((a->flag != GS_FLAG_OK && a->flag != GS_FLAG_SAME) || at < 0 || at + longest > len)
        return gs_fail(e, GS_EINTERNAL, "no window of %d bases for an allele of %d and %d bases (%s)", len, a->ref_len,
                       a->alt_len, gs_flag_name(a->flag));
    int rc = reserve(w, len, e), focus = (int)at, right = focus + a->ins;
    if (rc)
        return rc;
    w->beg = beg;
    w->len = len;
    w->focus = focus;
    w->ref[len] = w->alt[len] = 0;
    rc = gs_ref_fetch(r, a->rid, w->beg, len, w->ref, e);
    if (!rc)
        rc = gs_ref_fetch(r, a->rid, a->pos + a->skip + a->del, len - right, w->alt + right, e);
    if (rc)
        return rc;
    memcpy(w->alt, w->ref, (size_t)focus);
    for (int i = 0; i < a->ins; i++)
        w->alt[focus + i] = (char)(a->alt[a->skip + i] & ~0x20);
    mask(w->ref, len);
    mask(w->alt, len);
    return 0;
}

void gs_revcomp(char *seq, int64_t len)
{
    static const char pair[256] = {['A'] = 'T', ['C'] = 'G', ['G'] = 'C', ['T'] = 'A'};
    for (int64_t i = 0, j = len - 1; i <= j; i++, j--) {
        char x = pair[(unsigned char)seq[i]], y = pair[(unsigned char)seq[j]];
        seq[i] = y ? y : 'N';
        seq[j] = x ? x : 'N';
    }
}
