/* Allele letters, trimming, and the forms of ALT that are no sequence. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include "genome/allele.h"

static void flags(void **state)
{
    (void)state;
    static const struct { const char *ref, *alt; gs_flag flag; } cases[] = {
        {"A", "C", GS_FLAG_OK}, {"a", "c", GS_FLAG_OK}, {"ACGT", "A", GS_FLAG_OK},
        {"A", "A", GS_FLAG_SAME}, {"A", "a", GS_FLAG_SAME}, {"acG", "ACg", GS_FLAG_SAME},
        {"A", "*", GS_FLAG_OVERLAP}, {"N", "*", GS_FLAG_OVERLAP},
        {"A", "<*>", GS_FLAG_REF_BLOCK}, {"A", "<NON_REF>", GS_FLAG_REF_BLOCK},
        {"A", "<X>", GS_FLAG_SYMBOLIC}, {"N", "<DEL>", GS_FLAG_SYMBOLIC}, {"A", "<INS:ME:ALU>", GS_FLAG_SYMBOLIC},
        {"A", "C<ctg1>", GS_FLAG_SYMBOLIC}, {"A", "<DEL", GS_FLAG_MALFORMED}, {"A", "DEL>", GS_FLAG_MALFORMED},
        {"A", "A]chr1:5]", GS_FLAG_SYMBOLIC}, {"A", ".[c:1[", GS_FLAG_SYMBOLIC}, {"A", "[c:1[A", GS_FLAG_SYMBOLIC},
        {"A", "G]<ctg1>:7]", GS_FLAG_SYMBOLIC}, {"A", "A]chr1:5", GS_FLAG_MALFORMED},
        {"A", "A]chr1:5[", GS_FLAG_MALFORMED},
        {"A", "G.", GS_FLAG_SYMBOLIC}, {"A", ".G", GS_FLAG_SYMBOLIC}, {"A", ".ACG", GS_FLAG_SYMBOLIC},
        {"A", "..", GS_FLAG_MALFORMED}, {"A", ".A.", GS_FLAG_MALFORMED}, {"A", "A.C", GS_FLAG_MALFORMED},
        {"A", ".1", GS_FLAG_MALFORMED}, {"A", ".", GS_FLAG_MALFORMED}, {"A", "", GS_FLAG_MALFORMED},
        {"A", "N", GS_FLAG_NONACGT}, {"N", "A", GS_FLAG_NONACGT}, {"R", "A", GS_FLAG_NONACGT},
        {"N", "N", GS_FLAG_NONACGT}, {"A", "XYZ", GS_FLAG_NONACGT}, {"A", "ACn", GS_FLAG_NONACGT},
        {"A", "Q!", GS_FLAG_MALFORMED}, {"A", "A C", GS_FLAG_MALFORMED}, {"A", "A\xc3\xa4", GS_FLAG_MALFORMED},
        {"", "A", GS_FLAG_MALFORMED}, {".", "A", GS_FLAG_MALFORMED}, {".", "<DEL>", GS_FLAG_MALFORMED},
        {"*", "A", GS_FLAG_MALFORMED}, {"<DEL>", "A", GS_FLAG_MALFORMED}, {"A1", "A", GS_FLAG_MALFORMED},
        {NULL, "A", GS_FLAG_MALFORMED}, {"A", NULL, GS_FLAG_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gs_allele a = gs_allele_parse(3, 77, cases[i].ref, cases[i].alt);
        if (a.flag != cases[i].flag)
            fail_msg("%s > %s is %s, expected %s", a.ref, a.alt, gs_flag_name(a.flag), gs_flag_name(cases[i].flag));
        assert_int_equal(a.rid, 3);
        assert_int_equal(a.pos, 77);
    }
}

static void trimming(void **state)
{
    (void)state;
    static const struct { const char *ref, *alt; int skip, del, ins; gs_allele_kind kind; } cases[] = {
        {"A", "C", 0, 1, 1, GS_SNV}, {"AC", "AT", 1, 1, 1, GS_SNV}, {"CAG", "TAG", 0, 1, 1, GS_SNV},
        {"ACGT", "AGCT", 1, 2, 2, GS_MNV}, {"AC", "GT", 0, 2, 2, GS_MNV}, {"acgt", "AcTT", 2, 1, 1, GS_SNV},
        {"A", "AT", 1, 0, 1, GS_INDEL}, {"AT", "A", 1, 1, 0, GS_INDEL}, {"A", "TA", 0, 0, 1, GS_INDEL},
        {"CA", "CAA", 2, 0, 1, GS_INDEL}, {"CAA", "CA", 2, 1, 0, GS_INDEL}, {"AC", "TGG", 0, 2, 3, GS_INDEL},
        {"GCAT", "GTTAT", 1, 1, 2, GS_INDEL}, {"AAAA", "AA", 2, 2, 0, GS_INDEL}, {"ATA", "A", 1, 2, 0, GS_INDEL},
        {"A", "a", 1, 0, 0, GS_SNV}, {"AC", "AC", 2, 0, 0, GS_MNV}, {"AN", "AC", 1, 1, 1, GS_SNV},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gs_allele a = gs_allele_parse(0, 0, cases[i].ref, cases[i].alt);
        if (a.skip != cases[i].skip || a.del != cases[i].del || a.ins != cases[i].ins || a.kind != cases[i].kind)
            fail_msg("%s > %s: skip %d del %d ins %d kind %d", a.ref, a.alt, a.skip, a.del, a.ins, a.kind);
        assert_int_equal(a.ref_len, strlen(a.ref));
        assert_int_equal(a.alt_len, strlen(a.alt));
    }
}

static void names(void **state)
{
    (void)state;
    for (int f = 0; f < GS_FLAG_COUNT; f++)
        assert_non_null(gs_flag_name((gs_flag)f));
    assert_string_equal(gs_flag_name(GS_FLAG_OK), ".");
    assert_string_equal(gs_flag_name(GS_FLAG_N_CONTEXT), "n_context");
    assert_string_equal(gs_flag_name(GS_FLAG_UNSUPPORTED), "unsupported");
    assert_string_equal(gs_flag_name(GS_FLAG_NOT_FINITE), "not_finite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags), cmocka_unit_test(trimming), cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
