/* Numbers for tests: the same on every machine. */
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H
#include <stddef.h>
#include <stdint.h>

/* Uniform in [-1, 1): a 64-bit linear congruential generator (Knuth's MMIX constants), upper bits. */
static inline float random_float(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (float)(int32_t)(*state >> 32) * 0x1p-31f;
}

static inline void random_floats(float *x, size_t n, float size, uint64_t seed)
{
    uint64_t state = seed + 1;
    for (size_t i = 0; i < n; i++)
        x[i] = size * random_float(&state);
}
#endif
