/* The plan stores equal sequences and passes once and orders terms by pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "score/plan.h"

static void test_equal_things_are_stored_once(void **state)
{
    (void)state;
    gs_plan p = {0};
    int32_t a[] = {1, 2, 3, 4}, b[] = {1, 2, 3, 5}, one = 1, two = 2, both[] = {1, 2};
    int sa = gs_plan_seq(&p, a, 4), sb = gs_plan_seq(&p, b, 4);
    assert_int_not_equal(sa, sb);
    assert_int_equal(gs_plan_seq(&p, (int32_t[]){1, 2, 3, 4}, 4), sa);
    assert_int_not_equal(gs_plan_seq(&p, a, 3), sa);
    int ra = gs_plan_pass(&p, sa, &one, 1);
    assert_int_equal(gs_plan_pass(&p, sa, &one, 1), ra);
    assert_int_not_equal(gs_plan_pass(&p, sa, &two, 1), ra);
    assert_int_not_equal(gs_plan_pass(&p, sb, &one, 1), ra);
    assert_int_not_equal(gs_plan_pass(&p, sa, both, 2), ra);
    assert_int_equal(gs_plan_pass(&p, sa, NULL, 0), gs_plan_pass(&p, sa, NULL, 0));
    assert_int_equal(p.n_pass, 5);
    assert_int_equal(p.tokens, 20);
    gs_plan_free(&p);
}

/* Enough of them that the tables grow several times; again after a clear. */
static void test_many(void **state)
{
    (void)state;
    gs_plan p = {0};
    for (int round = 0; round < 2; round++) {
        for (int turn = 0; turn < 2; turn++)
            for (int32_t i = 0; i < 20000; i++) {
                int32_t ids[] = {i % 7, i, i / 7}, mask = i % 3;
                int pass = gs_plan_pass(&p, gs_plan_seq(&p, ids, 3), &mask, 1);
                assert_int_equal(pass, i);
            }
        assert_int_equal(p.n_seq, 20000);
        gs_plan_clear(&p);
    }
    gs_plan_free(&p);
}

static void test_terms_are_ordered_by_row(void **state)
{
    (void)state;
    gs_plan p = {0};
    gs_err e = {0};
    enum { PASSES = 50, TERMS = 400 };
    for (int32_t i = 0; i < PASSES; i++)
        gs_plan_pass(&p, gs_plan_seq(&p, &i, 1), NULL, 0);
    for (int i = 0; i < TERMS; i++)
        gs_plan_term(&p, &(gs_term){.pass = i * 37 % (PASSES - 1), .owner = i});   /* the last pass has none */
    assert_int_equal(gs_plan_sort(&p, &e), 0);
    size_t n = 0;
    for (int r = 0; r < PASSES; r++)
        for (size_t j = p.first[r]; j < p.first[r + 1]; j++, n++) {
            assert_int_equal(p.term[p.term_of[j]].pass, r);
            if (j > p.first[r])
                assert_true(p.term_of[j] > p.term_of[j - 1]);
        }
    assert_int_equal(n, TERMS);
    assert_int_equal(p.first[PASSES], TERMS);
    gs_plan_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_things_are_stored_once),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_terms_are_ordered_by_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
