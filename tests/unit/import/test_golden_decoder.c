/* Causal decoders against upstream's outputs: one line per directory of tests/golden. */
#include "import/golden_check.h"

static const golden goldens[] = {{"generator", {2e-5, 3e-5}},      {"carbon", {2e-5, 3e-5}},
                                 {"marin-dna", {2e-5, 2e-5}},      {"genomeocean", {3e-5, 5e-5}},
                                 {"mistral-dna", {2e-5, 3e-5}},    {"plant-dnagemma", {2e-5, 3e-5}},
                                 {"plant-dnagpt", {2e-5, 3e-5}},   {"genslm", {3e-5, 2e-5}}};
enum { N = sizeof goldens / sizeof *goldens };

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        assert_true(golden_tokens(&goldens[i]) >= 12);
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
