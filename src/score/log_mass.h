/* Sums of probabilities as logarithms: the mass of a base may be smaller than any number. */
#ifndef GS_LOG_MASS_H
#define GS_LOG_MASS_H
#include <math.h>
#include "token/token.h"

/* Logarithm of a sum of exponentials that comes term by term. */
typedef struct { double most, sum; } gs_log_sum;
#define GS_LOG_SUM_EMPTY {-INFINITY, 0}
void gs_log_sum_add(gs_log_sum *s, double x);   /* NaN makes the sum NaN */
double gs_log_sum_total(gs_log_sum s);

/* Log of the sum of exponentials of the list's logits; what the head has no row for is left out. */
double gs_log_mass(gs_id_list list, const float *logits, int head_rows);
#endif
