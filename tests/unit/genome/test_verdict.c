/* What counts say: bounds of the prefix, a chunk and the whole; nothing scored, for every reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/log.h"
#include "genome/verdict.h"

static char said[1000];

static void sink(gs_log_level level, const char *msg, void *arg)
{
    (void)arg;
    assert_int_equal(level, GS_LOG_WARN);
    snprintf(said, sizeof said, "%s", msg);
}

/* text: what the error, or else the one line, must have; NULL: neither may be there. */
static void expect(const gs_tally *t, gs_extent extent, int code, const char *text)
{
    gs_err e = {0};
    said[0] = 0;
    assert_int_equal(gs_verdict(t, extent, &e), -code);
    assert_int_equal(e.code, code);
    const char *got = code ? e.msg : said;
    if (text ? !strstr(got, text) : *got)
        fail_msg("got: %s", got);
    if (code)
        assert_string_equal(said, "");
}

static void genome(void **state)
{
    (void)state;
    static const struct { int compared, mismatched, so_far, chunk, whole; } cases[] = {
        {99, 99, 0, 0, 0}, {100, 10, 0, 0, 0}, {100, 11, 0, 0, 1}, {100, 50, 0, 0, 1}, {100, 51, 1, 1, 1},
        {16567, 11, 0, 0, 0}, {16567, 1657, 0, 0, 1}, {16567, 8284, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gs_tally t = {.alleles = 1, .scored = 1, .compared = cases[i].compared, .mismatched = cases[i].mismatched};
        const char *line = 10 * t.mismatched > t.compared ? "another genome build" : NULL;
        expect(&t, GS_SO_FAR, cases[i].so_far ? GS_ESUSPECT : 0, cases[i].so_far ? "of the first " : NULL);
        expect(&t, GS_CHUNK, cases[i].chunk ? GS_ESUSPECT : 0, line);
        expect(&t, GS_WHOLE, cases[i].whole ? GS_ESUSPECT : 0, line);
    }
}

static void few_records(void **state)
{
    (void)state;
    gs_tally t = {.alleles = 4, .scored = 1, .compared = 4, .mismatched = 3, .swapped = 3};
    expect(&t, GS_SO_FAR, 0, NULL);
    expect(&t, GS_WHOLE, 0, "3 of 4 records (75 %) have another REF than the FASTA: in 3 of them the FASTA has the ");
    expect(&t, GS_CHUNK, 0, "bcftools norm --check-ref s");
    t.swapped = 1;
    expect(&t, GS_WHOLE, 0, "another genome build");
    t.mismatched = 1;   /* told of by itself */
    expect(&t, GS_WHOLE, 0, NULL);
}

static void nothing_scored(void **state)
{
    (void)state;
    expect(&(gs_tally){0}, GS_WHOLE, 0, NULL);
    expect(&(gs_tally){.alleles = 5, .flag = {[GS_FLAG_REF_BLOCK] = 3, [GS_FLAG_OVERLAP] = 2}}, GS_WHOLE, 0, NULL);
    for (int f = 1; f < GS_FLAG_COUNT; f++) {
        gs_tally t = {.alleles = 5, .flag = {[GS_FLAG_REF_BLOCK] = 2}};
        char counted[60];
        if (f == GS_FLAG_REF_BLOCK || f == GS_FLAG_OVERLAP || f == GS_FLAG_SAME)
            continue;
        t.flag[f] = 3;
        snprintf(counted, sizeof counted, "%s 3", gs_flag_name((gs_flag)f));
        expect(&t, GS_SO_FAR, 0, NULL);
        expect(&t, GS_WHOLE, GS_ESUSPECT, counted);
        expect(&t, GS_CHUNK, f == GS_FLAG_NOT_FINITE ? GS_ESUSPECT : 0, counted);
        t.foreign = 1;
        expect(&t, GS_CHUNK, GS_ESUSPECT, counted);
        t.scored = 1;
        expect(&t, GS_WHOLE, 0, NULL);
    }
}

static void advice(void **state)
{
    (void)state;
    gs_tally t = {.alleles = 9, .flag = {[GS_FLAG_SYMBOLIC] = 2, [GS_FLAG_UNSUPPORTED] = 7}};
    expect(&t, GS_WHOLE, GS_ESUSPECT, "--indels pll");
    t.flag[GS_FLAG_SYMBOLIC] = 8;
    expect(&t, GS_WHOLE, GS_ESUSPECT, "all their bases");
    t = (gs_tally){.alleles = 2, .compared = 2, .mismatched = 2, .swapped = 2, .flag = {[GS_FLAG_REF_MISMATCH] = 2}};
    expect(&t, GS_WHOLE, GS_ESUSPECT, "REF and ALT seem swapped");
    t.swapped = 1;
    expect(&t, GS_WHOLE, GS_ESUSPECT, "same genome");
}

static int listen(void **state)
{
    (void)state;
    gs_log_set(sink, NULL, GS_LOG_WARN);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(genome), cmocka_unit_test(few_records), cmocka_unit_test(nothing_scored),
        cmocka_unit_test(advice),
    };
    return cmocka_run_group_tests(tests, listen, NULL);
}
