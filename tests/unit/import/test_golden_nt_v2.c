/* Published checkpoint formats against upstream's outputs: one line per directory of tests/golden. */
#include "import/golden_check.h"
#include "model/scratch_model.h"

static const golden goldens[] = {{"nt-v2", {1e-5, 1e-5}}, {"nt-v1", {4e-6, 6e-6}}, {"agro-nt", {5e-6, 8e-6}}};
enum { N = sizeof goldens / sizeof *goldens };

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        assert_int_equal(golden_tokens(&goldens[i]), 12);
}

static void test_forward(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        golden_forward(&goldens[i]);
}

static void test_recipe(void **state)
{
    (void)state;
    gs_model *m = golden_open(&goldens[0]);
    assert_string_equal(m->recipe.mode, "mlm");
    assert_int_equal(m->recipe.window, 5994);
    assert_int_equal(m->recipe.strands, 3);
    assert_int_equal(m->tok->k, 6);
    assert_int_equal(m->tok->max_tokens, 2048);
    assert_int_equal(m->head_rows, 4107);
    assert_int_equal(m->memory, 0); /* float32 weights are used where they lie */
    gs_model_close(m);
}

static void opens(const char *path, int same)
{
    gs_err e = {0};
    gs_model *m = gs_model_open(path, &e);
    if (!m != !same || (!m && !strstr(e.msg, "several files of weights")))
        fail_msg("%s: %s", path, e.msg);
    gs_model_close(m);
}

/* A file of weights with config.json beside it, and a directory whose one file of weights has a name of its own. */
static void test_single_file(void **state)
{
    (void)state;
    static const char *const links[][2] = {{"config.json", "config.json"}, {"vocab.txt", "vocab.txt"},
                                           {"pytorch_model.bin", "best.ckpt"}, {"pytorch_model.bin", "optimizer.pt"}};
    char to[5000], from[5000];
    opens(TEST_DIR "/golden/agro-nt/pytorch_model.bin", 1);
    opens(TEST_DIR "/golden/nt-v2/model.safetensors", 1);
    for (int i = 0; i < 4; i++) {
        snprintf(from, sizeof from, "%s/golden/agro-nt/%s", TEST_DIR, links[i][0]);
        snprintf(to, sizeof to, "%s", at(links[i][1]));
        assert_int_equal(symlink(from, to), 0);
    }
    opens(at("."), 1);
    opens(at("best.ckpt"), 1);
    assert_int_equal(symlink(from, at("last.pt")), 0);
    opens(at("."), 0);
    clean_scratch();
}

/* Fixed frame: 999 six-mers after <cls>, wherever an N is. */
static void test_window(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tokens t = {0};
    gs_model *m = golden_open(&goldens[0]);
    char seq[5995];
    for (int i = 0; i < 5994; i++)
        seq[i] = "ACGT"[i * 7 / 3 % 4];
    seq[13] = 'N';
    assert_int_equal(gs_encode_window(m->tok, seq, 5994, &t, &e), 0);
    assert_int_equal(t.n, 1000);
    assert_int_equal(t.ids[0], 3);
    assert_int_equal(t.ids[3], 4106);
    assert_int_equal(t.beg[3], 12);
    assert_int_equal(t.end[999], 5994);
    gs_tokens_free(&t);
    gs_model_close(m);
}

/* A directory with links to some files of the golden. */
static void link_golden(const char *dir, const char *const *names)
{
    char to[5000], from[5000];
    mkdir(at(dir), 0700);
    for (; *names; names++) {
        snprintf(from, sizeof from, "%s/golden/nt-v2/%s", TEST_DIR, *names);
        snprintf(to, sizeof to, "%s/%s", at(dir), *names);
        assert_int_equal(symlink(from, to), 0);
    }
}

/* The published tokenizer_config.json has null; one of another mind is followed. */
static void test_eos(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tokens t = {0};
    link_golden("eos", (const char *[]){"config.json", "vocab.txt", "model.safetensors", NULL});
    write_text(at("eos/tokenizer_config.json"),
               "{\"eos_token\": {\"__type\": \"AddedToken\", \"content\": \"<eos>\"}}");
    gs_model *m = gs_model_open(at("eos"), &e);
    if (!m)
        fail_msg("%s", e.msg);
    assert_int_equal(gs_encode(m->tok, "AAAAAAN", 7, &t, &e), 0);
    assert_int_equal(t.n, 4);
    assert_int_equal(t.ids[3], 4);
    gs_tokens_free(&t);
    gs_model_close(m);
}

/* Where the configuration does not say that the decoder is a matrix of its own, upstream reads the embedding in its
 * place, whatever is stored. */
static void test_tied(void **state)
{
    (void)state;
    gs_err e = {0};
    link_golden("tied", (const char *[]){"vocab.txt", "model.safetensors", NULL});
    json_t *config = json_load_file(TEST_DIR "/golden/nt-v2/config.json", 0, NULL);
    assert_int_equal(json_object_del(config, "tie_word_embeddings"), 0);
    assert_int_equal(json_dump_file(config, at("tied/config.json"), 0), 0);
    json_decref(config);
    gs_model *m = gs_model_open(at("tied"), &e);
    if (!m)
        fail_msg("%s", e.msg);
    assert_null(gs_tensors_find(&m->bundle.tensors, "head.weight"));
    assert_true(json_is_true(json_object_get(m->bundle.config, "head_tied")));
    gs_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokens), cmocka_unit_test(test_forward),
                                       cmocka_unit_test(test_recipe), cmocka_unit_test(test_window),
                                       cmocka_unit_test(test_eos), cmocka_unit_test(test_tied),
                                       cmocka_unit_test(test_single_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
