/* Genetic codes, and what a change does to the protein. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "genome/codon.h"
#include "genome/effect.h"

static void codes(void **state)
{
    (void)state;
    /* NCBI's tables differ from the standard one here, and nowhere else */
    static const struct { int code; const char *codons, *amino; } rows[] = {
        {2, "AGA AGG ATA TGA", "**MW"}, {3, "ATA CTT CTC CTA CTG TGA", "MTTTTW"}, {4, "TGA", "W"},
        {5, "AGA AGG ATA TGA", "SSMW"}, {11, "", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < 64; k++) {
            char codon[4] = {"ACGT"[k / 16], "ACGT"[k / 4 % 4], "ACGT"[k % 4], 0};
            const char *at = strstr(rows[i].codons, codon);
            char expected = at ? rows[i].amino[(at - rows[i].codons) / 4] : gs_translate(1, codon);
            assert_int_equal(gs_translate(rows[i].code, codon), expected);
        }
    static const char text[] = "ATGTTTCTCATTGTATCGCCTACTGCATATCATCAAAACAAAGACGAATGTTGGCGGAGTAGAGGATAATAGTGANAA";
    static const char amino[] = "MFLIVSPTAYHQNKDECWRSRG***X";
    for (size_t i = 0; i < strlen(amino); i++)
        assert_int_equal(gs_translate(1, text + 3 * i), amino[i]);
    assert_int_equal(gs_code_of_contig("chrM"), 2);
    assert_int_equal(gs_code_of_contig("MT"), 2);
    assert_int_equal(gs_code_of_contig("chr1"), 1);
    assert_true(gs_code_known(11) && !gs_code_known(0) && !gs_code_known(12));
}

/* M K L S W * : bases beg .. end of it become `ins`. */
static void effects(void **state)
{
    (void)state;
    static const struct { int beg, end; const char *ins, *effect; int codon; } rows[] = {
        {3, 4, "C", "missense", 1},          /* AAA CAA */
        {5, 6, "G", "synonymous", 1},        /* AAA AAG */
        {3, 4, "T", "stop_gained", 1},       /* AAA TAA */
        {0, 1, "C", "start_lost", 0},
        {2, 3, "A", "start_lost", 0},
        {15, 16, "C", "stop_lost", 5},
        {16, 17, "G", "stop_retained", 5},   /* TAA TGA */
        {4, 7, "GGA", "missense", 1},
        {5, 9, "GTTA", "synonymous", 1},     /* AAG TTA: K L */
        {5, 5, "A", "frameshift", 2},        /* in AAA: the codon that differs is the next */
        {6, 7, "", "frameshift", 2},
        {6, 9, "", "inframe_deletion", 2},
        {7, 10, "", "inframe_deletion", 2},
        {6, 6, "GGGCCC", "inframe_insertion", 2},
        {6, 6, "TAACCC", "stop_gained", 2},
        {4, 4, "GGC", "inframe_insertion", 1},
        {5, 8, "GTAACC", "stop_gained", 1},  /* AAG TAA CCG */
        {1, 2, "", "start_lost", 0},
        {2, 2, "GAT", "inframe_insertion", 1}, /* ATG ATG: still a start */
        {0, 3, "", "start_lost", 0},
        {14, 18, "", "stop_lost", 4},
        {15, 18, "", "stop_lost", 5},
        {13, 15, "", "frameshift", 4},
        {15, 15, "CCC", "inframe_insertion", 5},
        {17, 17, "AC", "frameshift", 6},     /* TAA is still there */
        {3, 4, "N", "coding_sequence", 1},
    };
    static const char seq[] = "ATGAAACTGTCATGGTAA";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char alt[40];
        int n = (int)strlen(rows[i].ins);
        snprintf(alt, sizeof alt, "%.*s%s%s", rows[i].beg, seq, rows[i].ins, seq + rows[i].end);
        gs_cds_change c = {{seq, alt}, {18, (int)strlen(alt)}, rows[i].beg, {rows[i].end, rows[i].beg + n}, 1, 1};
        if (strcmp(gs_effect_name(gs_effect_of(&c)), rows[i].effect) || gs_first_changed_codon(&c) != rows[i].codon)
            fail_msg("%d-%d %s: %s, codon %d", rows[i].beg, rows[i].end, rows[i].ins,
                     gs_effect_name(gs_effect_of(&c)), gs_first_changed_codon(&c));
    }
}

/* What is not there cannot be lost: a protein's start or stop, a last codon. */
static void incomplete(void **state)
{
    (void)state;
    gs_cds_change inner = {{"ATGAAAC", "GTGAAAC"}, {7, 7}, 0, {1, 1}, 0, 1};
    assert_int_equal(gs_effect_of(&inner), GS_MISSENSE);
    gs_cds_change tail = {{"ATGAAAC", "ATGAAAT"}, {7, 7}, 6, {7, 7}, 1, 1};
    assert_int_equal(gs_effect_of(&tail), GS_CODING_SEQUENCE);
    gs_cds_change cut = {{"ATGAAAC", "ATGAAA"}, {7, 6}, 6, {7, 6}, 1, 1};
    assert_int_equal(gs_effect_of(&cut), GS_CODING_SEQUENCE);
    gs_cds_change open = {{"ATGAAACTG", "ATGAAACAG"}, {9, 9}, 7, {8, 8}, 1, 1};
    assert_int_equal(gs_effect_of(&open), GS_MISSENSE);
    gs_cds_change mito = {{"ATAAAATGA", "ATCAAATGA"}, {9, 9}, 2, {3, 3}, 1, 2};
    assert_int_equal(gs_effect_of(&mito), GS_START_LOST);
    mito.code = 1;
    assert_int_equal(gs_effect_of(&mito), GS_SYNONYMOUS);   /* ATA and ATC are I, no start */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(codes), cmocka_unit_test(effects),
                                       cmocka_unit_test(incomplete)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
