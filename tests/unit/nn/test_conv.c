#include "nn_check.h"

/* 30 and 70 tokens with rows of no sequence behind them. */
static const int beg[] = {0, 36, 48}, len[] = {30, 12, 70};
static const gs_spans spans = {.B = 3, .rows = 120, .beg = beg, .len = len};

/* Output channel o of token t of sequence i, in double. */
static double naive(gs_mat x, const gs_conv_w *w, const gs_spans *from, int i, int centre, int o)
{
    double sum = w->b ? w->b[o] : 0;
    for (int tap = 0; tap < w->taps; tap++) {
        int at = centre + (tap - w->taps / 2) * w->dilation;
        if (at < 0 || at >= from->len[i])
            continue;
        const float *row = gs_mat_row(x, from->beg[i] + at);
        if (w->depthwise)
            sum += (double)weight_at(&w->w, tap * w->in + o) * row[o];
        for (int c = 0; !w->depthwise && c < w->in; c++)
            sum += (double)weight_at(&w->w, (o * w->taps + tap) * w->in + c) * row[c];
    }
    return sum;
}

static void check(gs_worker *wk, const int in_out_taps[3], const int dilation_bias_crop[3])
{
    int crop = dilation_bias_crop[2];
    const gs_conv_w conv = random_conv(wk, in_out_taps, dilation_bias_crop[0], dilation_bias_crop[1]), *w = &conv;
    gs_spans from = spans, to = crop ? gs_spans_crop(wk, &from, crop) : from;
    gs_mat x = random_mat(wk, from.rows, w->in, 3), y = gs_conv(wk, x, w, &from, &to);
    assert_true(y.rows == to.rows && y.cols == w->out);
    for (int i = 0; i < 3; i++)
        for (int t = 0; t < to.len[i]; t++)
            for (int o = 0; o < w->out; o++)
                assert_near(gs_mat_row(y, to.beg[i] + t)[o],
                            naive(x, w, &from, i, t + (from.len[i] - to.len[i]) / 2, o), 2e-5);
}

static void test_same(void **state)
{
    gs_worker *wk = *state;
    static const int taps[] = {1, 5, 9}, dilation[] = {1, 2, 32};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            check(wk, (int[]){7, 10, taps[i]}, (int[]){dilation[j], 1, 0});
    check(wk, (int[]){64, 64, 9}, (int[]){4, 0, 0});
}

static void test_depthwise(void **state)
{
    gs_worker *wk = *state;
    check(wk, (int[]){11, 0, 9}, (int[]){2, 1, 0});
    check(wk, (int[]){11, 0, 9}, (int[]){2, 0, 8});
}

/* The second sequence, of 12 tokens, vanishes. */
static void test_valid(void **state)
{
    gs_worker *wk = *state;
    gs_spans s = spans, to = gs_spans_crop(wk, &s, 6);
    assert_true(to.len[0] == 18 && to.len[1] == 0 && to.len[2] == 58 && to.rows == 82);
    for (int i = 0; i < 3; i++)
        assert_int_equal(to.beg[i] % wk->gemm->place, 0);
    check(wk, (int[]){7, 10, 5}, (int[]){3, 1, 6});
    gs_mat x = random_mat(wk, 120, 7, 3), y = gs_crop(wk, x, &s, &to);
    assert_memory_equal(gs_mat_row(y, to.beg[2] + 5), gs_mat_row(x, 48 + 11), sizeof(float) * 7);
}

/* A sequence alone and among others: the same bits, at sizes where it goes through BLAS. */
static void test_neighbours(void **state)
{
    gs_worker *wk = *state;
    gs_conv_w w = random_conv(wk, (int[]){64, 64, 9}, 8, 1);
    const gs_spans s = {.B = 3, .rows = 1152, .beg = (int[]){0, 600, 1140}, .len = (int[]){600, 533, 12}};
    const gs_spans a = {.B = 1, .rows = 540, .beg = (int[]){0}, .len = (int[]){533}};
    gs_mat x = random_mat(wk, 1152, 64, 3), middle = {gs_mat_row(x, 600), 540, 64};
    for (int crop = 0; crop <= 32; crop += 32) {
        gs_spans st = crop ? gs_spans_crop(wk, &s, crop) : s, at = crop ? gs_spans_crop(wk, &a, crop) : a;
        gs_mat y = gs_conv(wk, x, &w, &s, &st), z = gs_conv(wk, middle, &w, &a, &at);
        assert_memory_equal(gs_mat_row(y, st.beg[1]), z.d, sizeof(float) * 64 * (size_t)at.len[0]);
    }
}

/* Of numbers up to `size`: their squares may overflow. */
static void check_group_norm(gs_worker *wk, float size)
{
    gs_norm_w w = {random_new(wk, 10, 1), random_new(wk, 10, 2), 1e-5f, GS_NORM_LAYER};
    gs_spans s = gs_spans_crop(wk, &spans, 5);
    gs_mat x = random_mat(wk, s.rows, 10, 3);
    wk->k->scale(x.d, size, (size_t)s.rows * 10);
    gs_mat y = gs_group_norm(wk, x, &w, &s);
    for (int i = 0; i < 3; i++) {
        double sum = 0, square = 0, n = 10.0 * s.len[i];
        for (int j = 0; j < 10 * s.len[i]; j++) {
            double v = gs_mat_row(x, s.beg[i])[j];
            sum += v;
            square += v * v;
        }
        double mean = sum / n, scale = 1 / sqrt(square / n - mean * mean + 1e-5);
        const float *from = gs_mat_row(x, s.beg[i]), *to = gs_mat_row(y, s.beg[i]);
        for (int j = 0; j < 10 * s.len[i]; j++)
            assert_near(to[j], (from[j] - mean) * scale * w.g[j % 10] + w.b[j % 10], 1e-6);
    }
    for (int row = s.beg[0] + s.len[0]; row < s.beg[1]; row++)
        assert_true(gs_mat_row(y, row)[0] == 0);
}

static void test_group_norm(void **state)
{
    static const float sizes[] = {1, 1e17f, 3e19f, 1e30f};
    for (int i = 0; i < 4; i++)
        check_group_norm(*state, sizes[i]);
}

static void test_one_hot(void **state)
{
    gs_worker *wk = *state;
    static const int32_t ids[] = {0, 3, 5, 1, 2, 4, 0};
    uint8_t aux[14];
    for (int i = 0; i < 14; i++)
        aux[i] = (uint8_t)(i * 7 % 5);
    gs_batch b = {.B = 1, .rows = 7, .beg = (int[]){0}, .len = (int[]){7}, .ids = ids, .aux = aux, .n_aux = 2};
    gs_mat x = gs_embed_one_hot(wk, &b, 6, 5, 20);
    for (int t = 0; t < 7; t++)
        for (int c = 0; c < 20; c++) {
            int on = c < 6 ? c == ids[t] : c < 16 && (c - 6) % 5 == aux[2 * t + (c - 6) / 5];
            assert_true(gs_mat_row(x, t)[c] == (float)on);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_same),       nn_test(test_depthwise),  nn_test(test_valid),
                                       nn_test(test_neighbours), nn_test(test_group_norm), nn_test(test_one_hot)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
