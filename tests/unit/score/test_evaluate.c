/* Probes against their definitions, read off the model one pass at a time; batches must not matter. */
#include <math.h>
#include "score/evaluate.h"
#include "score/tiny_score.h"

enum { LEN = 12 };

/* Hidden states and logits of one sequence. */
typedef struct { gs_worker *wk; gs_mat hidden, logits; } result;

static result forward(const gs_model *m, const int32_t *ids)
{
    gs_err e = {0};
    result r = {.wk = gs_worker_new()};
    gs_read read = {.end = LEN, .want = GS_WANT_HIDDEN | GS_WANT_LOGITS};
    gs_batch b = {.B = 1, .rows = LEN, .beg = (int[]){0}, .len = (int[]){LEN}, .ids = ids};
    if (gs_forward(r.wk, m, &b, &read, 1, &e))
        fail_msg("%s", e.msg);
    r.hidden = read.hidden;
    r.logits = read.logits;
    return r;
}

static double log_p(const result *r, int t, int32_t id)
{
    double sum = 0;
    for (int i = 0; i < r->logits.cols; i++)
        sum += exp((double)gs_mat_row(r->logits, t)[i]);
    return (double)gs_mat_row(r->logits, t)[id] - log(sum);
}

/* Six sequences; the second pass of each has tokens 3 and 7 masked. */
enum { SEQS = 6 };
static int32_t seq_ids[SEQS][LEN];
static const int32_t MASK[] = {3, 7};

static gs_plan plan_all(void)
{
    gs_plan p = {0};
    for (int i = 0; i < SEQS; i++) {
        for (int t = 0; t < LEN; t++)
            seq_ids[i][t] = (t * t * 3 + t * i + (t < 2 ? i >> 2 * t : 0)) % 4;
        int seq = gs_plan_seq(&p, seq_ids[i], LEN, NULL, 0);
        assert_int_equal(gs_plan_pass(&p, seq, NULL, 0), 2 * i);
        assert_int_equal(gs_plan_pass(&p, seq, MASK, 2), 2 * i + 1);
    }
    return p;
}

static result pass_result(const gs_model *m, int pass)
{
    int32_t ids[LEN];
    memcpy(ids, seq_ids[pass / 2], sizeof ids);
    for (int i = 0; i < 2 && pass % 2; i++)
        ids[MASK[i]] = m->tok->mask;
    return forward(m, ids);
}

static void run_batches(const gs_model *m, gs_plan *p, size_t batch_tokens)
{
    gs_err e = {0};
    gs_worker *wk = gs_worker_new();
    assert_int_equal(gs_plan_cut(p, m, batch_tokens, &e), 0);
    for (int i = p->n_batch; i-- > 0;)
        if (gs_evaluate(wk, m, p, i, &e))
            fail_msg("%s", e.msg);
    gs_worker_free(wk);
}

#define NEAR(a, b) assert_true(fabs((double)(a) - (double)(b)) < 1e-5)

static void test_likelihoods(void **state)
{
    (void)state;
    gs_model *m = tiny_with("{}");
    gs_plan p = plan_all();
    for (int pass = 0; pass < 2 * SEQS; pass++)
        for (int t = 11; t >= 0; t -= 4)
            for (int32_t id = 0; id < 4; id += 3)
                gs_plan_probe(&p, &(gs_probe){.kind = &gs_probe_token, .pass = {pass}, .beg = {t}, .end = {t + 1},
                                              .arg = id});
    size_t n = p.n_probe;
    for (int shift = 0; shift < 2; shift++)
        for (int pass = 0; pass < 2 * SEQS; pass++)
            gs_plan_probe(&p, &(gs_probe){.kind = &gs_probe_loglik, .pass = {pass}, .end = {LEN - shift},
                                          .arg = shift});
    for (int pass = 0; pass < 2 * SEQS; pass++)   /* hidden states of the same tokens */
        gs_plan_probe(&p, &(gs_probe){.kind = &gs_probe_l1, .pass = {pass, pass}, .beg = {3, 3}, .end = {6, 6}});
    for (size_t batch = 1; batch < 200; batch += 50) {
        run_batches(m, &p, batch);
        for (size_t i = 0; i < p.n_probe; i++) {
            const gs_probe *q = &p.probe[i];
            if (q->kind == &gs_probe_l1)
                continue;
            result r = pass_result(m, q->pass[0]);
            double want = i < n ? log_p(&r, q->beg[0], q->arg) : 0;
            for (int t = q->beg[0]; i >= n && t < q->end[0]; t++)
                want += log_p(&r, t, seq_ids[q->pass[0] / 2][t + q->arg]);
            NEAR(q->value, want);
            gs_worker_free(r.wk);
        }
    }
    gs_plan_free(&p);
    gs_model_close(m);
}

/* Of the means over tokens of either pass, or of all numbers end to end. */
static double distance(const gs_probe *q, const result *a, const result *b)
{
    double l1 = 0, l2 = 0, dot = 0, aa = 0, bb = 0;
    int rows = q->arg ? q->end[0] - q->beg[0] : 1, D = a->hidden.cols;
    for (int i = 0; i < rows * D; i++) {
        double x[2] = {0, 0};
        const result *r[2] = {a, b};
        for (int s = 0; s < 2; s++) {
            int n = q->arg ? 1 : q->end[s] - q->beg[s];
            for (int t = 0; t < n; t++)
                x[s] += (double)gs_mat_row(r[s]->hidden, q->beg[s] + i / D + t)[i % D] / n;
        }
        l1 += fabs(x[0] - x[1]);
        l2 += (x[0] - x[1]) * (x[0] - x[1]);
        dot += x[0] * x[1];
        aa += x[0] * x[0];
        bb += x[1] * x[1];
    }
    return q->kind == &gs_probe_l1 ? l1 : q->kind == &gs_probe_l2 ? sqrt(l2) : q->kind == &gs_probe_dot ? dot
           : 1 - dot / sqrt(aa * bb);
}

/* In one batch, in batches of two passes, and each pass alone: the same bits. */
static void test_distances(void **state)
{
    (void)state;
    const gs_probe_kind *kinds[] = {&gs_probe_l1, &gs_probe_l2, &gs_probe_dot, &gs_probe_cosine};
    float score[2][16] = {{0}};
    gs_model *m = tiny_with("{}");
    gs_plan p = plan_all();
    for (int i = 0; i < 16; i++)
        gs_plan_probe(&p, &(gs_probe){.kind = kinds[i % 4], .owner = i, .weight = 1, .pass = {i % 5, 11 - i % 6},
                                      .beg = {2, 3}, .end = {9, i & 4 ? 10 : 5}, .arg = (i & 4) != 0});
    for (int round = 0; round < 2; round++) {
        memset(score[1], 0, sizeof score[1]);
        run_batches(m, &p, round ? 1 : 1000);
        gs_plan_sum(&p, m, score[round]);
        for (int i = 0; i < 16; i++)
            assert_int_equal(p.probe[i].parted, round);
    }
    assert_memory_equal(score[0], score[1], sizeof score[0]);
    for (int i = 0; i < 16; i++) {
        result a = pass_result(m, p.probe[i].pass[0]), b = pass_result(m, p.probe[i].pass[1]);
        NEAR(score[0][i], distance(&p.probe[i], &a, &b));
        gs_worker_free(a.wk);
        gs_worker_free(b.wk);
    }
    gs_plan_free(&p);
    gs_model_close(m);
}

/* ---- mass per base: 2-mers of A and C, and what is none ---- */

static const char *const vocab[] = {"[UNK]", "AA", "AC", "CA", "CC", "A", "NN", "CCC"};

static double mass(float *logits, int rows, int head_rows)
{
    gs_err e = {0};
    gs_model m = {.head_rows = head_rows};
    m.tok = gs_tokenizer_new(&(gs_tokenizer_spec){.kind = "kmers", .n = 8, .vocab = vocab, .mask = -1, .cls = -1,
                                                  .sep = -1, .pad = -1, .k = 2}, &e);
    assert_non_null(m.tok);
    gs_probe q = {.kind = &gs_probe_base_mass, .end = {rows}, .arg = rows - 1, .base = {'A', 'C'}};
    gs_reading r = {.m = &m, .logits = {logits, rows, head_rows}};
    double value = gs_probe_base_mass.value(&r, &q);
    gs_tokenizer_free(m.tok);
    return value;
}

static void test_base_mass(void **state)
{
    (void)state;
    float two[2][8] = {{50, 1, 2, 3, 4, 90, 80, 70}, {-10, 0.5f, -1, 2, -0.25f, 60, 70, 0}};
    double all[2] = {0, 0}, p[2] = {0, 0};   /* the base is second in the first token, first in the second one */
    for (int t = 0; t < 2; t++)
        for (int id = 1; id <= 4; id++)
            all[t] += exp((double)two[t][id]);
    for (int c = 0; c < 2; c++)
        p[c] = (exp(two[0][1 + c]) + exp(two[0][3 + c])) / all[0]
             + (exp(two[1][1 + 2 * c]) + exp(two[1][2 + 2 * c])) / all[1];
    NEAR(mass(*two, 2, 8), log(p[1] / p[0]));
    float one[] = {0, 1, 2, 3, 4};
    NEAR(mass(one, 1, 5), log((exp(3) + exp(4)) / (exp(1) + exp(2))));
    /* numbers too far apart for their exponentials, and a head with more rows than the vocabulary */
    float far[] = {0, -3000, -3001, 2000, 1999, 9000, 9000, 9000, 9000, 9000};
    NEAR(mass(far, 1, 10), 5000);
    /* a head with fewer rows: no k-mer with C second is left of it, then none at all */
    assert_true(mass(one, 1, 2) == -INFINITY);
    assert_true(isnan(mass(one, 1, 1)));
    float minute[2][8] = {{0, 0, -2000, 0, -2000}, {0, 0, 0, -2000, -2000}};
    NEAR(mass(*minute, 2, 8), -2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_likelihoods), cmocka_unit_test(test_distances),
                                       cmocka_unit_test(test_base_mass)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
