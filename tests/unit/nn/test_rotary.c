#include "nn/rotary.h"
#include "nn_check.h"

enum { HEADS = 3, d = 10 };
static const int beg[] = {0, 4}, len[] = {4, 5};
static const gs_spans spans = {.B = 2, .rows = 9, .beg = beg, .len = len};

static void check(gs_worker *wk, gs_rotary kind)
{
    gs_mat x = random_mat(wk, 9, HEADS * d, 1), was = random_mat(wk, 9, HEADS * d, 1);
    const gs_rotary_table *table = gs_rotary_table_new(wk, 5, &(gs_rotary_w){.kind = kind, .dim = d, .base = 10000});
    gs_rotate(wk, &(gs_heads){x, 0, d, HEADS, d}, &spans, table);
    for (int t = 0; t < 9; t++)
        for (int h = 0; h < HEADS; h++)
            for (int i = 0; i < d / 2; i++) {
                double angle = (t < 4 ? t : t - 4) * pow(10000, -2.0 * i / d);
                int a = kind == GS_ROTARY_HALF ? i : 2 * i, b = kind == GS_ROTARY_HALF ? i + d / 2 : 2 * i + 1;
                const float *u = gs_mat_row(was, t) + h * d, *v = gs_mat_row(x, t) + h * d;
                assert_near(v[a], u[a] * cos(angle) - u[b] * sin(angle), 1e-6);
                assert_near(v[b], u[b] * cos(angle) + u[a] * sin(angle), 1e-6);
            }
}

static void test_both_forms(void **state)
{
    check(*state, GS_ROTARY_HALF);
    check(*state, GS_ROTARY_PAIRS);
}

static const gs_rotary_table *make(gs_worker *wk, gs_rotary kind, int dim, float base, int bits)
{
    return gs_rotary_table_new(wk, 2, &(gs_rotary_w){.kind = kind, .dim = dim, .base = base, .bits = bits});
}

/* A branch goes on where its parent's tokens end; only some columns of each head turn; positions are stretched and
 * frequencies given. */
static void test_part_of_a_head_of_a_branch(void **state)
{
    enum { PAST = 3, WIDTH = 6 };
    static const float inv_freq[] = {0.7f, 0.01f};
    static const int parent[] = {-1, 0}, past[] = {0, PAST}, at[] = {0, 4}, n[] = {4, 2};
    static const gs_spans branched = {.B = 2, .rows = 6, .beg = at, .len = n, .parent = parent, .past = past};
    gs_mat x = random_mat(*state, 6, 2 * WIDTH + 1, 1), was = random_mat(*state, 6, 2 * WIDTH + 1, 1);
    const gs_rotary_table *table = gs_rotary_table_new(
        *state, 5, &(gs_rotary_w){.kind = GS_ROTARY_HALF, .dim = 4, .inv_freq = inv_freq, .stretch = 4, .base = 1});
    gs_rotate(*state, &(gs_heads){x, 1, WIDTH, 2, WIDTH}, &branched, table);
    for (int t = 0; t < 6; t++)
        for (int c = 0; c < 2 * WIDTH + 1; c++) {
            int place = (c + WIDTH - 1) % WIDTH, i = place % 2, pos = t < 4 ? t : t - 4 + PAST;
            const float *from = gs_mat_row(was, t) + c;
            double angle = pos / 4.0 * inv_freq[i], want = (double)*from;
            if (c && place < 2)
                want = (double)from[0] * cos(angle) - (double)from[2] * sin(angle);
            else if (c && place < 4)
                want = (double)from[0] * cos(angle) + (double)from[-2] * sin(angle);
            assert_near(gs_mat_row(x, t)[c], want, 1e-6);
        }
}

/* 10000^(-1/5) = 0.158489..., and its sine 0.157826...: what half precision and bfloat16 make of them. */
static void test_stored_in_half(void **state)
{
    static const struct { int bits; double inv_freq, smallest; } cases[] = {
        {0, 0.158489319, 1e-6}, {11, 0.158447265625, 0x1.1p-20}, {8, 0.158203125, 1e-6}};
    for (int i = 0; i < 3; i++) {
        int bits = cases[i].bits;
        const gs_rotary_table *half = make(*state, GS_ROTARY_HALF, d, 10000, bits);
        assert_near(half->sin[d / 2 + 1], sin(cases[i].inv_freq), 1e-7);
        const gs_rotary_table *pairs = make(*state, GS_ROTARY_PAIRS, d, 10000, bits);
        double sine = pairs->sin[d / 2 + 1];
        assert_near(sine, 0.157826640, bits ? ldexp(1, -bits - 3) : 1e-7);
        assert_true(!bits || ldexp(sine, bits + 2) == rint(ldexp(sine, bits + 2)));
        const gs_rotary_table *tiny = make(*state, GS_ROTARY_PAIRS, 4, 1e12f, bits);
        assert_near(tiny->sin[3], cases[i].smallest, 4e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_both_forms), nn_test(test_part_of_a_head_of_a_branch),
                                       nn_test(test_stored_in_half)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
