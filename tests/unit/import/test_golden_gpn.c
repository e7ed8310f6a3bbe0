/* The GPN family against upstream's outputs: one line per directory of tests/golden. */
#include "import/golden_check.h"

static const golden goldens[] = {{"gpn-brassicales", 1e-4}, {"gpn-animal-promoter", 1e-4}, {"gpn-convnet2", 1e-4},
                                 {"phylogpn", 1e-4},        {"phylogpn-groupnorm", 1e-4},  {"gpn-msa", 1e-4}};
enum { N = sizeof goldens / sizeof *goldens, WITH_TOKENS = N - 1 /* GPN-MSA brings none */ };

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < WITH_TOKENS; i++)
        assert_true(golden_tokens(&goldens[i]) >= 12);
}

static void test_forward(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        golden_forward(&goldens[i]);
}

static void check_recipe(const golden *g, const char *mode, int window, int strands)
{
    gs_model *m = golden_open(g);
    assert_string_equal(m->recipe.mode, mode);
    assert_int_equal(m->recipe.window, window);
    assert_int_equal(m->recipe.strands, strands);
    assert_true(m->arch->flops(m, window, 1) > 1e6);
    assert_int_equal(m->recipe.msa, m->n_aux);
    assert_int_equal(m->recipe.stride, m->margin ? 1 : 0);
    assert_int_equal(2 * m->margin + 1, m->margin ? window : 1);
    gs_model_close(m);
}

static void test_recipe(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        check_recipe(&goldens[i], "mlm", 512, 3);
    for (int i = 3; i < 5; i++)
        check_recipe(&goldens[i], "wt", 481, 1);
    check_recipe(&goldens[5], "mlm", 128, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokens), cmocka_unit_test(test_forward),
                                       cmocka_unit_test(test_recipe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
