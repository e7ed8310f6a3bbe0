/* Row kernels: raw pointers, no allocation, no threads. One plain C table (kernel_ref.c, the specification) and
 * one per instruction set from a single template (kernel_vec.h). Every entry has the same meaning in all tables;
 * results may differ in the last bits. Rows are contiguous floats of length n. What is not a number (NaN) gives
 * none. */
#ifndef GS_KERNEL_H
#define GS_KERNEL_H
#include <stddef.h>
#include <stdint.h>
#include "base/cpu.h"
#include "kernel/fft.h"

typedef struct gs_kernels {
    const char *name;                                                    /* "ref", "avx2", "avx512" */
    void (*add)(float *y, const float *x, size_t n);                     /* y += x */
    void (*mul)(float *y, const float *x, size_t n);                     /* y *= x */
    void (*scale)(float *y, float a, size_t n);                          /* y *= a */
    void (*axpy)(float *y, float a, const float *x, size_t n);           /* y += a x */
    float (*dot)(const float *x, const float *y, size_t n);
    /* y = (x - mean) / sqrt(var + eps) * g + b, population variance; g and b may be NULL (1, 0); y may be x */
    void (*layernorm)(float *y, const float *x, const float *g, const float *b, float eps, size_t n);
    /* y = x / sqrt(mean(x^2) + eps) * g; g may be NULL; y may be x */
    void (*rmsnorm)(float *y, const float *x, const float *g, float eps, size_t n);
    void (*softmax)(float *x, size_t n);                                 /* in place, max subtracted */
    double (*logsumexp)(const float *x, size_t n);
    void (*gelu)(float *x, size_t n);                                    /* 0.5 x (1 + erf(x / sqrt 2)) */
    void (*gelu_tanh)(float *x, size_t n);                               /* tanh form */
    void (*silu)(float *x, size_t n);                                    /* x / (1 + exp(-x)) */
    void (*relu2)(float *x, size_t n);                                   /* max(x, 0)^2 */
    void (*relu)(float *x, size_t n);
    /* rotate n/2 pairs by the angles whose cos and sin are given (n/2 each).
     * half: pairs (i, i + n/2); interleaved: pairs (2i, 2i + 1). */
    void (*rotate_half)(float *x, const float *cos, const float *sin, size_t n);
    void (*rotate_pairs)(float *x, const float *cos, const float *sin, size_t n);
    void (*from_f16)(float *y, const uint16_t *x, size_t n);
    void (*from_bf16)(float *y, const uint16_t *x, size_t n);
    /* y[c] = sum of w[j n + c] x[j n + c] over j < taps */
    void (*fir)(float *y, const float *w, const float *x, size_t taps, size_t n);
    /* Fourier transform of z [n] by the angles of gs_fft, and back, n times too large; z *= by. For kernel/fft.c. */
    void (*fft)(gs_fft_point *z, const gs_fft_angle *by, size_t n);
    void (*fft_back)(gs_fft_point *z, const gs_fft_angle *by, size_t n);
    void (*fft_mul)(gs_fft_point *z, const gs_fft_point *by, size_t n);
    /* One token of n complex modes of GS_FFT_LANES channels: state = pole state + u, y = Re(sum of residue state). */
    void (*modal)(double *y, gs_fft_point *state, const gs_fft_point *pole, const gs_fft_point *residue,
                  const double *u, size_t n);
} gs_kernels;

/* The tables, one per file; the vector ones exist on x86 only: ask gs_kernels_for(). */
extern const gs_kernels gs_kernels_ref, gs_kernels_avx2, gs_kernels_avx512;

/* The table for an instruction set; NULL when it was not compiled in. Caller checks gs_isa_usable(). */
const gs_kernels *gs_kernels_for(gs_isa_t isa);
/* The table for gs_isa(). */
const gs_kernels *gs_kernels_best(void);
#endif
