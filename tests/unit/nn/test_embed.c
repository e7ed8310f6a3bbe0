#include "nn_check.h"

enum { D = 11, V = 6 };
static const int beg[] = {0, 3, 4, 9};
static const int32_t ids[] = {1, 2, 5, 0, 3, 3, 4, 1, 2};
static const gs_batch batch = {.B = 3, .T = 9, .beg = beg, .ids = ids};

static void test_tokens_and_positions(void **state)
{
    gs_worker *wk = *state;
    float *tokens = random_new(wk, V * D, 1), *positions = random_new(wk, 7 * D, 2);
    gs_mat x = gs_embed_tokens(wk, &batch, tokens, D);
    gs_add_positions(wk, x, &batch, positions, 2);
    static const int position[] = {0, 1, 2, 0, 0, 1, 2, 3, 4};
    for (int t = 0; t < 9; t++)
        for (int i = 0; i < D; i++)
            assert_true(gs_mat_row(x, t)[i] == tokens[ids[t] * D + i] + positions[(2 + position[t]) * D + i]);
}

/* Each row by itself, three taps, ends filled with `pad` or with nothing. */
static void check_stem(gs_worker *wk, int pad)
{
    gs_stem_w w = {random_new(wk, 3 * V * D, 3), 3, V, D, pad};
    gs_mat y = gs_stem(wk, &batch, &w);
    for (int b = 0; b < 3; b++)
        for (int t = beg[b]; t < beg[b + 1]; t++)
            for (int i = 0; i < D; i++) {
                double sum = 0;
                for (int tap = 0; tap < 3; tap++) {
                    int at = t + tap - 1, id = at >= beg[b] && at < beg[b + 1] ? ids[at] : pad;
                    sum += id >= 0 ? w.table[(tap * V + id) * D + i] : 0;
                }
                assert_near(gs_mat_row(y, t)[i], sum, 1e-6);
            }
}

static void test_stem(void **state)
{
    check_stem(*state, 4);
    check_stem(*state, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_tokens_and_positions), nn_test(test_stem)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
