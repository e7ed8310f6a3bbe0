/* Causal convolutions, filters of a few taps and recurrences of every table against sums in double. */
#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "kernel/kernel.h"
#include "random.h"

enum { C = 11 /* channels: a whole group and a part */, LANES = GS_FFT_LANES };

static const gs_kernels *table(int i)
{
    static const gs_isa_t isas[] = {GS_ISA_REF, GS_ISA_AVX2, GS_ISA_AVX512};
    return gs_isa_usable(isas[i]) ? gs_kernels_for(isas[i]) : NULL;
}

static void test_length(void **state)
{
    (void)state;
    static const int want[][2] = {{1, 4}, {4, 4}, {5, 5}, {7, 8}, {9, 10}, {11, 12}, {1025, 1280}, {1281, 1536},
                                  {1537, 2048}, {160001, 163840}, {1000001, 1048576}, {1 << 30, 1 << 30}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(gs_fft_length(want[i][0]), want[i][1]);
}

static void *room(size_t bytes)
{
    void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(p);
    return p;
}

/* n numbers of C channels with taps; the sequence lies in two pieces, of `cut` and of n - cut rows. */
static void check_convolution(const gs_kernels *k, int n, int cut, const float *x, const float *taps)
{
    int N = gs_fft_length(n);
    void *angles = room(gs_fft_bytes(N));
    gs_fft f = gs_fft_make(angles, N);
    gs_fft_point *z = room(sizeof *z * (size_t)N), *by = room(sizeof *by * (size_t)N);
    for (int first = 0; first < C; first += LANES) {
        int channels = C - first < LANES ? C - first : LANES;
        gs_fft_load(&f, by, (gs_fft_rows[2]){{taps + first, C, n, channels}, {0}});
        gs_fft_load(&f, z, (gs_fft_rows[2]){{x + first, C, cut, channels},
                                            {x + (size_t)cut * C + first, C, n - cut, channels}});
        k->fft(by, f.rotate, (size_t)N);
        k->fft(z, f.rotate, (size_t)N);
        k->fft_mul(z, by, (size_t)N);
        k->fft_back(z, f.rotate, (size_t)N);
        for (int t = 0; t < n; t += n > 500 ? 97 : 1) {
            double got[LANES];
            gs_fft_read(&f, z, t, got);
            for (int c = 0; c < LANES; c++) {
                double want = 0;
                for (int s = 0; s <= t && c < channels; s++)
                    want += (double)taps[s * C + first + c] * x[(t - s) * C + first + c];
                assert_true(fabs(got[c] - want) < 1e-12);
            }
        }
    }
    free(z);
    free(by);
    free(angles);
}

static void test_convolution(void **state)
{
    (void)state;
    static const int n[] = {1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 40, 47, 48, 90, 257, 1025, 2050};
    static float x[2050 * C], taps[2050 * C];
    random_floats(x, 2050 * C, 1, 1);
    random_floats(taps, 2050 * C, 1, 2);
    for (int i = 0; i < 3; i++)
        for (size_t j = 0; j < sizeof n / sizeof *n && table(i); j++)
            for (int cut = 0; cut <= n[j]; cut += n[j])
                check_convolution(table(i), n[j], cut / 2, x, taps);
}

static void test_fir(void **state)
{
    (void)state;
    static const size_t widths[] = {1, 7, 8, 16, 31, 32, 63, 64, 100}, taps[] = {1, 3, 7, 128};
    static float w[128 * 100], x[128 * 100];
    random_floats(w, 128 * 100, 1, 1);
    random_floats(x, 128 * 100, 1, 2);
    for (int i = 0; i < 3; i++)
        for (size_t j = 0; j < 36 && table(i); j++) {
            size_t n = widths[j / 4], K = taps[j % 4];
            float y[101];
            y[n] = 77;
            table(i)->fir(y, w, x, K, n);
            for (size_t c = 0; c < n; c++) {
                double want = 0;
                for (size_t s = 0; s < K; s++)
                    want += (double)w[s * n + c] * x[s * n + c];
                assert_true(fabs(y[c] - want) < 1e-5);
            }
            assert_true(y[n] == 77);
        }
}

/* Modes of lane c: poles within the unit circle. */
static void check_modal(const gs_kernels *k, size_t n)
{
    gs_fft_point *pole = room(3 * n * sizeof *pole), *residue = pole + n, *s = residue + n;
    double complex state[16][LANES] = {{0}};
    double u[LANES], y[LANES];
    float number[6 * LANES];
    for (size_t i = 0; i < n; i++) {
        random_floats(number, 6 * LANES, 0.7f, 10 + i);
        for (int c = 0; c < LANES; c++) {
            pole[i].re[c] = number[c], pole[i].im[c] = number[LANES + c];
            residue[i].re[c] = number[2 * LANES + c], residue[i].im[c] = number[3 * LANES + c];
            s[i].re[c] = s[i].im[c] = 0;
        }
    }
    for (uint64_t t = 0; t < 20; t++) {
        random_floats(number, LANES, 1, 100 + t);
        for (int c = 0; c < LANES; c++)
            u[c] = number[c];
        k->modal(y, s, pole, residue, u, n);
        for (int c = 0; c < LANES; c++) {
            double complex sum = 0;
            for (size_t i = 0; i < n; i++) {
                state[i][c] = (pole[i].re[c] + I * pole[i].im[c]) * state[i][c] + u[c];
                sum += (residue[i].re[c] + I * residue[i].im[c]) * state[i][c];
            }
            assert_true(fabs(y[c] - creal(sum)) < 1e-12);
        }
    }
    free(pole);
}

static void test_modal(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        for (size_t n = 1; n <= 16 && table(i); n += 5)
            check_modal(table(i), n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_length), cmocka_unit_test(test_convolution),
                                       cmocka_unit_test(test_fir), cmocka_unit_test(test_modal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
