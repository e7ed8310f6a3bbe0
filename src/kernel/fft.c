#include "kernel/fft.h"
#include <math.h>
#include <string.h>
#include "kernel/kernel.h"

int gs_fft_length(int least)
{
    static const int leading[] = {4, 5, 6};
    for (int power = 1;; power *= 2)
        for (int i = 0; i < 3; i++)
            if (leading[i] * power >= least)
                return leading[i] * power;
}

int gs_fft_radix(size_t n)
{
    return n % 4 == 0 ? 4 : n % 2 == 0 ? 2 : n % 3 == 0 ? 3 : 5;
}

/* Part `at` of n of a circle. */
static gs_fft_angle angle(double at, double n)
{
    double x = 2 * M_PI * (at / n);
    return (gs_fft_angle){cos(x), sin(x)};
}

size_t gs_fft_bytes(int n)
{
    return 2 * (size_t)n * sizeof(gs_fft_angle);
}

gs_fft gs_fft_make(void *memory, int n)
{
    gs_fft_angle *turn = memory, *rotate = turn + n;
    gs_fft f = {n, turn, rotate};
    for (int t = 0; t < n; t++)
        turn[t] = angle(t, 4.0 * n);
    for (size_t left = (size_t)n; left > 1;) {
        size_t r = (size_t)gs_fft_radix(left), m = left / r;
        for (size_t j = 0; j < m; j++)
            for (size_t p = 1; p < r; p++)
                *rotate++ = angle((double)(j * p), (double)left);
        left = m;
    }
    return f;
}

void gs_fft_load(const gs_fft *f, gs_fft_point *z, const gs_fft_rows rows[2])
{
    int t = 0;
    for (int part = 0; part < 2; part++)
        for (int i = 0; i < rows[part].rows; i++, t++) {
            const float *x = rows[part].x + (size_t)i * rows[part].step;
            for (int c = 0; c < GS_FFT_LANES; c++) {
                double v = c < rows[part].channels ? (double)x[c] : 0;
                z[t].re[c] = v * f->turn[t].cos;
                z[t].im[c] = v * f->turn[t].sin;
            }
        }
    memset(z + t, 0, sizeof *z * (size_t)(f->n - t));
}

void gs_fft_forward(const gs_fft *f, gs_fft_point *z)
{
    gs_kernels_best()->fft(z, f->rotate, (size_t)f->n);
}

void gs_fft_convolve(const gs_fft *f, gs_fft_point *z, const gs_fft_point *spectrum)
{
    const gs_kernels *k = gs_kernels_best();
    k->fft_mul(z, spectrum, (size_t)f->n);
    k->fft_back(z, f->rotate, (size_t)f->n);
}

void gs_fft_read(const gs_fft *f, const gs_fft_point *z, int t, double *out)
{
    double c = f->turn[t].cos / f->n, s = f->turn[t].sin / f->n;
    for (int i = 0; i < GS_FFT_LANES; i++)
        out[i] = z[t].re[i] * c + z[t].im[i] * s;
}
