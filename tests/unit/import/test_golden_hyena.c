/* HyenaDNA against upstream's outputs: one line per directory of tests/golden. */
#include "import/golden_check.h"

static const golden goldens[] = {{"hyenadna", {1.5e-5, 6e-6}}, {"hyenadna-original", {1.5e-5, 6e-6}},
                                 {"hyenadna-16k", {1.5e-5, 6e-6}}};
enum { N = sizeof goldens / sizeof *goldens };

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        assert_true(golden_tokens(&goldens[i]) >= 10);
}

static void test_forward(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        golden_forward(&goldens[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokens), cmocka_unit_test(test_forward)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
