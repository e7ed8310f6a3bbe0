#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "genome/tally.h"

static void test_wrong_genome(void **state)
{
    (void)state;
    assert_false(gs_tally_wrong_genome(&(gs_tally){.compared = 99, .mismatched = 99}));
    assert_false(gs_tally_wrong_genome(&(gs_tally){.compared = 100, .mismatched = 10}));
    assert_true(gs_tally_wrong_genome(&(gs_tally){.compared = 100, .mismatched = 11}));
}

/* Nothing scored is suspicious only if it was not the variants' kind. */
static void test_suspicious(void **state)
{
    (void)state;
    gs_tally t = {0};
    assert_false(gs_tally_suspicious(&t));
    gs_tally_allele(&t, GS_FLAG_SYMBOLIC);
    assert_false(gs_tally_suspicious(&t));
    gs_tally_allele(&t, GS_FLAG_NO_CONTIG);
    assert_true(gs_tally_suspicious(&t));
    gs_tally_allele(&t, GS_FLAG_SAME);
    assert_false(gs_tally_suspicious(&t));
    char text[100];
    gs_tally_reasons(&t, text, sizeof text);
    assert_string_equal(text, "symbolic 1, no_contig 1");
    gs_tally_reasons(&t, text, 12);
    assert_int_equal(text[11], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wrong_genome), cmocka_unit_test(test_suspicious)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
