#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "genome/tally.h"

static void test_reasons(void **state)
{
    (void)state;
    gs_tally t = {0};
    char text[100];
    gs_tally_reasons(&t, text, sizeof text);
    assert_string_equal(text, "");
    gs_tally_allele(&t, GS_FLAG_SYMBOLIC);
    gs_tally_allele(&t, GS_FLAG_NO_CONTIG);
    gs_tally_allele(&t, GS_FLAG_SAME);
    gs_tally_allele(&t, GS_FLAG_OK);
    assert_int_equal(t.alleles, 4);
    assert_int_equal(t.scored, 2);
    gs_tally_reasons(&t, text, sizeof text);
    assert_string_equal(text, "symbolic 1, no_contig 1");
    gs_tally_reasons(&t, text, 12);
    assert_int_equal(text[11], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reasons)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
