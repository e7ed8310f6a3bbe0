#include "nn_check.h"

enum { D = 48, HEADS = 4, d = D / HEADS };

static gs_attention_w weights(gs_worker *wk, gs_rotary rotary, const float *slopes)
{
    gs_attention_w w = {.heads = HEADS, .rotary = {.kind = rotary, .dim = d, .base = 10000}, .slopes = slopes};
    gs_linear_w *part[] = {&w.q, &w.k, &w.v, &w.o};
    for (uint64_t i = 0; i < 4; i++) {
        *part[i] = random_linear(wk, D, D, 1, 10 + 2 * i);
        wk->k->scale((float *)(uintptr_t)part[i]->w.data, 0.25f, D * D); /* scores of a trained model's size */
    }
    return w;
}

/* y[D] = w x + b */
static void project(double *y, const gs_linear_w *w, const double *x)
{
    for (int j = 0; j < D; j++) {
        y[j] = w->b[j];
        for (int i = 0; i < D; i++)
            y[j] += weight_at(&w->w, j * D + i) * x[i];
    }
}

static void turn(double *x, int pos, gs_rotary kind)
{
    for (int c = 0; c < D && kind != GS_ROTARY_NONE; c += d)
        for (int i = 0; i < d / 2; i++) {
            double *a = x + c + (kind == GS_ROTARY_HALF ? i : 2 * i);
            double *b = kind == GS_ROTARY_HALF ? a + d / 2 : a + 1;
            double angle = pos * pow(10000, -2.0 * i / d), u = *a, v = *b;
            *a = u * cos(angle) - v * sin(angle);
            *b = v * cos(angle) + u * sin(angle);
        }
}

/* One head of one query: out[d]. q: [D], k and v: [len, D]. */
static void attend(double *out, const double *q, const double (*k)[D], const double (*v)[D], const double slope[2],
                   int len)
{
    double sum = 0;
    memset(out, 0, sizeof(double) * d);
    for (int j = 0; j < len; j++) {
        double s = 0;
        for (int i = 0; i < d; i++)
            s += q[i] * k[j][i];
        double e = exp(s / sqrt(d) - slope[0] * fabs(slope[1] - j));
        sum += e;
        for (int i = 0; i < d; i++)
            out[i] += e * v[j][i];
    }
    for (int i = 0; i < d; i++)
        out[i] /= sum;
}

/* One sequence by plain loops in double. */
static void check_sequence(const gs_attention_w *w, const float *x, const float *y, int len)
{
    double (*q)[D] = malloc(sizeof *q * (size_t)len), (*k)[D] = malloc(sizeof *k * (size_t)len);
    double (*v)[D] = malloc(sizeof *v * (size_t)len), in[D], mixed[D], want[D];
    for (int t = 0; t < len; t++) {
        for (int i = 0; i < D; i++)
            in[i] = x[t * D + i];
        project(q[t], &w->q, in), project(k[t], &w->k, in), project(v[t], &w->v, in);
        turn(q[t], t, w->rotary.kind), turn(k[t], t, w->rotary.kind);
    }
    for (int t = 0; t < len; t++) {
        for (int h = 0; h < HEADS; h++)
            attend(mixed + h * d, q[t] + h * d, (const double (*)[D])(k[0] + h * d),
                   (const double (*)[D])(v[0] + h * d),
                   (double[]){w->slopes ? w->slopes[h] : 0, t}, len);
        project(want, &w->o, mixed);
        for (int i = 0; i < D; i++)
            assert_near(y[t * D + i], want[i], 1e-5);
    }
    free(q), free(k), free(v);
}

static gs_mat run(gs_worker *wk, gs_mat x, const gs_attention_w *w, const gs_spans *s)
{
    return gs_attention(wk, x, w, s, gs_rotary_table_new(wk, gs_spans_longest(s), &w->rotary));
}

static const float slopes[HEADS] = {0.5f, 0.25f, 0.125f, 0.0625f};
/* The third sequence is longer than a block of queries; rows that belong to none lie between them. */
static const int beg[] = {0, 1, 36, 348, 360}, len[] = {1, 33, 300, 6, 21};
static const gs_spans spans = {.B = 5, .rows = 384, .beg = beg, .len = len};

static void test_values(void **state)
{
    gs_worker *wk = *state;
    gs_mat x = random_mat(wk, spans.rows, D, 1);
    for (int kind = GS_ROTARY_NONE; kind <= GS_ROTARY_PAIRS; kind++)
        for (int alibi = 0; alibi < 2; alibi++) {
            gs_attention_w w = weights(wk, (gs_rotary)kind, alibi ? slopes : NULL);
            gs_mat y = run(wk, x, &w, &spans);
            for (int i = 0; i < spans.B; i++)
                check_sequence(&w, gs_mat_row(x, beg[i]), gs_mat_row(y, beg[i]), len[i]);
        }
}

/* Each sequence alone: the same bits as among the others, and as beside rows of no sequence with huge numbers. */
static void test_sequences_are_independent(void **state)
{
    gs_worker *wk = *state;
    gs_attention_w w = weights(wk, GS_ROTARY_HALF, slopes);
    gs_mat x = random_mat(wk, spans.rows, D, 1), y = run(wk, x, &w, &spans);
    for (int i = 0; i < spans.B; i++) {
        gs_spans alone = {.B = 1, .rows = len[i], .beg = (int[]){0}, .len = &len[i]};
        gs_mat z = run(wk, (gs_mat){gs_mat_row(x, beg[i]), len[i], D}, &w, &alone);
        assert_memory_equal(z.d, gs_mat_row(y, beg[i]), sizeof(float) * (size_t)len[i] * D);
    }
    for (int i = 0; i < 2 * D; i++)
        gs_mat_row(x, 34)[i] = 1e18f;
    gs_mat z = run(wk, x, &w, &spans);
    assert_memory_equal(z.d, y.d, sizeof(float) * 34 * D);
    assert_memory_equal(gs_mat_row(z, 36), gs_mat_row(y, 36), sizeof(float) * 300 * D);
}

/* Only the result stays on the arena. */
static void test_scratch_is_given_back(void **state)
{
    gs_worker *wk = *state;
    gs_attention_w w = weights(wk, GS_ROTARY_HALF, NULL);
    gs_mat x = random_mat(wk, spans.rows, D, 1), y = run(wk, x, &w, &spans);
    float *next = gs_new(wk->arena, float, 1);
    assert_true(next > y.d && next <= y.d + y.rows * y.cols + 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        nn_test(test_values),
        nn_test(test_sequences_are_independent),
        nn_test(test_scratch_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
