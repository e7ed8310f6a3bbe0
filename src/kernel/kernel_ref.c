/* The kernels in plain C: what every other table must compute. Written to be read, with sums in double. */
#include <math.h>
#include <string.h>
#include "kernel/kernel.h"
#define DL 2
#include "kernel/kernel_double.h"

static void add(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void mul(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= x[i];
}

static void scale(float *y, float a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= a;
}

static void axpy(float *y, float a, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

static float dot(const float *x, const float *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * y[i];
    return (float)sum;
}

static void layernorm(float *y, const float *x, const float *g, const float *b, float eps, size_t n)
{
    double mean = 0, var = 0;
    for (size_t i = 0; i < n; i++)
        mean += x[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        var += (x[i] - mean) * (x[i] - mean);
    double r = 1 / sqrt(var / (double)n + (double)eps);
    for (size_t i = 0; i < n; i++)
        y[i] = (float)((x[i] - mean) * r * (g ? (double)g[i] : 1) + (b ? (double)b[i] : 0));
}

static void rmsnorm(float *y, const float *x, const float *g, float eps, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    double r = 1 / sqrt(sum / (double)n + (double)eps);
    for (size_t i = 0; i < n; i++)
        y[i] = (float)(x[i] * r * (g ? (double)g[i] : 1));
}

/* Of the numbers: NaN is passed over. */
static float max_of(const float *x, size_t n)
{
    float max = -INFINITY;
    for (size_t i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    return max;
}

static void softmax(float *x, size_t n)
{
    float max = max_of(x, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] = expf(x[i] - max);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(x[i] / sum);
}

static double logsumexp(const float *x, size_t n)
{
    double max = max_of(x, n), shift = max > -INFINITY ? max : 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += exp(x[i] - shift);
    return shift + log(sum);
}

static void gelu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(0.5 * x[i] * erfc(-x[i] * M_SQRT1_2));
}

/* Hendrycks & Gimpel 2016: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
static void gelu_tanh(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = x[i];
        x[i] = (float)(0.5 * v * (1 + tanh(sqrt(2 / M_PI) * (v + 0.044715 * v * v * v))));
    }
}

static void silu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(x[i] / (1 + exp(-(double)x[i])));
}

static void relu2(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] < 0 ? 0 : x[i] * x[i];
}

static void relu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] < 0 ? 0 : x[i];
}

static void rotate(float *a, float *b, float c, float s)
{
    float a0 = *a, b0 = *b;
    *a = a0 * c - b0 * s;
    *b = b0 * c + a0 * s;
}

static void rotate_half(float *x, const float *cos, const float *sin, size_t n)
{
    for (size_t i = 0; i < n / 2; i++)
        rotate(x + i, x + i + n / 2, cos[i], sin[i]);
}

static void rotate_pairs(float *x, const float *cos, const float *sin, size_t n)
{
    for (size_t i = 0; i < n / 2; i++)
        rotate(x + 2 * i, x + 2 * i + 1, cos[i], sin[i]);
}

/* IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 of mantissa. */
static float half_to_float(uint16_t h)
{
    int exponent = h >> 10 & 31, mantissa = h & 1023;
    float v;
    if (exponent == 31)
        v = mantissa ? NAN : INFINITY;
    else if (exponent == 0)
        v = ldexpf((float)mantissa, -24);
    else
        v = ldexpf((float)(mantissa + 1024), exponent - 25);
    return h >> 15 ? -v : v;
}

static void from_f16(float *y, const uint16_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = half_to_float(x[i]);
}

/* bfloat16 is the upper half of a float. */
static void from_bf16(float *y, const uint16_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)x[i] << 16;
        memcpy(y + i, &bits, sizeof bits);
    }
}

static void fir(float *y, const float *w, const float *x, size_t taps, size_t n)
{
    for (size_t c = 0; c < n; c++) {
        double sum = 0;
        for (size_t j = 0; j < taps; j++)
            sum += (double)w[j * n + c] * x[j * n + c];
        y[c] = (float)sum;
    }
}

const gs_kernels gs_kernels_ref = {
    .name = "ref",
    .add = add, .mul = mul, .scale = scale, .axpy = axpy, .dot = dot,
    .layernorm = layernorm, .rmsnorm = rmsnorm, .softmax = softmax, .logsumexp = logsumexp,
    .gelu = gelu, .gelu_tanh = gelu_tanh, .silu = silu, .relu2 = relu2, .relu = relu,
    .rotate_half = rotate_half, .rotate_pairs = rotate_pairs,
    .from_f16 = from_f16, .from_bf16 = from_bf16,
    .fir = fir, KERNELS_DOUBLE,
};
