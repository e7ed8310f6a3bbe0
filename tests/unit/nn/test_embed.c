#include "nn_check.h"

enum { D = 11, V = 6 };
enum { NONE = 100 }; /* rows of no sequence: their position here */
static const int beg[] = {0, 4, 5}, len[] = {3, 1, 5};
static const int32_t ids[] = {1, 2, 5, 0, 0, 3, 3, 4, 1, 2, 0};
static const int position[] = {0, 1, 2, NONE, 0, 0, 1, 2, 3, 4, NONE};
static const gs_batch batch = {.B = 3, .rows = 11, .beg = beg, .len = len, .ids = ids};

static void test_tokens_and_positions(void **state)
{
    gs_worker *wk = *state;
    float *tokens = random_new(wk, V * D, 1), *positions = random_new(wk, 7 * D, 2);
    gs_weight token_table = {.data = tokens, .in = D, .out = V};
    gs_weight position_table = {.data = positions, .in = D, .out = 7};
    gs_mat x = gs_embed_tokens(wk, &batch, &token_table);
    gs_spans s = gs_spans_of(&batch);
    gs_add_positions(wk, x, &s, &position_table, 2);
    for (int t = 0; t < 11; t++)
        for (int i = 0; i < D; i++)
            assert_true(gs_mat_row(x, t)[i] == tokens[ids[t] * D + i]
                        + (position[t] == NONE ? 0 : positions[(2 + position[t]) * D + i]));
}

/* Each sequence by itself, three taps, ends filled with `pad` or with nothing. */
static void check_stem(gs_worker *wk, int pad)
{
    gs_stem_w w = {{.data = random_new(wk, 3 * V * D, 3), .in = D, .out = 3 * V}, 3, pad};
    gs_mat y = gs_stem(wk, &batch, &w);
    for (int i = 0; i < D; i++)
        assert_true(gs_mat_row(y, 3)[i] == 0 && gs_mat_row(y, 10)[i] == 0);
    for (int b = 0; b < 3; b++)
        for (int t = beg[b]; t < beg[b] + len[b]; t++)
            for (int i = 0; i < D; i++) {
                double sum = 0;
                for (int tap = 0; tap < 3; tap++) {
                    int at = t + tap - 1, id = at >= beg[b] && at < beg[b] + len[b] ? ids[at] : pad;
                    sum += id >= 0 ? weight_at(&w.table, (tap * V + id) * D + i) : 0;
                }
                assert_near(gs_mat_row(y, t)[i], sum, 1e-6);
            }
}

static void test_stem(void **state)
{
    check_stem(*state, 4);
    check_stem(*state, -1);
}

/* Tables of 16-bit numbers give what the same numbers give in 32 bits. */
static void test_narrow_tables(void **state)
{
    gs_worker *wk = *state;
    float wide[3 * V * D];
    uint16_t narrow[3 * V * D];
    for (int i = 0; i < 3 * V * D; i++) {
        uint32_t bits = (uint32_t)(narrow[i] = (uint16_t)(0x3e00 + 7 * i)) << 16;
        memcpy(&wide[i], &bits, sizeof bits);
    }
    gs_weight table = {.data = wide, .in = D, .out = 3 * V};
    gs_weight half = {.data = narrow, .dtype = GS_BF16, .in = D, .out = 3 * V};
    gs_spans s = gs_spans_of(&batch);
    gs_mat x[2], y[2];
    for (int i = 0; i < 2; i++) {
        x[i] = gs_embed_tokens(wk, &batch, i ? &half : &table);
        gs_add_positions(wk, x[i], &s, i ? &half : &table, 2);
        y[i] = gs_stem(wk, &batch, &(gs_stem_w){i ? half : table, 3, 4});
    }
    assert_memory_equal(x[0].d, x[1].d, sizeof(float) * 11 * D);
    assert_memory_equal(y[0].d, y[1].d, sizeof(float) * 11 * D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_tokens_and_positions), nn_test(test_stem),
                                       nn_test(test_narrow_tables)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
