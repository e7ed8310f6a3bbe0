/* AVX2, FMA and F16C: Haswell (2013), Zen (2017) and later. */
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define VL 8
#define TABLE gs_kernels_avx2
#define NAME "avx2"

typedef float vec __attribute__((vector_size(4 * VL)));

/* The first n lanes. */
static inline __m256i lanes(size_t n)
{
    static const int32_t mask[2 * VL] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(mask + VL - n));
}

static inline vec load_part(const float *p, size_t n)
{
    return (vec)_mm256_maskload_ps(p, lanes(n));
}

static inline void store_part(float *p, vec v, size_t n)
{
    _mm256_maskstore_ps(p, lanes(n), (__m256)v);
}

static inline vec load_half(const uint16_t *p)
{
    return (vec)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}

#include "kernel/kernel_vec.h"
#endif
