/* BERT's descendants against upstream's outputs. Those whose tokenizers are not ours to pass on, or large, are tested
 * where GSCORE_GOLDENS names their folder. */
#include <sys/stat.h>
#include <zlib.h>
#include "import/golden_check.h"
#include "import/tokenizer/tokenizer.h"

/* window, strands: the recipe's; k, step: the tokenizer's. */
static const struct { golden g; const char *mode; int window, strands, k, step; } goldens[] = {
    {{"dnabert-3", {5e-6, 1.2e-5}}, "mlm", 512, 3, 3, 1},
    {{"dnabert-6", {7e-6, 1.5e-5}}, "mlm", 515, 3, 6, 1},
    {{"dnabert-2", {1e-5, 2e-5}}, "cosine", 513, 1, 1, 0},
    {{"dnabert-s", {1e-5, 0}}, "cosine", 513, 1, 1, 0},
    {{"gena-lm-base", {7e-6, 1.3e-5}}, "cosine", 513, 1, 1, 0},
    {{"gena-lm-large", {4e-6, 1.3e-5}}, "cosine", 513, 1, 1, 0},
    {{"specieslm", {4e-6, 1.3e-5}}, "mlm", 2000, 3, 6, 1},
    {{"mosaic-lightning", {1e-5, 5e-5}}, "cosine", 513, 1, 1, 0}};
enum { N = sizeof goldens / sizeof *goldens };

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        assert_int_equal(golden_tokens(&goldens[i].g), 12);
}

static void test_forward(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        golden_forward(&goldens[i].g);
}

static void test_recipe(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++) {
        gs_model *m = golden_open(&goldens[i].g);
        assert_string_equal(m->recipe.mode, goldens[i].mode);
        assert_int_equal(m->recipe.window, goldens[i].window);
        assert_int_equal(m->recipe.strands, goldens[i].strands);
        assert_int_equal(m->recipe.readout, goldens[i].step == 1 ? GS_READ_MARGINAL : GS_READ_TOKEN);
        assert_string_equal(m->recipe.species, !strcmp(goldens[i].g.dir, "specieslm") ? "homo_sapiens" : "");
        assert_int_equal(m->tok->k, goldens[i].k);
        assert_int_equal(m->tok->step, goldens[i].step);
        gs_model_close(m);
    }
}

static void test_species(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tokens t = {0};
    const golden g = {"specieslm", {0, 0}};
    gs_model *m = golden_open(&g);
    assert_int_equal(gs_model_species(m, "mus_musculus", &e), 0);
    assert_int_equal(gs_encode(m->tok, "AAAAAAA", 7, &t, &e), 0);
    assert_int_equal(t.n, 5);
    assert_int_equal(t.ids[1], 4102);
    assert_int_equal(t.beg[1], -1);
    assert_int_equal(t.beg[3], 1);
    assert_int_equal(t.end[3], 7);
    assert_int_equal(gs_model_species(m, "homo_erectus", &e), -GS_EUSAGE);
    assert_non_null(strstr(e.msg, "homo_sapiens, mus_musculus"));
    gs_tokens_free(&t);
    gs_model_close(m);
}

/* The same tokens and weights from the container. */
static void test_container(void **state)
{
    (void)state;
    char path[] = "/tmp/gscore_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (int i = 0; i < N; i++) {
        gs_err e = {0};
        gs_model *m = golden_open(&goldens[i].g);
        assert_int_equal(gs_container_write(&m->bundle, path, &e), 0);
        gs_model_close(m);
        m = gs_model_open(path, &e);
        if (!m)
            fail_msg("%s", e.msg);
        assert_int_equal(golden_tokens_of(m, &goldens[i].g), 12);
        golden_forward_of(m, &goldens[i].g);
        gs_model_close(m);
    }
    remove(path);
}

/* ---- goldens that are not in the source tree ---- */

static int find_golden(const char *name, char *dir)
{
    struct stat st;
    const char *root = getenv("GSCORE_GOLDENS");
    snprintf(dir, 4096, "%s/%s", root ? root : "", name);
    return root && !stat(dir, &st);
}

static void test_grover(void **state)
{
    (void)state;
    char dir[4096];
    if (!find_golden("grover", dir))
        skip();
    const golden g = {dir, {1e-5, 1e-5}};
    assert_int_equal(golden_tokens(&g), 12);
    golden_forward(&g);
}

static void gunzip(const char *from, const char *to)
{
    char buffer[65536];
    gzFile in = gzopen(from, "rb");
    FILE *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    for (int n; (n = gzread(in, buffer, sizeof buffer)) > 0;)
        assert_int_equal(fwrite(buffer, 1, (size_t)n, out), n);
    assert_int_equal(gzclose(in), Z_OK);
    assert_int_equal(fclose(out), 0);
}

/* A tokenizer of 32,000 entries, without a model. */
static int tokens_of_gz(const char *dir)
{
    char path[8192], line[65536], tmp[] = "/tmp/gscore_test_XXXXXX";
    gs_err e = {0};
    int fd = mkstemp(tmp), n = 0;
    assert_true(fd >= 0);
    snprintf(path, sizeof path, "%s/tokenizer.json.gz", dir);
    gunzip(path, tmp);
    gs_model m = {.bundle = {.path = tmp, .tokenizer = gs_import_tokenizer_json(tmp, 32000, &e)}};
    if (!m.bundle.tokenizer || gs_tokenizer_build(&m, &e))
        fail_msg("%s", e.msg);
    remove(tmp);
    snprintf(path, sizeof path, "%s/tokens.tsv", dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    for (; fgets(line, sizeof line, f); n++)
        golden_token_line(m.tok, line);
    fclose(f);
    gs_tokenizer_free(m.tok);
    json_decref(m.bundle.tokenizer);
    return n;
}

static void test_gena_tokenizers(void **state)
{
    (void)state;
    char dir[4096];
    if (!find_golden("gena-lm-base-tokenizer", dir))
        skip();
    assert_true(tokens_of_gz(dir) >= 12);
    assert_true(find_golden("gena-lm-large-tokenizer", dir));
    assert_true(tokens_of_gz(dir) >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens), cmocka_unit_test(test_forward), cmocka_unit_test(test_recipe),
        cmocka_unit_test(test_species), cmocka_unit_test(test_container), cmocka_unit_test(test_grover),
        cmocka_unit_test(test_gena_tokenizers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
