/* AVX-512 (F, BW, DQ, VL): Skylake-X (2017), Zen 4 (2022) and later. */
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define VL 16
#define TABLE gs_kernels_avx512
#define NAME "avx512"

typedef float vec __attribute__((vector_size(4 * VL)));

/* The first n lanes. */
static inline __mmask16 lanes(size_t n)
{
    return (__mmask16)((1u << n) - 1);
}

static inline vec load_part(const float *p, size_t n)
{
    return (vec)_mm512_maskz_loadu_ps(lanes(n), p);
}

static inline void store_part(float *p, vec v, size_t n)
{
    _mm512_mask_storeu_ps(p, lanes(n), (__m512)v);
}

static inline vec load_half(const uint16_t *p)
{
    return (vec)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}

#include "kernel/kernel_vec.h"
#endif
