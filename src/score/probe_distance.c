/* Distances of the hidden states of two passes, summed in double precision. */
#include <math.h>
#include "score/probe.h"

static size_t keep(const gs_model *m, const gs_probe *p, int tokens)
{
    return (size_t)m->dim * (p->arg ? (size_t)tokens : 1);
}

static void read_mean(gs_mat x, double *mean)
{
    for (int c = 0; c < x.cols; c++) {
        double sum = 0;
        for (int t = 0; t < x.rows; t++)
            sum += (double)gs_mat_row(x, t)[c];
        mean[c] = sum / x.rows;
    }
}

static void read(const gs_reading *r, const gs_probe *p, double *kept)
{
    if (!p->arg) {
        read_mean(r->hidden, kept);
        return;
    }
    for (size_t i = 0; i < (size_t)r->hidden.rows * (size_t)r->hidden.cols; i++)
        kept[i] = (double)r->hidden.d[i];
}

static double dot_product(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static float l1(const gs_probe *p, const double *a, const double *b, size_t n)
{
    (void)p;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(a[i] - b[i]);
    return (float)sum;
}

float gs_compare_l2(const gs_probe *p, const double *a, const double *b, size_t n)
{
    (void)p;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return (float)sqrt(sum);
}

static float dot(const gs_probe *p, const double *a, const double *b, size_t n)
{
    (void)p;
    return (float)dot_product(a, b, n);
}

/* 1 - cos */
static float cosine(const gs_probe *p, const double *a, const double *b, size_t n)
{
    (void)p;
    double aa = dot_product(a, a, n), bb = dot_product(b, b, n);
    return aa == 0 || bb == 0 ? 0 : (float)(1 - dot_product(a, b, n) / sqrt(aa * bb));
}

#define DISTANCE(NAME, BY) {.name = #NAME, .want = GS_WANT_HIDDEN, .keep = keep, .read = read, .compare = BY}
const gs_probe_kind gs_probe_l1 = DISTANCE(l1, l1), gs_probe_l2 = DISTANCE(l2, gs_compare_l2),
                    gs_probe_dot = DISTANCE(dot, dot), gs_probe_cosine = DISTANCE(cosine, cosine);
