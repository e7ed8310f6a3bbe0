/* Layers of Hyena against plain sums in double; branches against whole sequences. */
#include <complex.h>
#include "nn_check.h"
#include "nn/hyena.h"

/* A whole sequence of 90 tokens, one of 7, and two branches off the first, after 60 and after 13 tokens. */
enum { B = 4, ROWS = 192, D = 19 };
static const int beg[B] = {0, 96, 108, 144}, len[B] = {90, 7, 30, 41};
static const int parent[B] = {-1, -1, 0, 0}, past[B] = {0, 0, 60, 13};
static const gs_spans spans = {.B = B, .rows = ROWS, .beg = beg, .len = len, .parent = parent, .past = past};

static double at(gs_mat x, int i, int t, int c)
{
    return t < 0 ? 0 : (double)gs_mat_row(x, gs_spans_row(&spans, i, t))[c];
}

/* Sequence i of x put together, alone. */
static gs_mat whole(gs_worker *wk, gs_mat x, int i)
{
    gs_mat y = gs_mat_new(wk, gs_spans_past(&spans, i) + len[i], x.cols);
    for (int t = 0; t < y.rows; t++)
        memcpy(gs_mat_row(y, t), gs_mat_row(x, gs_spans_row(&spans, i, t)), sizeof *y.d * (size_t)y.cols);
    return y;
}

typedef void layer(gs_worker *wk, gs_mat x, const void *w, const gs_spans *s);

/* What it makes of a copy. */
static gs_mat result(gs_worker *wk, gs_mat x, layer *f, const void *w, const gs_spans *s)
{
    gs_mat y = gs_mat_new(wk, x.rows, x.cols);
    memcpy(y.d, x.d, sizeof *y.d * (size_t)x.rows * (size_t)x.cols);
    f(wk, y, w, s);
    return y;
}

/* Own rows of each sequence in y are those that f gives of the whole sequence alone, to the last bit. */
static void check_alone(gs_worker *wk, gs_mat y, gs_mat x, layer *f, const void *w)
{
    for (int i = 0; i < B; i++) {
        gs_mat in = whole(wk, x, i);
        const gs_spans one = {.B = 1, .rows = in.rows, .beg = (int[]){0}, .len = &in.rows};
        gs_mat out = result(wk, in, f, w, &one);
        for (int t = 0; t < len[i]; t++)
            assert_memory_equal(gs_mat_row(y, beg[i] + t), gs_mat_row(out, past[i] + t), sizeof *y.d * (size_t)x.cols);
    }
}

static void test_part(void **state)
{
    gs_worker *wk = *state;
    static const int runs[] = {1, 2, 3, 6};
    gs_mat x = random_mat(wk, 5, 18, 1);
    for (int r = 0; r < 4; r++)
        for (int part = 0; part < 3; part++) {
            gs_mat y = gs_part(wk, x, part, 3, runs[r]);
            for (int c = 0; c < 6; c++)
                assert_true(gs_mat_row(y, 4)[c]
                            == gs_mat_row(x, 4)[c / runs[r] * 3 * runs[r] + part * runs[r] + c % runs[r]]);
            gs_gate_part(wk, y, x, part, runs[r]);
            for (int c = 0; c < 6; c++) {
                float v = gs_mat_row(x, 3)[c / runs[r] * 3 * runs[r] + part * runs[r] + c % runs[r]];
                assert_true(gs_mat_row(y, 3)[c] == v * v);
            }
        }
}

static gs_mat branch(gs_worker *wk, const void *w, gs_mat x)
{
    return gs_linear(wk, x, w);
}

/* Some rows after the other: the bits of all at once, also where that is several times what is done at a time. */
static void test_some_rows(void **state)
{
    gs_worker *wk = *state;
    gs_mat x = random_mat(wk, 9000, 30, 1), u = random_mat(wk, 9000, 30, 2), y = gs_mat_new(wk, 9000, 30);
    const gs_norm_w norm = {random_new(wk, 30, 3), NULL, 1e-6f, GS_NORM_RMS_APART};
    const gs_linear_w w = random_linear(wk, 30, 30, 1, 4);
    size_t bytes = sizeof *y.d * 9000 * 30;
    assert_memory_equal(gs_norm_linear(wk, x, &norm, &w).d, gs_linear(wk, gs_norm(wk, x, &norm), &w).d, bytes);
    memcpy(y.d, x.d, bytes);
    gs_add_linear(wk, y, u, &w);
    gs_mat z = gs_linear(wk, u, &w);
    gs_add(wk, z, x);
    assert_memory_equal(y.d, z.d, bytes);
    memcpy(y.d, x.d, bytes);
    gs_add_branch(wk, y, branch, &w);
    z = gs_linear(wk, x, &w);
    gs_add(wk, z, x);
    assert_memory_equal(y.d, z.d, bytes);
}

static void short_conv(gs_worker *wk, gs_mat x, const void *w, const gs_spans *s)
{
    gs_short_conv(wk, x, w, s);
}

static void test_short_conv(void **state)
{
    gs_worker *wk = *state;
    static const int taps[] = {1, 3, 7, 128}, cols[] = {D, 64, 130};
    for (int j = 0; j < 12; j++) {
        gs_conv_w w = random_conv(wk, (int[]){cols[j / 4], 0, taps[j % 4]}, 1, j % 2);
        gs_mat x = random_mat(wk, ROWS, w.in, 3), y = result(wk, x, short_conv, &w, &spans);
        for (int i = 0; i < B; i++)
            for (int t = past[i]; t < past[i] + len[i]; t++)
                for (int c = 0; c < w.in; c++) {
                    double sum = w.b ? (double)w.b[c] : 0;
                    for (int k = 0; k < w.taps; k++)
                        sum += (double)weight_at(&w.w, k * w.in + c) * at(x, i, t - w.taps + 1 + k, c);
                    assert_near(gs_mat_row(y, beg[i] + t - past[i])[c], sum, 1e-5);
                }
        check_alone(wk, y, x, short_conv, &w);
    }
}

/* More tokens than are worked on at a time. */
static void test_short_conv_long(void **state)
{
    gs_worker *wk = *state;
    enum { T = 1100 };
    gs_conv_w w = random_conv(wk, (int[]){3, 0, 5}, 1, 0);
    const gs_spans s = {.B = 1, .rows = T, .beg = (int[]){0}, .len = (int[]){T}};
    gs_mat x = random_mat(wk, T, 3, 3), y = result(wk, x, short_conv, &w, &s);
    for (int t = 4; t < T; t++) {
        double sum = 0;
        for (int k = 0; k < 5; k++)
            sum += (double)weight_at(&w.w, k * 3) * gs_mat_row(x, t - 4 + k)[0];
        assert_near(gs_mat_row(y, t)[0], sum, 1e-6);
    }
}

static void modal(gs_worker *wk, gs_mat x, const void *w, const gs_spans *s)
{
    gs_modal(wk, x, w, s);
}

static void test_modal(void **state)
{
    gs_worker *wk = *state;
    enum { N = 3, GROUPS = (D + GS_FFT_LANES - 1) / GS_FFT_LANES };
    gs_fft_point *modes = gs_new(wk->arena, gs_fft_point, 2 * N * GROUPS);
    float *numbers = random_new(wk, 4 * N * GROUPS * GS_FFT_LANES, 5);
    for (int i = 0; i < 4 * N * GROUPS * GS_FFT_LANES; i++)
        ((double *)modes)[i] = 0.7 * (double)numbers[i];
    const gs_modal_w w = {modes, modes + N * GROUPS, random_new(wk, D, 6), N};
    gs_mat u = random_mat(wk, ROWS, D, 3), y = result(wk, u, modal, &w, &spans);
    for (int i = 0; i < B; i++)
        for (int t = past[i]; t < past[i] + len[i]; t++)
            for (int c = 0; c < D; c++) {
                double sum = (double)w.skip[c] * at(u, i, t, c);
                for (int k = 0; k < N; k++) {
                    int lane = c % GS_FFT_LANES, mode = c / GS_FFT_LANES * N + k;
                    const gs_fft_point *p = w.pole + mode, *r = w.residue + mode;
                    double complex power = 1, pole = p->re[lane] + I * p->im[lane];
                    for (int s = 0; s <= t; s++, power *= pole)
                        sum += creal((r->re[lane] + I * r->im[lane]) * power) * at(u, i, t - s, c);
                }
                assert_near(gs_mat_row(y, beg[i] + t - past[i])[c], sum, 2e-6);
            }
    check_alone(wk, y, u, modal, &w);
}

/* ---- long convolutions ---- */

enum { L = 95 /* positions: fewer than the transform's length */, E = 5, O = 8, SINES = 3 };
typedef struct { gs_linear_w hidden[SINES], out; gs_long_conv_w conv; } long_conv;

static long_conv *random_long_conv(gs_worker *wk, size_t room)
{
    long_conv *l = gs_new(wk->arena, long_conv, 1);
    for (int i = 0; i < SINES; i++)
        l->hidden[i] = random_linear(wk, i ? O : E, O, 1, 10 + (uint64_t)i);
    l->out = random_linear(wk, O, D, 0, 20);
    gs_implicit_filter_w f = {random_new(wk, L * E, 21), random_new(wk, L, 22), L, E, SINES, l->hidden, &l->out,
                              random_new(wk, O, 23), random_new(wk, D, 24), 0.05f};
    l->conv = (gs_long_conv_w){f, 0, gs_spectra_new(room), random_new(wk, D, 25)};
    assert_non_null(l->conv.spectra);
    return l;
}

/* Tap t of channel c. */
static double tap(const gs_implicit_filter_w *f, int t, int c)
{
    double in[O], h[O], sum = 0;
    for (int e = 0; e < E; e++)
        in[e] = (double)f->z[t * E + e];
    for (int i = 0; i < SINES; i++) {
        for (int o = 0; o < O; o++) {
            const gs_linear_w *w = &f->hidden[i];
            h[o] = (double)w->b[o];
            for (int k = 0; k < w->w.in; k++)
                h[o] += (double)weight_at(&w->w, o * w->w.in + k) * in[k];
        }
        for (int o = 0; o < O; o++)
            in[o] = sin((double)f->freq[o] * h[o]);
    }
    for (int o = 0; o < O; o++)
        sum += (double)weight_at(&f->out->w, c * O + o) * in[o];
    return sum * (exp(-(double)f->t[t] * fabs((double)f->decay[c])) + (double)f->shift);
}

static void test_implicit_filter(void **state)
{
    gs_worker *wk = *state;
    long_conv *l = random_long_conv(wk, 0);
    static const int n[] = {1, 40, L, L + 33};
    for (int j = 0; j < 4; j++) {
        gs_mat taps = gs_implicit_filter(wk, &l->conv.filter, n[j]);
        for (int t = 0; t < n[j]; t++)
            for (int c = 0; c < D; c++)
                assert_near(gs_mat_row(taps, t)[c], t < L ? tap(&l->conv.filter, t, c) : 0, t < L ? 1e-6 : 0);
    }
    gs_spectra_free(l->conv.spectra);
}

static void convolve(gs_worker *wk, gs_mat x, const void *w, const gs_spans *s)
{
    gs_long_conv(wk, x, w, s);
}

/* With room for no spectra, for those of one length, and for all: the same bits. */
static void test_long_conv(void **state)
{
    gs_worker *wk = *state;
    static const size_t rooms[] = {0, 60000, 1 << 20};
    gs_mat u = random_mat(wk, ROWS, D, 3), first = {0};
    for (int j = 0; j < 3; j++) {
        long_conv *l = random_long_conv(wk, rooms[j]);
        gs_mat y = result(wk, u, convolve, &l->conv, &spans), again = result(wk, u, convolve, &l->conv, &spans);
        first = j ? first : y;
        assert_memory_equal(y.d, first.d, sizeof *y.d * ROWS * D);
        assert_memory_equal(again.d, first.d, sizeof *y.d * ROWS * D);
        check_alone(wk, y, u, convolve, &l->conv);
        for (int i = 0; i < B; i++)
            for (int t = past[i]; t < past[i] + len[i]; t++)
                for (int c = 0; c < D; c++) {
                    double sum = (double)l->conv.skip[c] * at(u, i, t, c);
                    for (int s = 0; s <= t; s++)
                        sum += tap(&l->conv.filter, s, c) * at(u, i, t - s, c);
                    assert_near(gs_mat_row(y, beg[i] + t - past[i])[c], sum, 1e-5);
                }
        gs_spectra_free(l->conv.spectra);
    }
}

/* A team gives the same bits. */
static void test_team(void **state)
{
    gs_worker *wk = *state, *team = gs_worker_new_team(3);
    gs_conv_w w = random_conv(wk, (int[]){130, 0, 7}, 1, 1);
    gs_mat x = random_mat(wk, ROWS, 130, 3), u = random_mat(wk, ROWS, D, 3);
    long_conv *l = random_long_conv(wk, 0), *kept = random_long_conv(wk, 1 << 20);
    gs_fft_point *modes = gs_new(wk->arena, gs_fft_point, 2 * 17);
    for (int i = 0; i < 4 * 17 * GS_FFT_LANES; i++)
        ((double *)modes)[i] = 0.1 * (i % 8);
    const gs_modal_w m = {modes, modes + 17, random_new(wk, 130, 6), 1};
    assert_memory_equal(result(team, x, short_conv, &w, &spans).d, result(wk, x, short_conv, &w, &spans).d,
                        sizeof *x.d * ROWS * 130);
    assert_memory_equal(result(team, x, modal, &m, &spans).d, result(wk, x, modal, &m, &spans).d,
                        sizeof *x.d * ROWS * 130);
    assert_memory_equal(result(team, u, convolve, &l->conv, &spans).d, result(wk, u, convolve, &l->conv, &spans).d,
                        sizeof *u.d * ROWS * D);
    assert_memory_equal(result(team, u, convolve, &kept->conv, &spans).d,
                        result(wk, u, convolve, &l->conv, &spans).d, sizeof *u.d * ROWS * D);
    assert_memory_equal(gs_part(team, x, 1, 10, 1).d, gs_part(wk, x, 1, 10, 1).d, sizeof *x.d * ROWS * 13);
    gs_spectra_free(l->conv.spectra);
    gs_spectra_free(kept->conv.spectra);
    gs_worker_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_part), nn_test(test_some_rows), nn_test(test_short_conv),
                                       nn_test(test_short_conv_long), nn_test(test_modal),
                                       nn_test(test_implicit_filter), nn_test(test_long_conv),
                                       nn_test(test_team)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
