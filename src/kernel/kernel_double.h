/* The kernels in double, for every instruction set, the plain one included. The including file defines
 *   DL               doubles of a vector; divides GS_FFT_LANES */
#ifndef GS_KERNEL_DOUBLE_H
#define GS_KERNEL_DOUBLE_H
#include <string.h>
#include "kernel/kernel.h"

typedef double dvec __attribute__((vector_size(8 * DL)));
typedef struct { dvec re, im; } cvec;

#define ALWAYS static inline __attribute__((always_inline))

/* Lanes from `lane` on. */
ALWAYS cvec cload(const gs_fft_point *p, size_t lane)
{
    cvec v;
    memcpy(&v.re, p->re + lane, sizeof v.re);
    memcpy(&v.im, p->im + lane, sizeof v.im);
    return v;
}

ALWAYS void cstore(gs_fft_point *p, size_t lane, cvec v)
{
    memcpy(p->re + lane, &v.re, sizeof v.re);
    memcpy(p->im + lane, &v.im, sizeof v.im);
}

ALWAYS cvec cadd(cvec a, cvec b)
{
    return (cvec){a.re + b.re, a.im + b.im};
}

ALWAYS cvec csub(cvec a, cvec b)
{
    return (cvec){a.re - b.re, a.im - b.im};
}

/* a (re + i im) */
ALWAYS cvec ctimes(cvec a, double re, double im)
{
    return (cvec){a.re * re - a.im * im, a.re * im + a.im * re};
}

/* ---- Fourier transforms ---- */

/* b[p] = sum of a[q] exp(sign 2 pi i p q / r) */
ALWAYS void butterfly(cvec *b, const cvec *a, int r, double sign)
{
    static const double root[6][5][2] = {
        [2] = {{1, 0}, {-1, 0}},
        [3] = {{1, 0}, {-0.5, 0.86602540378443865}, {-0.5, -0.86602540378443865}},
        [5] = {{1, 0}, {0.30901699437494742, 0.95105651629515357}, {-0.80901699437494742, 0.58778525229247313},
               {-0.80901699437494742, -0.58778525229247313}, {0.30901699437494742, -0.95105651629515357}}};
    if (r == 4) {
        cvec even = cadd(a[0], a[2]), even2 = csub(a[0], a[2]), odd = cadd(a[1], a[3]), d = csub(a[1], a[3]);
        cvec odd2 = {-sign * d.im, sign * d.re};
        b[0] = cadd(even, odd);
        b[1] = cadd(even2, odd2);
        b[2] = csub(even, odd);
        b[3] = csub(even2, odd2);
        return;
    }
    for (int p = 0; p < r; p++) {
        b[p] = a[0];
        for (int q = 1; q < r; q++)
            b[p] = cadd(b[p], ctimes(a[q], root[r][p * q % r][0], sign * root[r][p * q % r][1]));
    }
}

/* One pass over n points as r pieces: butterflies, then rotations by `by` [n / r][r - 1] (sign -1), or back (1). */
ALWAYS void fft_pass(gs_fft_point *z, const gs_fft_angle *by, size_t n, int r, double sign)
{
    size_t m = n / (size_t)r, R = (size_t)r;
    for (size_t i = 0; i < m * GS_FFT_LANES; i += DL) {
        size_t j = i / GS_FFT_LANES, lane = i % GS_FFT_LANES;
        const gs_fft_angle *w = by + j * (R - 1);
        cvec a[5], b[5];
        for (size_t p = 0; p < R; p++) {
            a[p] = cload(z + j + p * m, lane);
            a[p] = sign > 0 && p ? ctimes(a[p], w[p - 1].cos, w[p - 1].sin) : a[p];
        }
        butterfly(b, a, r, sign);
        for (size_t p = 0; p < R; p++)
            cstore(z + j + p * m, lane, sign < 0 && p ? ctimes(b[p], w[p - 1].cos, -w[p - 1].sin) : b[p]);
    }
}

ALWAYS void fft_pass_any(gs_fft_point *z, const gs_fft_angle *by, size_t n, double sign)
{
    switch (gs_fft_radix(n)) { /* sizes that the compiler knows */
    case 4: fft_pass(z, by, n, 4, sign); break;
    case 2: fft_pass(z, by, n, 2, sign); break;
    case 3: fft_pass(z, by, n, 3, sign); break;
    default: fft_pass(z, by, n, 5, sign);
    }
}

/* Decimation in frequency; pieces one after the other, so that small ones stay in the cache. */
static void fft(gs_fft_point *z, const gs_fft_angle *by, size_t n)
{
    if (n == 1)
        return;
    size_t r = (size_t)gs_fft_radix(n), m = n / r;
    fft_pass_any(z, by, n, -1);
    for (size_t p = 0; p < r; p++)
        fft(z + p * m, by + m * (r - 1), m);
}

/* All steps of fft, undone in reverse; n times too large. */
static void fft_back(gs_fft_point *z, const gs_fft_angle *by, size_t n)
{
    if (n == 1)
        return;
    size_t r = (size_t)gs_fft_radix(n), m = n / r;
    for (size_t p = 0; p < r; p++)
        fft_back(z + p * m, by + m * (r - 1), m);
    fft_pass_any(z, by, n, 1);
}

static void fft_mul(gs_fft_point *z, const gs_fft_point *by, size_t n)
{
    for (size_t i = 0; i < n * GS_FFT_LANES; i += DL) {
        size_t t = i / GS_FFT_LANES, lane = i % GS_FFT_LANES;
        cvec a = cload(z + t, lane), b = cload(by + t, lane);
        cstore(z + t, lane, (cvec){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re});
    }
}

/* ---- recurrences ---- */

static void modal(double *y, gs_fft_point *state, const gs_fft_point *pole, const gs_fft_point *residue,
                  const double *u, size_t n)
{
    for (size_t lane = 0; lane < GS_FFT_LANES; lane += DL) {
        dvec in, sum = {0};
        memcpy(&in, u + lane, sizeof in);
        for (size_t i = 0; i < n; i++) {
            cvec s = cload(state + i, lane), p = cload(pole + i, lane), r = cload(residue + i, lane);
            s = (cvec){p.re * s.re - p.im * s.im + in, p.re * s.im + p.im * s.re};
            sum += r.re * s.re - r.im * s.im;
            cstore(state + i, lane, s);
        }
        memcpy(y + lane, &sum, sizeof sum);
    }
}

#define KERNELS_DOUBLE .fft = fft, .fft_back = fft_back, .fft_mul = fft_mul, .modal = modal
#endif
