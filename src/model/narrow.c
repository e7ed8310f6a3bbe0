#include "model/narrow.h"
#include <string.h>

static uint32_t bits_of(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* u >> shift, to nearest, ties to even. */
static uint32_t round_off(uint32_t u, unsigned shift)
{
    uint32_t half = 1u << (shift - 1), odd = u >> shift & 1;
    return (u + half - 1 + odd) >> shift;
}

static int is_nan(uint32_t u)
{
    return (u & 0x7fffffff) > 0x7f800000;
}

void gs_to_bf16(uint16_t *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t u = bits_of(x[i]);
        y[i] = (uint16_t)(is_nan(u) ? u >> 16 | 0x40 : round_off(u, 16));
    }
}

/* Without the sign. Exponents: 127 is 1 in 32 bits, 15 in 16 bits; below 2^-14 numbers are multiples of 2^-24. */
static uint32_t to_f16(uint32_t u)
{
    if (u >= 0x7f800000)
        return u > 0x7f800000 ? 0x7e00 : 0x7c00;
    uint32_t exponent = u >> 23;
    if (exponent > 112)
        return round_off(u - (112u << 23), 13);
    if (exponent < 102)
        return 0;
    return round_off((u & 0x7fffff) | 0x800000, 126 - exponent);
}

int gs_to_f16(uint16_t *y, const float *x, size_t n)
{
    int beyond = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t u = bits_of(x[i]), half = to_f16(u & 0x7fffffff);
        beyond |= half >= 0x7c00 && (u & 0x7fffffff) < 0x7f800000;
        y[i] = (uint16_t)(half | (u >> 16 & 0x8000));
    }
    return beyond ? -1 : 0;
}
