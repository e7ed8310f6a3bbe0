/* The kernels in vector form, for every instruction set. The including file (kernel_avx2.c, ...) defines
 *   VL               floats of a vector
 *   TABLE, NAME      the gs_kernels to define and its name
 *   load_part(p, n)  n < VL floats, zeros after them;  store_part(p, v, n);  load_half(p): VL halves to floats
 * Multiplications and additions are contracted to fused ones here, so last bits differ from kernel_ref.c. */
#ifndef GS_KERNEL_VEC_H
#define GS_KERNEL_VEC_H
#include <math.h>
#include <string.h>
#include "kernel/kernel.h"
#define DL (VL / 2)
#include "kernel/kernel_double.h"

typedef uint32_t uvec __attribute__((vector_size(4 * VL)));
typedef uint16_t hvec __attribute__((vector_size(2 * VL)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, vec v)
{
    memcpy(p, &v, sizeof v);
}

INLINE vec splat(float a)
{
    return a - (vec){0};
}

/* Lane by lane: m ? a : b, where m comes from a comparison. */
INLINE vec pick(uvec m, vec a, vec b)
{
    return (vec)(((uvec)a & m) | ((uvec)b & ~m));
}

INLINE vec absolute(vec x)
{
    return (vec)((uvec)x & 0x7fffffff);
}

/* load_part with another filling. */
INLINE vec load_or(const float *p, size_t n, float fill)
{
    uvec lane;
    for (uint32_t i = 0; i < VL; i++)
        lane[i] = i;
    return pick((uvec)(lane < (uint32_t)n), load_part(p, n), splat(fill));
}

INLINE float sum_of(vec v)
{
    float lanes[VL];
    memcpy(lanes, &v, sizeof v);
    for (int n = VL / 2; n; n /= 2)
        for (int i = 0; i < n; i++)
            lanes[i] += lanes[i + n];
    return lanes[0];
}

/* exp(x) for x <= 0, 0 below the smallest normal number. exp(x) = 2^n exp(r) with |r| <= ln(2) / 2; adding
 * 1.5 * 2^23 rounds to an integer and leaves it in the low bits. The polynomial interpolates (exp(r) - 1 - r) / r^2
 * at Chebyshev nodes; relative error 1e-8 before rounding. */
INLINE vec exp_neg(vec x)
{
    const float smallest = -87.33f, round = 12582912.0f;
    uvec tiny = (uvec)(x < smallest);
    vec c = pick(tiny, splat(smallest), x);
    vec t = c * 1.44269504f + round;
    vec n = t - round;
    vec r = c - n * 0.693145752f - n * 1.42860677e-6f; /* ln 2 in two parts, the first one exact in the product */
    vec p = (((1.392620336e-3f * r + 8.363194882e-3f) * r + 4.166655450e-2f) * r + 1.666657689e-1f) * r + 0.5f;
    vec two_n = (vec)(((uvec)t + 127) << 23);
    return pick(tiny, splat(0), (p * (r * r) + r + 1) * two_n);
}

/* x Phi(x): with a = |x| / sqrt 2 and t = 1 / (1 + 0.3 a), erfc(a) exp(a^2) / t is a polynomial of degree 8 in t
 * (Chebyshev interpolation on a = 0 .. 9.4, relative error 3e-8); no cancellation for negative x. */
INLINE vec gelu_of(vec x)
{
    static const float c[] = {4.134142320e-01f, 3.023764446e-01f, 1.740597045e-01f, 7.798530568e-02f, 2.609393922e-02f,
                              5.794561294e-03f, 4.775821481e-04f, -1.568537931e-04f, -4.493533428e-05f};
    vec t = 1 / (1 + absolute(x) * (0.3f * 0.707106781f));
    vec u = t * 2.70921986f - 1.70921986f;
    vec p = splat(c[8]);
    for (int i = 7; i >= 0; i--)
        p = p * u + c[i];
    vec tail = 0.5f * x * exp_neg(-0.5f * x * x) * (t * p);
    return pick((uvec)(x < 0), tail, x - tail);
}

/* x / (1 + exp(-z)) */
INLINE vec gate(vec x, vec z)
{
    vec e = exp_neg(-absolute(z));
    return x * pick((uvec)(z < 0), e, splat(1)) / (1 + e);
}

/* 0.5 (1 + tanh(y)) = 1 / (1 + exp(-2y)) */
INLINE vec gelu_tanh_of(vec x)
{
    return gate(x, 1.59576912f * (x + 0.044715f * x * x * x));
}

INLINE vec silu_of(vec x)
{
    return gate(x, x);
}

/* NaN stays NaN. */
INLINE vec relu_of(vec x)
{
    return pick((uvec)(x < 0), splat(0), x);
}

INLINE vec relu2_of(vec x)
{
    return relu_of(x) * relu_of(x);
}

INLINE void each(float *x, size_t n, vec (*f)(vec))
{
    size_t i = 0;
    for (; i + VL <= n; i += VL)
        store(x + i, f(load(x + i)));
    if (i < n)
        store_part(x + i, f(load_part(x + i, n - i)), n - i);
}

static void gelu(float *x, size_t n) { each(x, n, gelu_of); }
static void gelu_tanh(float *x, size_t n) { each(x, n, gelu_tanh_of); }
static void silu(float *x, size_t n) { each(x, n, silu_of); }
static void relu(float *x, size_t n) { each(x, n, relu_of); }
static void relu2(float *x, size_t n) { each(x, n, relu2_of); }

INLINE vec add_of(vec y, vec x, vec a) { (void)a; return y + x; }
INLINE vec mul_of(vec y, vec x, vec a) { (void)a; return y * x; }
INLINE vec axpy_of(vec y, vec x, vec a) { return y + a * x; }

INLINE void each_pair(float *y, float a, const float *x, size_t n, vec (*f)(vec, vec, vec))
{
    size_t i = 0;
    for (; i + VL <= n; i += VL)
        store(y + i, f(load(y + i), load(x + i), splat(a)));
    if (i < n)
        store_part(y + i, f(load_part(y + i, n - i), load_part(x + i, n - i), splat(a)), n - i);
}

static void add(float *y, const float *x, size_t n) { each_pair(y, 0, x, n, add_of); }
static void mul(float *y, const float *x, size_t n) { each_pair(y, 0, x, n, mul_of); }
static void axpy(float *y, float a, const float *x, size_t n) { each_pair(y, a, x, n, axpy_of); }

static void scale(float *y, float a, size_t n)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL)
        store(y + i, load(y + i) * a);
    if (i < n)
        store_part(y + i, load_part(y + i, n - i) * a, n - i);
}

static float dot(const float *x, const float *y, size_t n)
{
    vec s0 = {0}, s1 = {0};
    size_t i = 0;
    for (; i + 2 * VL <= n; i += 2 * VL) {
        s0 += load(x + i) * load(y + i);
        s1 += load(x + i + VL) * load(y + i + VL);
    }
    for (; i + VL <= n; i += VL)
        s0 += load(x + i) * load(y + i);
    if (i < n)
        s1 += load_part(x + i, n - i) * load_part(y + i, n - i);
    return sum_of(s0 + s1);
}

/* Sum of ((x - mean) scale)^2 */
INLINE float squares(const float *x, float mean, float scale, size_t n)
{
    vec s = {0};
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        vec d = (load(x + i) - mean) * scale;
        s += d * d;
    }
    if (i < n) {
        vec d = (load_or(x + i, n - i, mean) - mean) * scale;
        s += d * d;
    }
    return sum_of(s);
}

/* 1 / sqrt(mean((x - mean)^2) + eps). A sum that overflows is taken of smaller numbers again; eps is nothing beside
 * it. */
INLINE float inverse_deviation(const float *x, float mean, float eps, size_t n)
{
    const float small = 0x1p-64f;
    float sum = squares(x, mean, 1, n);
    if (sum < INFINITY)
        return 1 / sqrtf(sum / (float)n + eps);
    return small / sqrtf(squares(x, mean, small, n) / (float)n);
}

INLINE float mean_of(const float *x, size_t n)
{
    vec s = {0};
    size_t i = 0;
    for (; i + VL <= n; i += VL)
        s += load(x + i);
    if (i < n)
        s += load_part(x + i, n - i);
    return sum_of(s) / (float)n;
}

/* y = (x - mean) r g + b; the order matters, for r g could overflow where the whole does not. */
INLINE void normalise(float *y, const float *x, const float *g, const float *b, const float mean_r[2], size_t n)
{
    for (size_t i = 0; i < n; i += VL) {
        size_t m = n - i;
        vec v = ((m < VL ? load_part(x + i, m) : load(x + i)) - mean_r[0]) * mean_r[1];
        if (g)
            v *= m < VL ? load_part(g + i, m) : load(g + i);
        if (b)
            v += m < VL ? load_part(b + i, m) : load(b + i);
        if (m < VL)
            store_part(y + i, v, m);
        else
            store(y + i, v);
    }
}

static void layernorm(float *y, const float *x, const float *g, const float *b, float eps, size_t n)
{
    float mean = mean_of(x, n);
    normalise(y, x, g, b, (float[2]){mean, inverse_deviation(x, mean, eps, n)}, n);
}

static void rmsnorm(float *y, const float *x, const float *g, float eps, size_t n)
{
    normalise(y, x, g, NULL, (float[2]){0, inverse_deviation(x, 0, eps, n)}, n);
}

/* Of the numbers: NaN is passed over. */
INLINE float max_of(const float *x, size_t n)
{
    vec max = splat(-INFINITY);
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        vec v = load(x + i);
        max = pick((uvec)(v > max), v, max);
    }
    if (i < n) {
        vec v = load_or(x + i, n - i, -INFINITY);
        max = pick((uvec)(v > max), v, max);
    }
    float best = max[0];
    for (int j = 1; j < VL; j++)
        best = max[j] > best ? max[j] : best;
    return best;
}

static void softmax(float *x, size_t n)
{
    float max = max_of(x, n);
    vec sum = {0};
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        vec e = exp_neg(load(x + i) - max);
        store(x + i, e);
        sum += e;
    }
    if (i < n) {
        vec e = exp_neg(load_or(x + i, n - i, -INFINITY) - max);
        store_part(x + i, e, n - i);
        sum += e;
    }
    scale(x, 1 / sum_of(sum), n);
}

static double logsumexp(const float *x, size_t n)
{
    float max = max_of(x, n), shift = max > -INFINITY ? max : 0;
    vec sum = {0};
    size_t i = 0;
    for (; i + VL <= n; i += VL)
        sum += exp_neg(load(x + i) - shift);
    if (i < n)
        sum += exp_neg(load_or(x + i, n - i, -INFINITY) - shift);
    return (double)shift + log((double)sum_of(sum));
}

static void rotate_half(float *x, const float *cos, const float *sin, size_t n)
{
    float *y = x + n / 2;
    size_t i = 0;
    for (; i + VL <= n / 2; i += VL) {
        vec a = load(x + i), b = load(y + i), c = load(cos + i), s = load(sin + i);
        store(x + i, a * c - b * s);
        store(y + i, b * c + a * s);
    }
    size_t m = n / 2 - i;
    if (m) {
        vec a = load_part(x + i, m), b = load_part(y + i, m), c = load_part(cos + i, m), s = load_part(sin + i, m);
        store_part(x + i, a * c - b * s, m);
        store_part(y + i, b * c + a * s, m);
    }
}

/* Pairs lie side by side: lane 2i gets x[2i] c - x[2i+1] s, lane 2i + 1 gets x[2i+1] c + x[2i] s. */
static void rotate_pairs(float *x, const float *cos, const float *sin, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cos[i] - b * sin[i];
        x[2 * i + 1] = b * cos[i] + a * sin[i];
    }
}

static void from_f16(float *y, const uint16_t *x, size_t n)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL)
        store(y + i, load_half(x + i));
    if (i < n) {
        uint16_t rest[VL] = {0};
        memcpy(rest, x + i, sizeof *x * (n - i));
        store_part(y + i, load_half(rest), n - i);
    }
}

static void from_bf16(float *y, const uint16_t *x, size_t n)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        hvec h;
        memcpy(&h, x + i, sizeof h);
        store(y + i, (vec)(__builtin_convertvector(h, uvec) << 16));
    }
    for (; i < n; i++) {
        uint32_t bits = (uint32_t)x[i] << 16;
        memcpy(y + i, &bits, sizeof bits);
    }
}

INLINE vec fir_of(const float *w, const float *x, size_t taps, size_t n)
{
    vec s = {0};
    for (size_t j = 0; j < taps; j++)
        s += load(w + j * n) * load(x + j * n);
    return s;
}

static void fir(float *y, const float *w, const float *x, size_t taps, size_t n)
{
    size_t c = 0;
    for (; c + 4 * VL <= n; c += 4 * VL) { /* sums that do not wait for each other */
        vec s[4] = {{0}};
        for (size_t j = 0; j < taps; j++)
            for (size_t i = 0; i < 4; i++)
                s[i] += load(w + j * n + c + i * VL) * load(x + j * n + c + i * VL);
        for (size_t i = 0; i < 4; i++)
            store(y + c + i * VL, s[i]);
    }
    for (; c + VL <= n; c += VL)
        store(y + c, fir_of(w + c, x + c, taps, n));
    for (; c < n; c++) {
        y[c] = 0;
        for (size_t j = 0; j < taps; j++)
            y[c] += w[j * n + c] * x[j * n + c];
    }
}

const gs_kernels TABLE = {
    .name = NAME,
    .add = add, .mul = mul, .scale = scale, .axpy = axpy, .dot = dot,
    .layernorm = layernorm, .rmsnorm = rmsnorm, .softmax = softmax, .logsumexp = logsumexp,
    .gelu = gelu, .gelu_tanh = gelu_tanh, .silu = silu, .relu2 = relu2, .relu = relu,
    .rotate_half = rotate_half, .rotate_pairs = rotate_pairs,
    .from_f16 = from_f16, .from_bf16 = from_bf16,
    .fir = fir, KERNELS_DOUBLE,
};
#endif
