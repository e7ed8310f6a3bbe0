/* 32-bit numbers to 16-bit ones, rounded to nearest, ties to even. */
#ifndef GS_NARROW_H
#define GS_NARROW_H
#include <stddef.h>
#include <stdint.h>

void gs_to_bf16(uint16_t *y, const float *x, size_t n);
/* -1: a finite number does not fit (65520 and more). */
int gs_to_f16(uint16_t *y, const float *x, size_t n);
#endif
