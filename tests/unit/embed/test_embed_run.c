/* Rows and reasons of inputs that are read from files, with the tiny model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "embed/embed_item.h"
#include "kernel/gemm.h"
#include "model/tiny_model.h"

/* The tiny model; with `vocab` another tokenizer. */
static gs_model *tiny(const char *tokenizer)
{
    gs_err e = {0};
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    json_decref(b.tokenizer);
    b.tokenizer = json_loads(tokenizer, 0, NULL);
    assert_int_equal(gs_gemm_open(1, &e), 0);
    gs_model *m = gs_model_build(&b, &e);
    if (!m)
        fail_msg("%s", e.msg);
    return m;
}

/* What becomes of a sequence on its own; contig: it is a window. */
static gs_flag flag_of(const gs_model *m, const char *seq, const char *contig, int strands)
{
    gs_err e = {0};
    gs_embed_item it;
    gs_embed_opt o = {.strands = strands};
    gs_embed_input x = {.name = "x", .contig = contig, .seq = seq, .len = (int64_t)strlen(seq)};
    assert_int_equal(gs_embed_item_init(&it, &x, m, &o, &e), 0);
    assert_int_equal(x.flag != GS_FLAG_OK, it.name == NULL);
    assert_int_equal(x.flag != GS_FLAG_OK, x.why[0] != 0);
    if (!x.flag)
        assert_int_equal(gs_embed_item_tokens(&it), strands == 3 ? 2 * x.len : x.len);
    gs_embed_item_free(&it);
    return x.flag;
}

static void test_flags(void **state)
{
    (void)state;
    gs_model *m = tiny(TINY_TOKENIZER);
    char long_one[66];
    memset(long_one, 'A', 65);
    long_one[65] = 0;
    for (int strands = 1; strands <= 3; strands++) {
        assert_int_equal(flag_of(m, "ACGT", NULL, strands), GS_FLAG_OK);
        assert_int_equal(flag_of(m, "NNNa", NULL, strands), GS_FLAG_OK);
        assert_int_equal(flag_of(m, "NNNN", NULL, strands), GS_FLAG_N_CONTEXT);
        assert_int_equal(flag_of(m, "RYZ*", NULL, strands), GS_FLAG_N_CONTEXT);
        assert_int_equal(flag_of(m, "NNNN", "c", strands), GS_FLAG_N_CONTEXT);
        assert_int_equal(flag_of(m, long_one, NULL, strands), GS_FLAG_TOO_LONG);
        assert_int_equal(flag_of(m, long_one, "c", strands), GS_FLAG_N_CONTEXT);
        assert_int_equal(flag_of(m, long_one + 1, NULL, strands), GS_FLAG_OK);
    }
    m->margin = 2;   /* outputs of the middle alone */
    assert_int_equal(flag_of(m, "ACGT", NULL, 3), GS_FLAG_UNSUPPORTED);
    assert_int_equal(flag_of(m, "NNANN", NULL, 3), GS_FLAG_OK);
    assert_int_equal(flag_of(m, "ACNGT", NULL, 3), GS_FLAG_N_CONTEXT);
    gs_model_close(m);
}

static void test_letter_without_a_token(void **state)
{
    (void)state;
    gs_model *m = tiny("{\"kind\":\"base\",\"vocab\":[\"A\",\"C\",\"G\",\"T\",\"N\",\"[MASK]\"],\"mask\":5}");
    assert_int_equal(flag_of(m, "ACGTN", NULL, 1), GS_FLAG_OK);
    assert_int_equal(flag_of(m, "ACGTZ", NULL, 1), GS_FLAG_NONACGT);
    assert_int_equal(flag_of(m, "ACGTZ", NULL, 3), GS_FLAG_NONACGT);
    gs_model_close(m);
}

/* ---- whole runs ---- */

static const char *slurp(const char *path, size_t *n)
{
    static char text[400000];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    *n = fread(text, 1, sizeof text - 1, f);
    text[*n] = 0;
    fclose(f);
    return text;
}

/* n sequences of all lengths up to 64, every third of N alone. */
static void write_sequences(const char *path, int n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < n; i++) {
        fprintf(f, ">s%d\n", i);
        for (int k = 0; k <= i % 64; k++)
            fputc(i % 3 ? "ACGT"[(i * 7 + k * k) % 4] : 'N', f);
        fputc('\n', f);
    }
    fclose(f);
}

/* Names of the rows and lines of the others, in the order of the input. */
static void check_order(int n)
{
    size_t bytes;
    int number;
    const char *line = slurp(at("out.tsv"), &bytes);
    for (int i = 0; i < n; i++)
        if (i % 3) {
            line = strchr(line, '\n') + 1;
            assert_int_equal(sscanf(line, "s%d\t", &number), 1);
            assert_int_equal(number, i);
        }
    line = slurp(at("out.skipped"), &bytes);
    for (int i = 0; i < n; i += 3) {
        line = strchr(line, '\n') + 1;
        char want[100];
        snprintf(want, sizeof want, "%d\ts%d\t%d\tn_context\n", i + 1, i, i % 64 + 1);
        assert_memory_equal(line, want, strlen(want));
    }
}

/* Many jobs, in order, and the same bytes whatever the threads. */
static void test_order(void **state)
{
    (void)state;
    enum { N = 900, ROWS = N - N / 3 };
    gs_model *m = tiny(TINY_TOKENIZER);
    static char first[128 + sizeof(float) * 4 * ROWS];
    size_t n;
    write_sequences(at("in.fa"), N);
    for (int workers = 1; workers <= 5; workers += 2) {
        gs_err e = {0};
        gs_embed_sum sum;
        gs_embed_opt o = {.in = at("in.fa"), .prefix = at("out"), .skipped = at("out.skipped"), .strands = 3,
                          .threads = workers};
        assert_int_equal(gs_embed_run(m, &o, &sum, &e), 0);
        assert_int_equal(sum.rows, ROWS);
        assert_int_equal(sum.tally.records, N);
        assert_int_equal(sum.tally.scored, ROWS);
        assert_int_equal(sum.tally.flag[GS_FLAG_N_CONTEXT], N / 3);
        const char *npy = slurp(at("out.npy"), &n);
        assert_int_equal(n, sizeof first);
        if (workers == 1)
            memcpy(first, npy, n);
        assert_memory_equal(npy, first, n);
        check_order(N);
    }
    gs_model_close(m);
}

/* Nothing is published where nothing was embedded, nor where a run fails. */
static void test_nothing(void **state)
{
    (void)state;
    gs_model *m = tiny(TINY_TOKENIZER);
    gs_err e = {0};
    gs_embed_sum sum;
    gs_embed_opt o = {.in = at("n.fa"), .prefix = at("none"), .strands = 1, .threads = 2};
    write_text(o.in, ">a\nNN\n>b\n");
    assert_int_equal(gs_embed_run(m, &o, &sum, &e), -GS_ESUSPECT);
    assert_non_null(strstr(e.msg, "malformed 1, n_context 1"));
    assert_int_equal(sum.rows, 0);
    assert_int_equal(access(at("none.npy"), F_OK), -1);
    gs_err_clear(&e);
    write_text(o.in, ">a\nACGT\n>b\n\x01\n");
    assert_int_equal(gs_embed_run(m, &o, &sum, &e), -GS_EINPUT);
    assert_int_equal(access(at("none.npy"), F_OK), -1);
    assert_int_equal(access(at("none.tsv"), F_OK), -1);
    gs_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags), cmocka_unit_test(test_letter_without_a_token), cmocka_unit_test(test_order),
        cmocka_unit_test(test_nothing),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    clean_scratch();
    return failed;
}
