/* The plan stores equal sequences and passes once, cuts passes into batches and sums probes up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "score/plan.h"

static void test_equal_things_are_stored_once(void **state)
{
    (void)state;
    gs_plan p = {0};
    int32_t a[] = {1, 2, 3, 4}, b[] = {1, 2, 3, 5}, one = 1, two = 2, both[] = {1, 2};
    int sa = gs_plan_seq(&p, a, 4, NULL, 0), sb = gs_plan_seq(&p, b, 4, NULL, 0);
    assert_int_not_equal(sa, sb);
    assert_int_equal(gs_plan_seq(&p, (int32_t[]){1, 2, 3, 4}, 4, NULL, 0), sa);
    assert_int_not_equal(gs_plan_seq(&p, a, 3, NULL, 0), sa);
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
                int pass = gs_plan_pass(&p, gs_plan_seq(&p, ids, 3, NULL, 0), &mask, 1);
                assert_int_equal(pass, i);
            }
        assert_int_equal(p.n_seq, 20000);
        gs_plan_clear(&p);
    }
    gs_plan_free(&p);
}

/* ---- batches ---- */

static const gs_model model = {.dim = 5};

/* A plan of n passes with so many tokens each. */
static gs_plan passes(int n, int tokens)
{
    gs_plan p = {0};
    int32_t ids[100] = {0};
    for (int32_t i = 0; i < n; i++) {
        ids[0] = i;
        assert_int_equal(gs_plan_pass(&p, gs_plan_seq(&p, ids, tokens, NULL, 0), NULL, 0), i);
    }
    return p;
}

static void expect_cuts(gs_plan *p, size_t batch_tokens, int n, const int *cut)
{
    gs_err e = {0};
    assert_int_equal(gs_plan_cut(p, &model, batch_tokens, &e), 0);
    assert_int_equal(p->n_batch, n);
    for (int i = 0; i <= n; i++)
        assert_int_equal(p->cut[i], cut[i]);
}

static void test_batches_by_tokens(void **state)
{
    (void)state;
    gs_plan p = passes(7, 10);
    expect_cuts(&p, 1, 7, (int[]){0, 1, 2, 3, 4, 5, 6, 7});
    expect_cuts(&p, 20, 4, (int[]){0, 2, 4, 6, 7});
    expect_cuts(&p, 29, 4, (int[]){0, 2, 4, 6, 7});
    expect_cuts(&p, 30, 3, (int[]){0, 3, 6, 7});
    expect_cuts(&p, 1000, 1, (int[]){0, 7});
    gs_plan_clear(&p);
    expect_cuts(&p, 20, 0, (int[]){0});
    gs_plan_free(&p);
}

/* Branches lie behind their parent, whatever was added between; their shared tokens are nobody's work. */
static void test_branches(void **state)
{
    (void)state;
    gs_plan p = {0};
    int32_t ids[20] = {0};
    int root = gs_plan_seq(&p, ids, 10, NULL, 0), other = gs_plan_seq(&p, ids, 9, NULL, 0);
    ids[7] = 1;
    int branch = gs_plan_branch(&p, ids, 10, root, 6), later = gs_plan_branch(&p, ids, 10, root, 7);
    assert_int_not_equal(branch, later);
    assert_int_equal(gs_plan_branch(&p, ids, 10, root, 6), branch);
    assert_int_not_equal(gs_plan_seq(&p, ids, 10, NULL, 0), branch);
    assert_int_equal(gs_plan_pass(&p, branch, NULL, 0), 1);   /* its parent is 0 */
    assert_int_equal(gs_plan_pass(&p, root, NULL, 0), 0);
    assert_int_equal(gs_plan_pass(&p, other, NULL, 0), 2);
    assert_int_equal(gs_plan_pass(&p, later, NULL, 0), 3);
    assert_int_equal(p.pass[3].parent, 0);
    assert_int_equal(p.tokens, 10 + 4 + 9 + 3);
    expect_cuts(&p, 5, 2, (int[]){0, 3, 4});                  /* 17 of four times 10 tokens */
    assert_memory_equal(p.order, ((int[]){0, 1, 3, 2}), 4 * sizeof(int));
    assert_memory_equal(p.rank, ((int[]){0, 1, 3, 2}), 4 * sizeof(int));
    assert_int_equal(gs_plan_tokens(&p, 0), 17);
    for (int32_t i = 2; i < 12; i++) {
        ids[9] = i;
        gs_plan_pass(&p, gs_plan_branch(&p, ids, 10, root, 6), NULL, 0);
    }
    expect_cuts(&p, 5, 3, (int[]){0, 8, 13, 14});             /* 10 + 4 + 3 + 5 * 4, more than 40 with one more */
    gs_plan_free(&p);
}

/* Two tokens of both, laid end to end: 2 * 5 numbers to keep of each. */
static void pair(gs_plan *p, int ref, int alt)
{
    gs_plan_probe(p, &(gs_probe){.kind = &gs_probe_l2, .pass = {ref, alt}, .beg = {1, 2}, .end = {3, 4}, .arg = 1});
}

/* Passes that are compared stay together up to four times the size; beyond it their numbers are kept. */
static void test_batches_of_pairs(void **state)
{
    (void)state;
    gs_plan p = passes(13, 10);
    pair(&p, 1, 0);
    pair(&p, 0, 2);
    pair(&p, 3, 3);
    pair(&p, 11, 4);
    pair(&p, 12, 12);
    pair(&p, 10, 12);
    expect_cuts(&p, 20, 3, (int[]){0, 3, 11, 13});
    for (int i = 0; i < 6; i++)
        assert_int_equal(p.probe[i].parted, i == 3 || i == 5);
    assert_int_equal(p.probe[3].kept[0], 0);
    assert_int_equal(p.probe[3].kept[1], 10);
    assert_int_equal(p.probe[5].kept[0], 20);
    assert_int_equal(p.probe[5].kept[1], 30);
    expect_cuts(&p, 30, 2, (int[]){0, 3, 13});
    for (int i = 0; i < 6; i++)
        assert_false(p.probe[i].parted);
    gs_plan_free(&p);
}

static void test_probes_are_ordered_by_pass(void **state)
{
    (void)state;
    enum { PASSES = 50, PROBES = 400 };
    gs_plan p = passes(PASSES, 3);
    gs_err e = {0};
    for (int i = 0; i < PROBES; i++)    /* the last pass has none */
        gs_plan_probe(&p, &(gs_probe){.kind = i % 4 ? &gs_probe_token : &gs_probe_l2, .end = {1, 1},
                                      .pass = {i * 37 % (PASSES - 1), i * 11 % (PASSES - 1)}, .owner = i});
    assert_int_equal(gs_plan_cut(&p, &model, 9, &e), 0);
    size_t n = 0;
    for (int r = 0; r < PASSES; r++)
        for (size_t j = p.first[r]; j < p.first[r + 1]; j++, n++) {
            gs_probe_side at = p.read[j], before = p.read[j ? j - 1 : 0];
            assert_int_equal(p.probe[at.probe].pass[at.side], r);
            assert_true(j == p.first[r] || at.probe > before.probe || (at.probe == before.probe && at.side == 1));
        }
    assert_int_equal(n, PROBES + PROBES / 4);
    assert_int_equal(p.first[PASSES], n);
    gs_plan_free(&p);
}

/* ---- sums ---- */

/* Weighted and by owner; what was kept of parted passes is compared. */
static void test_sum(void **state)
{
    (void)state;
    gs_plan p = passes(3, 10);
    gs_err e = {0};
    float score[3] = {10, 20, 30};
    gs_plan_probe(&p, &(gs_probe){.kind = &gs_probe_token, .owner = 2, .weight = 0.5f, .value = 3});
    gs_plan_probe(&p, &(gs_probe){.kind = &gs_probe_token, .owner = 2, .weight = -1, .value = 0.25});
    gs_plan_probe(&p, &(gs_probe){.kind = &gs_probe_l1, .owner = 0, .weight = 2, .pass = {0, 2}, .beg = {4, 1},
                                  .end = {6, 3}});
    assert_int_equal(gs_plan_cut(&p, &model, 1, &e), 0);
    const gs_probe *q = &p.probe[2];
    assert_true(q->parted && q->kept[1] == 5);
    memcpy(p.kept + q->kept[0], (double[]){1, 2, 0, 0, 1}, 5 * sizeof(double));
    memcpy(p.kept + q->kept[1], (double[]){1.5, 5, 0, 0, 0}, 5 * sizeof(double));
    gs_plan_sum(&p, &model, score);
    assert_true(score[0] == 10 + 2 * 4.5f && score[1] == 20 && score[2] == 30 + 1.25f);
    gs_plan_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_things_are_stored_once),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_batches_by_tokens),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_batches_of_pairs),
        cmocka_unit_test(test_probes_are_ordered_by_pass),
        cmocka_unit_test(test_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
