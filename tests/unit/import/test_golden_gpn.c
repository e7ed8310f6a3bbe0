/* The GPN family against upstream's outputs: one line per directory of tests/golden. */
#include <unistd.h>
#include "import/golden_check.h"

static const golden goldens[] = {
    {"gpn-brassicales", {5e-5, 1.5e-5}}, {"gpn-animal-promoter", {1e-5, 8e-6}},    {"gpn-convnet2", {1e-5, 1.5e-5}},
    {"gpn-depthwise", {6e-6, 1.5e-5}},   {"phylogpn", {2e-5, 1.5e-5}},
    {"phylogpn-groupnorm", {1.5e-5, 1.2e-5}}, {"gpn-msa", {6e-6, 7e-6}}};
enum { N = sizeof goldens / sizeof *goldens, WITH_TOKENS = N - 1 /* GPN-MSA brings none */ };

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < WITH_TOKENS; i++)
        assert_true(golden_tokens(&goldens[i]) >= 12);
}

static void test_forward(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        golden_forward(&goldens[i]);
}

static void check_recipe(const golden *g, const char *mode, int window, int strands)
{
    gs_model *m = golden_open(g);
    assert_string_equal(m->recipe.mode, mode);
    assert_int_equal(m->recipe.window, window);
    assert_int_equal(m->recipe.strands, strands);
    assert_true(m->arch->flops(m, window, 1) > 1e6);
    assert_int_equal(m->recipe.msa, m->n_aux);
    assert_int_equal(m->recipe.shared_windows, !m->margin);
    assert_int_equal(2 * m->margin + 1, m->margin ? window : 1);
    gs_model_close(m);
}

static void test_recipe(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        check_recipe(&goldens[i], "mlm", 512, 3);
    for (int i = 4; i < 6; i++)
        check_recipe(&goldens[i], "wt", 481, 1);
    check_recipe(&goldens[6], "mlm", 128, 3);
}

/* Two sequences of made-up tokens and symbols of other species; T[i]: where sequence i begins. */
typedef struct { int32_t *ids; uint8_t *aux; int beg[3]; } pair;

static pair new_pair(const gs_model *m, int n1, int n2)
{
    pair p = {calloc((size_t)(n1 + n2), sizeof *p.ids), NULL, {0, n1, n1 + n2}};
    size_t n_aux = (size_t)(n1 + n2) * (size_t)m->n_aux;
    p.aux = calloc(n_aux + 1, 1);
    assert_true(p.ids && p.aux);
    unsigned seed = 1;
    for (int t = 0; t < n1 + n2; t++)
        p.ids[t] = (int32_t)((seed = seed * 1103515245 + 12345) >> 16) % m->vocab;
    for (size_t i = 0; i < n_aux; i++)
        p.aux[i] = (uint8_t)(((seed = seed * 1103515245 + 12345) >> 16) % 5);
    return p;
}

/* Sequences of the lengths len[n] from token `from` of the pair on. */
static gs_batch batch_of(const gs_model *m, const pair *p, int from, int n, const int *len)
{
    static const int zero = 0;
    return (gs_batch){.B = n, .rows = len[0] + (n > 1 ? len[1] : 0), .beg = n > 1 ? p->beg : &zero, .len = len,
                      .ids = p->ids + from,
                      .aux = m->n_aux ? p->aux + (size_t)from * (size_t)m->n_aux : NULL, .n_aux = m->n_aux};
}

/* Logits of token `at` of the last sequence; all: also all its hidden states. */
static gs_mat forward(gs_worker *wk, const gs_model *m, gs_batch b, int at, int all)
{
    gs_err e = {0};
    gs_read read[] = {{.seq = b.B - 1, .beg = at, .end = at + 1, .want = GS_WANT_LOGITS},
                      {.seq = b.B - 1, .end = b.len[b.B - 1], .want = GS_WANT_HIDDEN}};
    if (gs_forward(wk, m, &b, read, all ? 2 : 1, &e))
        fail_msg("%s", e.msg);
    return read[0].logits;
}

/* The second of two sequences gives the bits that it gives alone. */
static void test_neighbours(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++) {
        gs_model *m = golden_open(&goldens[i]);
        gs_worker *wk = gs_worker_new();
        int n1 = 2 * m->margin + 31, n2 = 2 * m->margin + 77;
        pair p = new_pair(m, n1, n2);
        gs_mat both = forward(wk, m, batch_of(m, &p, 0, 2, (int[]){n1, n2}), m->margin + 40, 0);
        gs_mat one = forward(wk, m, batch_of(m, &p, n1, 1, &n2), m->margin + 40, 1);
        assert_memory_equal(both.d, one.d, sizeof(float) * (size_t)m->head_rows);
        free(p.ids);
        free(p.aux);
        gs_worker_free(wk);
        gs_model_close(m);
    }
}

/* A range of tokens gives the bits of its tokens one by one, and the hidden states those of the whole sequence. */
static void test_ranges(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++) {
        gs_model *m = golden_open(&goldens[i]);
        gs_worker *wk = gs_worker_new();
        int n = 2 * m->margin + 77, from = m->margin + 9, to = m->margin + 70;
        pair p = new_pair(m, n, 0);
        gs_batch b = batch_of(m, &p, 0, 1, &n);
        gs_read range[] = {{.beg = from, .end = to, .want = GS_WANT_LOGITS},
                           {.beg = from, .end = from + 1, .want = GS_WANT_HIDDEN}};
        gs_read all = {.end = n, .want = GS_WANT_HIDDEN};
        assert_int_equal(gs_forward(wk, m, &b, range, 2, NULL), 0);
        assert_int_equal(gs_forward(wk, m, &b, &all, 1, NULL), 0);
        assert_memory_equal(range[1].hidden.d, gs_mat_row(all.hidden, from), sizeof(float) * (size_t)m->dim);
        for (int t = from; t < to; t++)
            assert_memory_equal(gs_mat_row(range[0].logits, t - from), forward(wk, m, b, t, t % 2).d,
                                sizeof(float) * (size_t)m->head_rows);
        free(p.ids);
        free(p.aux);
        gs_worker_free(wk);
        gs_model_close(m);
    }
}

static void refused(const gs_model *m, gs_batch b, int read, const char *says)
{
    gs_err e = {0};
    gs_worker *wk = gs_worker_new();
    gs_read one = {.beg = read, .end = read + 1, .want = GS_WANT_LOGITS};
    assert_true(gs_forward(wk, m, &b, &one, 1, &e) < 0);
    if (!strstr(e.msg, says))
        fail_msg("\"%s\" lacks \"%s\"", e.msg, says);
    gs_worker_free(wk);
}

static void test_margins(void **state)
{
    (void)state;
    gs_model *m = golden_open(&goldens[4]);
    pair p = new_pair(m, 500, 0);
    refused(m, batch_of(m, &p, 0, 1, (int[]){500}), 239, "within 240 tokens of the end");
    refused(m, batch_of(m, &p, 0, 1, (int[]){500}), 260, "within 240 tokens of the end");
    refused(m, batch_of(m, &p, 0, 1, (int[]){480}), 240, "at least 481");
    free(p.ids);
    free(p.aux);
    gs_model_close(m);
}

static void test_species(void **state)
{
    (void)state;
    gs_model *m = golden_open(&goldens[6]), *other = golden_open(&goldens[0]);
    pair p = new_pair(m, 20, 0);
    gs_batch b = batch_of(m, &p, 0, 1, (int[]){20});
    refused(other, b, 0, "an alignment of 0 species");
    p.aux[77] = 5;
    refused(m, b, 0, "symbol 5");
    b.aux = NULL;
    b.n_aux = 0;
    refused(m, b, 0, "an alignment of 29 species");
    free(p.ids);
    free(p.aux);
    gs_model_close(m);
    gs_model_close(other);
}

/* What the container keeps is what was imported. */
static void test_container(void **state)
{
    (void)state;
    char path[] = "/tmp/gs_gpn_XXXXXX";
    assert_true(close(mkstemp(path)) == 0);
    for (int i = 0; i < N; i++) {
        gs_err e = {0};
        gs_model *m = golden_open(&goldens[i]);
        if (gs_container_write(&m->bundle, path, &e))
            fail_msg("%s", e.msg);
        gs_model *again = gs_model_open(path, &e);
        if (!again)
            fail_msg("%s", e.msg);
        assert_true(again->parameters == m->parameters && again->memory == 0);
        assert_true(again->recipe.shared_windows == m->recipe.shared_windows && again->n_aux == m->n_aux);
        assert_int_equal(again->margin, m->margin);
        gs_model_close(again);
        gs_model_close(m);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokens), cmocka_unit_test(test_forward),
                                       cmocka_unit_test(test_recipe), cmocka_unit_test(test_neighbours),
                                       cmocka_unit_test(test_ranges),
                                       cmocka_unit_test(test_margins), cmocka_unit_test(test_species),
                                       cmocka_unit_test(test_container)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
