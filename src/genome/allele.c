#include "genome/allele.h"
#include <limits.h>
#include <string.h>

const char *gs_flag_name(gs_flag f)
{
    static const char *const names[GS_FLAG_COUNT] = {
        [GS_FLAG_OK] = ".", [GS_FLAG_SYMBOLIC] = "symbolic", [GS_FLAG_OVERLAP] = "overlap",
        [GS_FLAG_REF_BLOCK] = "ref_block", [GS_FLAG_NONACGT] = "nonacgt", [GS_FLAG_REF_MISMATCH] = "ref_mismatch",
        [GS_FLAG_NO_CONTIG] = "no_contig", [GS_FLAG_OUTSIDE] = "outside", [GS_FLAG_EDGE] = "edge",
        [GS_FLAG_TOO_LONG] = "too_long", [GS_FLAG_SAME] = "same", [GS_FLAG_MALFORMED] = "malformed",
        [GS_FLAG_N_CONTEXT] = "n_context", [GS_FLAG_UNSUPPORTED] = "unsupported",
        [GS_FLAG_NOT_FINITE] = "not_finite",
    };
    return f >= 0 && f < GS_FLAG_COUNT ? names[f] : "?";
}

static int is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* ASCII only, whatever the locale. */
static char upper(char c)
{
    return is_letter(c) ? (char)(c & ~0x20) : c;
}

/* OK: ACGT; NONACGT: other letters; MALFORMED: empty or not letters alone. */
static gs_flag letters(const char *s)
{
    gs_flag flag = *s ? GS_FLAG_OK : GS_FLAG_MALFORMED;
    for (; *s; s++) {
        if (!is_letter(*s))
            return GS_FLAG_MALFORMED;
        if (!strchr("ACGT", upper(*s)))
            flag = GS_FLAG_NONACGT;
    }
    return flag;
}

/* ALT forms that are no sequence (VCF 4.5, sections 1.4.5 and 5.4): <ID>, C<ctg>, breakends G]17:198982], single
 * breakends G. and .G. htslib 1.16 knows only some of them. */
static gs_flag not_sequence(const char *alt, size_t n)
{
    if (!strcmp(alt, "*"))
        return GS_FLAG_OVERLAP;
    if (!strcmp(alt, "<*>") || !strcmp(alt, "<NON_REF>"))
        return GS_FLAG_REF_BLOCK;
    const char *open = strchr(alt, '<');
    if (open && strchr(open, '>'))
        return GS_FLAG_SYMBOLIC;
    const char *bracket = strpbrk(alt, "[]");
    if (bracket && strchr(bracket + 1, *bracket))
        return GS_FLAG_SYMBOLIC;
    if (n > 1 && (*alt == '.') != (alt[n - 1] == '.')) {
        size_t inner = strspn(alt + (*alt == '.'), "ACGTNacgtnRYSWKMBDHVryswkmbdhv");
        return inner == n - 1 ? GS_FLAG_SYMBOLIC : GS_FLAG_MALFORMED;
    }
    return GS_FLAG_MALFORMED;
}

static gs_flag classify(const char *ref, size_t ref_len, const char *alt, size_t alt_len)
{
    gs_flag fr = letters(ref), fa = letters(alt);
    if (fr == GS_FLAG_MALFORMED || ref_len > INT_MAX || alt_len > INT_MAX)
        return GS_FLAG_MALFORMED;
    if (fa == GS_FLAG_MALFORMED)
        return not_sequence(alt, alt_len);
    return fr == GS_FLAG_OK ? fa : fr;
}

/* Prefix first, then the suffix of what is left: an insertion after its anchor base stays where the record has it. */
static void trim(gs_allele *a)
{
    int n = a->ref_len < a->alt_len ? a->ref_len : a->alt_len, tail = 0;
    while (a->skip < n && upper(a->ref[a->skip]) == upper(a->alt[a->skip]))
        a->skip++;
    while (tail < n - a->skip && upper(a->ref[a->ref_len - 1 - tail]) == upper(a->alt[a->alt_len - 1 - tail]))
        tail++;
    a->del = a->ref_len - a->skip - tail;
    a->ins = a->alt_len - a->skip - tail;
}

gs_allele gs_allele_parse(int rid, int64_t pos, const char *ref, const char *alt)
{
    gs_allele a = {.rid = rid, .pos = pos, .ref = ref ? ref : "", .alt = alt ? alt : ""};
    size_t ref_len = strlen(a.ref), alt_len = strlen(a.alt);
    a.flag = classify(a.ref, ref_len, a.alt, alt_len);
    if (a.flag != GS_FLAG_OK && a.flag != GS_FLAG_NONACGT)
        return a;
    a.ref_len = (int)ref_len;
    a.alt_len = (int)alt_len;
    trim(&a);
    a.kind = a.del != a.ins ? GS_INDEL : a.ref_len == 1 || a.del == 1 ? GS_SNV : GS_MNV;
    if (a.flag == GS_FLAG_OK && a.del == 0 && a.ins == 0)
        a.flag = GS_FLAG_SAME;
    return a;
}
