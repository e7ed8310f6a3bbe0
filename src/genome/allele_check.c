/* An allele against the reference. */
#include <string.h>
#include "genome/allele.h"

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

enum { PIECE = 4096 };   /* bases of the FASTA that are looked at together */

int gs_allele_swapped(const gs_allele *a, gs_ref *r, gs_err *e)
{
    char fasta[PIECE];
    if (!a->ins || a->alt_len > PIECE)
        return 0;
    int rc = gs_ref_fetch(r, a->rid, a->pos, a->alt_len, fasta, e);
    int same = !rc;
    for (int i = 0; i < a->alt_len && same; i++)
        same = fasta[i] == (a->alt[i] & ~0x20);
    return rc ? rc : same;
}

int gs_allele_check(gs_allele *a, gs_ref *r, char *where, int n, gs_err *e)
{
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
