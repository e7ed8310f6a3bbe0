/* Every entry of every table against kernel_ref.c: sizes around the vector lengths, unaligned, large values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "kernel/kernel.h"
#include "random.h"

enum { MAX = 1100, GUARD = 32 };
static const size_t sizes[] = {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 64, 100, 257, 1024, 1077};
static const float ranges[] = {1, 5, 30, 1e4f}, huge[] = {1e17f, 3e19f, 1e30f};

static float x_store[MAX + GUARD], g_store[MAX + GUARD], b_store[MAX + GUARD];
static float got_store[MAX + GUARD], want_store[MAX + GUARD];

/* What a test runs: y holds the input and gets the result, x, g and b are further inputs. */
typedef struct { float *y; const float *x, *g, *b; size_t n; } args;
/* Tolerances are relative to max(1, |want|), and to the size of the inputs where sums may cancel. */
typedef struct {
    const char *name;
    void (*run)(const gs_kernels *k, const args *a);
    float tolerance;
    int cancels;
} entry;

static void run_add(const gs_kernels *k, const args *a) { k->add(a->y, a->x, a->n); }
static void run_mul(const gs_kernels *k, const args *a) { k->mul(a->y, a->x, a->n); }
static void run_scale(const gs_kernels *k, const args *a) { k->scale(a->y, 0.37f, a->n); }
static void run_axpy(const gs_kernels *k, const args *a) { k->axpy(a->y, 0.37f, a->x, a->n); }
static void run_layernorm(const gs_kernels *k, const args *a) { k->layernorm(a->y, a->x, a->g, a->b, 1e-5f, a->n); }
static void run_layernorm_in_place(const gs_kernels *k, const args *a)
{
    k->layernorm(a->y, a->y, NULL, NULL, 1e-5f, a->n);
}
static void run_rmsnorm(const gs_kernels *k, const args *a) { k->rmsnorm(a->y, a->x, a->g, 1e-5f, a->n); }
static void run_rmsnorm_in_place(const gs_kernels *k, const args *a) { k->rmsnorm(a->y, a->y, NULL, 1e-5f, a->n); }
static void run_softmax(const gs_kernels *k, const args *a) { k->softmax(a->y, a->n); }
static void run_gelu(const gs_kernels *k, const args *a) { k->gelu(a->y, a->n); }
static void run_gelu_tanh(const gs_kernels *k, const args *a) { k->gelu_tanh(a->y, a->n); }
static void run_silu(const gs_kernels *k, const args *a) { k->silu(a->y, a->n); }
static void run_relu(const gs_kernels *k, const args *a) { k->relu(a->y, a->n); }
static void run_relu2(const gs_kernels *k, const args *a) { k->relu2(a->y, a->n); }
static void run_rotate_half(const gs_kernels *k, const args *a) { k->rotate_half(a->y, a->g, a->b, a->n); }
static void run_rotate_pairs(const gs_kernels *k, const args *a) { k->rotate_pairs(a->y, a->g, a->b, a->n); }
static void run_dot(const gs_kernels *k, const args *a)
{
    float sum = k->dot(a->x, a->g, a->n), size = 1; /* error relative to the sum of magnitudes */
    for (size_t i = 0; i < a->n; i++)
        size += fabsf(a->x[i] * a->g[i]);
    memset(a->y, 0, sizeof(float) * a->n);
    if (a->n)
        a->y[0] = sum / size;
}
static void run_logsumexp(const gs_kernels *k, const args *a)
{
    double lse = k->logsumexp(a->x, a->n);
    if (a->n == 0)
        assert_true(lse == -INFINITY);
    memset(a->y, 0, sizeof(float) * a->n);
    if (a->n)
        a->y[0] = (float)lse;
}

static const entry entries[] = {
    {"add", run_add, 0, 0},
    {"mul", run_mul, 0, 0},
    {"scale", run_scale, 0, 0},
    {"axpy", run_axpy, 2e-7f, 1},
    {"dot", run_dot, 1.2e-7f, 0},
    {"layernorm", run_layernorm, 5e-7f, 0},
    {"layernorm in place", run_layernorm_in_place, 5e-7f, 0},
    {"rmsnorm", run_rmsnorm, 5e-7f, 0},
    {"rmsnorm in place", run_rmsnorm_in_place, 5e-7f, 0},
    {"softmax", run_softmax, 2.5e-7f, 0},
    {"logsumexp", run_logsumexp, 2e-7f, 0},
    {"gelu", run_gelu, 2.5e-7f, 0},
    {"gelu_tanh", run_gelu_tanh, 2.5e-7f, 0},
    {"silu", run_silu, 2.5e-7f, 0},
    {"relu", run_relu, 0, 0},
    {"relu2", run_relu2, 0, 0},
    {"rotate_half", run_rotate_half, 2e-7f, 1},
    {"rotate_pairs", run_rotate_pairs, 2e-7f, 1},
};

/* Largest difference for one size, range and alignment; nothing may be written beyond n. */
static float difference(const gs_kernels *k, const entry *e, size_t n, float range)
{
    size_t shift = n % 5;
    random_floats(x_store, MAX, range, n);
    random_floats(g_store, MAX, 1, n + 7);
    random_floats(b_store, MAX, 1, n + 9);
    random_floats(got_store, MAX + GUARD, range, n + 11);
    memcpy(want_store, got_store, sizeof got_store);
    args a = {got_store + shift, x_store + shift, g_store + shift, b_store + shift, n};
    e->run(k, &a);
    a.y = want_store + shift;
    e->run(&gs_kernels_ref, &a);
    float worst = 0;
    for (size_t i = 0; i < n; i++) {
        float want = a.y[i], got = got_store[shift + i];
        float d = fabsf(got - want) / fmaxf(e->cancels ? range : 1, fabsf(want));
        assert_true(d >= 0); /* not nan */
        worst = fmaxf(worst, d);
    }
    assert_memory_equal(got_store, want_store, sizeof(float) * shift);
    assert_memory_equal(got_store + shift + n, want_store + shift + n, sizeof(float) * (MAX + GUARD - shift - n));
    return worst;
}

/* Norms bring numbers of any size to about 1: sums of squares may overflow. */
static void check_huge(const gs_kernels *k)
{
    for (size_t j = 0; j < sizeof entries / sizeof *entries; j++)
        for (size_t i = 0; strstr(entries[j].name, "norm") && i < sizeof sizes / sizeof *sizes; i++)
            for (size_t r = 0; r < sizeof huge / sizeof *huge; r++)
                assert_true(difference(k, &entries[j], sizes[i], huge[r]) <= entries[j].tolerance);
    float x[100], y[100];   /* one channel that towers over the others; the norm of a row of n is sqrt(n) */
    for (int at = 0; at < 100; at += 33) {
        for (int i = 0; i < 100; i++)
            x[i] = i == at ? 1e30f : 1;
        k->rmsnorm(y, x, NULL, 1e-5f, 100);
        assert_float_equal(y[at], 10, 1e-5);
        k->layernorm(y, x, NULL, NULL, 1e-5f, 100);
        assert_float_equal(y[at], sqrt(99), 1e-5);
    }
}

typedef struct { const char *name; size_t offset; } function;
#define FUNCTION(f) {#f, offsetof(gs_kernels, f)}
static const function activations[] = {FUNCTION(gelu), FUNCTION(gelu_tanh), FUNCTION(silu), FUNCTION(relu),
                                       FUNCTION(relu2), FUNCTION(softmax)};

static void apply(const gs_kernels *k, const function *f, float *x, size_t n)
{
    void (*call)(float *, size_t);
    memcpy(&call, (const char *)k + f->offset, sizeof call);
    call(x, n);
}

/* What is not a number comes out as none, at its place and, of softmax, everywhere; it spoils nothing else. */
static void check_nan(const gs_kernels *k)
{
    enum { N = 37 };   /* two vectors and a part of one */
    float x[N], y[N], ones[N];
    for (int i = 0; i < N; i++)
        ones[i] = 1;
    for (size_t f = 0; f < sizeof activations / sizeof *activations; f++)
        for (int at = 0; at < N; at++) {
            random_floats(x, N, 5, (uint64_t)at);
            x[at] = at % 2 ? NAN : -NAN;
            apply(k, &activations[f], x, N);
            int everywhere = !strcmp(activations[f].name, "softmax");
            for (int i = 0; i < N; i++)
                if ((everywhere || i == at) != (isnan(x[i]) != 0))
                    fail_msg("%s %s: nan at %d makes %g of %d", k->name, activations[f].name, at, (double)x[i], i);
        }
    for (int at = 0; at < N; at++) {
        random_floats(x, N, 5, (uint64_t)at);
        x[at] = NAN;
        assert_true(isnan(k->logsumexp(x, N)) && isnan(k->dot(x, ones, N)));
        k->layernorm(y, x, ones, ones, 1e-5f, N);
        assert_true(isnan(y[0]) && isnan(y[N - 1]));
        k->rmsnorm(y, x, ones, 1e-5f, N);
        assert_true(isnan(y[0]) && isnan(y[N - 1]));
    }
}

/* The log of no mass at all, and of nothing but what is not a number. */
static void check_edges(const gs_kernels *k)
{
    float x[20];
    for (size_t n = 1; n <= 20; n++) {
        for (size_t i = 0; i < n; i++)
            x[i] = -INFINITY;
        assert_true(k->logsumexp(x, n) == -INFINITY);
        x[n - 1] = NAN;
        assert_true(isnan(k->logsumexp(x, n)));
        for (size_t i = 0; i < n; i++)
            x[i] = NAN;
        assert_true(isnan(k->logsumexp(x, n)));
        k->softmax(x, n);
        assert_true(isnan(x[0]));
    }
}

static void check_table(const gs_kernels *k)
{
    for (size_t j = 0; j < sizeof entries / sizeof *entries; j++) {
        float worst = 0;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
                worst = fmaxf(worst, difference(k, &entries[j], sizes[i], ranges[r]));
        printf("%-7s %-20s %.1e\n", k->name, entries[j].name, (double)worst);
        assert_true(worst <= entries[j].tolerance);
    }
}

/* All 65,536 values of both half formats, bit for bit (nan as nan). */
static void check_halves(const gs_kernels *k)
{
    static uint16_t in[65536];
    static float got[65536], want[65536];
    for (int i = 0; i < 65536; i++)
        in[i] = (uint16_t)i;
    for (int bf = 0; bf < 2; bf++) {
        (bf ? k->from_bf16 : k->from_f16)(got + 1, in + 1, 65535);
        (bf ? gs_kernels_ref.from_bf16 : gs_kernels_ref.from_f16)(want + 1, in + 1, 65535);
        for (int i = 0; i < 65536; i++)
            assert_true(isnan(want[i]) ? isnan(got[i]) : memcmp(got + i, want + i, sizeof *got) == 0);
    }
}

static void test_tables(void **state)
{
    (void)state;
    for (int isa = 0; isa < GS_ISA_COUNT; isa++) {
        const gs_kernels *k = gs_kernels_for((gs_isa_t)isa);
        if (!k || !gs_isa_usable((gs_isa_t)isa)) {
            printf("%s: not on this machine\n", gs_isa_name((gs_isa_t)isa));
            continue;
        }
        assert_string_equal(k->name, gs_isa_name((gs_isa_t)isa));
        check_table(k);
        check_huge(k);
        check_nan(k);
        check_edges(k);
        check_halves(k);
    }
    assert_non_null(gs_kernels_best());
}

/* The specification itself, where a mistake would not show in the comparison. */
static void test_specification(void **state)
{
    (void)state;
    const gs_kernels *k = &gs_kernels_ref;
    float x[4] = {-1, 0, 1, 3};
    k->gelu(x, 4); /* torch.nn.functional.gelu */
    assert_float_equal(x[0], -0.15865526, 1e-7);
    assert_float_equal(x[3], 2.99595031, 1e-6);
    float t[2] = {1, -2};
    k->gelu_tanh(t, 2);
    assert_float_equal(t[0], 0.84119199, 1e-7);
    assert_float_equal(t[1], -0.04540231, 1e-7);
    float s[2] = {1, -1};
    k->silu(s, 2);
    assert_float_equal(s[0] - s[1], 1, 1e-7);
    float h[4] = {1, 2, 3, 4}, c[2] = {0, 1}, n[2] = {1, 0}; /* a quarter turn of the first pair */
    k->rotate_half(h, c, n, 4);
    assert_true(h[0] == -3 && h[2] == 1 && h[1] == 2 && h[3] == 4);
    float p[4] = {1, 2, 3, 4};
    k->rotate_pairs(p, c, n, 4);
    assert_true(p[0] == -2 && p[1] == 1 && p[2] == 3 && p[3] == 4);
    uint16_t half[4] = {0x3c00, 0xc000, 0x0001, 0x7bff}; /* 1, -2, smallest, largest */
    float f[4];
    k->from_f16(f, half, 4);
    assert_true(f[0] == 1 && f[1] == -2 && f[2] == 0x1p-24f && f[3] == 65504);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specification),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
