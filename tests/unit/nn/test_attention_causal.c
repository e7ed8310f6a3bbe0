#include "nn_check.h"

/* 6 query heads on 2 of keys and values, of width 8, in a model of width 40; or 4 heads from one matrix. */
enum { D = 40, d = 8 };

typedef struct { int heads, kv, fused, window, norms; } form;

static gs_attention_w weights(gs_worker *wk, const form *f)
{
    gs_attention_w w = {.heads = f->heads, .kv_heads = f->kv, .causal = 1, .window = f->window, .scale = 0.3f,
                        .rotary = {.kind = GS_ROTARY_HALF, .dim = 4, .base = 100},
                        .o = random_linear(wk, f->heads * d, D, 1, 8)};
    if (f->fused)
        w.qkv = random_linear(wk, D, 3 * f->heads * d, 1, 1);
    else {
        w.q = random_linear(wk, D, f->heads * d, 1, 1);
        w.k = random_linear(wk, D, f->kv * d, 1, 3);
        w.v = random_linear(wk, D, f->kv * d, 1, 5);
    }
    if (f->norms) {
        w.q_norm = (gs_norm_w){random_new(wk, d, 20), NULL, 1e-5f, GS_NORM_RMS};
        w.k_norm = (gs_norm_w){random_new(wk, d, 21), NULL, 1e-5f, GS_NORM_RMS};
    }
    return w;
}

/* Column c of head h of q, k or v (part 0, 1, 2) of one token, before norm and rotation. */
static double project(const gs_attention_w *w, const form *f, int part, int h, int c, const float *x)
{
    const gs_linear_w *l = f->fused ? &w->qkv : part == 0 ? &w->q : part == 1 ? &w->k : &w->v;
    int row = f->fused ? (3 * h + part) * d + c : h * d + c;
    double y = l->b[row];
    for (int i = 0; i < D; i++)
        y += (double)weight_at(&l->w, row * D + i) * x[i];
    return y;
}

static void head_vector(double *y, const gs_attention_w *w, const form *f, int part, int h, const float *x, int pos)
{
    double square = 0;
    for (int c = 0; c < d; c++) {
        y[c] = project(w, f, part, h, c, x);
        square += y[c] * y[c] / d;
    }
    for (int c = 0; c < d && f->norms && part < 2; c++)
        y[c] *= (part ? w->k_norm : w->q_norm).g[c] / sqrt(square + 1e-5);
    for (int c = 0; c < 2 && part < 2; c++) {
        double angle = pos * pow(100, -2.0 * c / 4), a = y[c], b = y[c + 2];
        y[c] = a * cos(angle) - b * sin(angle);
        y[c + 2] = b * cos(angle) + a * sin(angle);
    }
}

/* Output of one token of a sequence whose tokens are x[0] .. x[pos]. */
static void expected(double *out, const gs_attention_w *w, const form *f, const float *const *x, int pos)
{
    double mixed[6 * d] = {0}, q[d], k[d], v[d];
    for (int h = 0; h < f->heads; h++) {
        double sum = 0, *to = mixed + h * d;
        head_vector(q, w, f, 0, h, x[pos], pos);
        for (int j = f->window && pos >= f->window ? pos - f->window + 1 : 0; j <= pos; j++) {
            double s = 0;
            head_vector(k, w, f, 1, h / (f->heads / f->kv), x[j], j);
            head_vector(v, w, f, 2, h / (f->heads / f->kv), x[j], j);
            for (int c = 0; c < d; c++)
                s += q[c] * k[c];
            sum += s = exp((double)w->scale * s);
            for (int c = 0; c < d; c++)
                to[c] += s * v[c];
        }
        for (int c = 0; c < d; c++)
            to[c] /= sum;
    }
    for (int i = 0; i < D; i++) {
        out[i] = w->o.b[i];
        for (int c = 0; c < f->heads * d; c++)
            out[i] += (double)weight_at(&w->o.w, i * f->heads * d + c) * mixed[c];
    }
}

/* Whole, a branch of 70 of its tokens, one of 3, and a stranger between them; longer than a block of queries. */
static const int beg[] = {0, 144, 192, 240}, len[] = {130, 40, 9, 66};
static const int parent[] = {-1, 0, -1, 0}, past[] = {0, 70, 0, 3};
static const gs_spans spans = {.B = 4, .rows = 320, .beg = beg, .len = len, .parent = parent, .past = past};

static gs_mat run(gs_worker *wk, gs_mat x, const gs_attention_w *w, const gs_spans *s)
{
    return gs_attention(wk, x, w, s, gs_rotary_table_new(wk, gs_spans_longest(s), &w->rotary));
}

static void check(gs_worker *wk, const form *f)
{
    gs_attention_w w = weights(wk, f);
    gs_mat x = random_mat(wk, spans.rows, D, 1), y = run(wk, x, &w, &spans);
    for (int i = 0; i < spans.B; i++) {
        const float *token[256];
        int before = gs_spans_past(&spans, i), n = before + len[i];
        for (int t = 0; t < n; t++)
            token[t] = t < before ? gs_mat_row(x, beg[parent[i]] + t) : gs_mat_row(x, beg[i] + t - before);
        for (int t = before; t < n; t += t % 3 + 1) {
            double want[D];
            expected(want, &w, f, token, t);
            for (int c = 0; c < D; c++)
                assert_near(gs_mat_row(y, beg[i] + t - before)[c], want[c], 2e-5);
        }
    }
}

static void test_values(void **state)
{
    static const form forms[] = {{.heads = 6, .kv = 2}, {.heads = 4, .kv = 4, .fused = 1, .window = 1},
                                 {.heads = 6, .kv = 2, .window = 17, .norms = 1}, {.heads = 2, .kv = 2, .window = 100},
                                 {.heads = 4, .kv = 4, .fused = 1, .norms = 1}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        check(*state, &forms[i]);
}

/* What comes later, and other sequences, change no bit; nor does a branch change its parent. */
static void test_bits(void **state)
{
    gs_worker *wk = *state;
    const form f = {.heads = 6, .kv = 2};
    gs_attention_w w = weights(wk, &f);
    gs_mat x = random_mat(wk, spans.rows, D, 1), y = run(wk, x, &w, &spans);
    gs_spans first = {.B = 2, .rows = 320, .beg = beg, .len = len, .parent = parent, .past = past};
    for (int i = 0; i < D; i++)
        gs_mat_row(x, 195)[i] = gs_mat_row(x, 182)[i] = 1e18f;
    gs_mat z = run(wk, x, &w, &first);
    assert_memory_equal(z.d, y.d, sizeof(float) * 130 * D);
    assert_memory_equal(gs_mat_row(z, 144), gs_mat_row(y, 144), sizeof(float) * 38 * D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_values), nn_test(test_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
