/* HyenaDNA and Evo against upstream's outputs: one line per directory of tests/golden. */
#include <sys/stat.h>
#include <unistd.h>
#include "import/golden_check.h"
#include "model/json.h"

static const golden goldens[] = {{"hyenadna", {1.5e-5, 6e-6}}, {"hyenadna-original", {1.5e-5, 6e-6}},
                                 {"hyenadna-16k", {1.5e-5, 6e-6}}, {"evo1", {2e-5, 7e-5}}, {"evo2", {1.4e-5, 5e-5}}};
enum { N = sizeof goldens / sizeof *goldens, EVO1 = 3, EVO2 = 4 };

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        assert_true(golden_tokens(&goldens[i]) >= 10);
}

static void test_forward(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        golden_forward(&goldens[i]);
}

/* log p of each next token, which upstream gives in double too. */
static double log_probabilities(gs_worker *wk, const gs_model *m, const gs_tensor *ids, const gs_tensor *want)
{
    gs_err e = {0};
    int T = (int)gs_tensor_count(ids), *id = as_ints(ids, T);
    gs_batch b = {.B = 1, .rows = T, .beg = (int[]){0}, .len = &T, .ids = id};
    gs_read read = {.end = T - 1, .want = GS_WANT_LOGITS};
    double most = 0;
    if (gs_forward(wk, m, &b, &read, 1, &e))
        fail_msg("%s", e.msg);
    for (int t = 0; t + 1 < T; t++) {
        const float *row = gs_mat_row(read.logits, t);
        double got = (double)row[id[t + 1]] - wk->k->logsumexp(row, (size_t)m->head_rows);
        most = fmax(most, fabs(got - (double)((const float *)want->data)[t]));
    }
    free(id);
    return most;
}

static void test_log_probabilities(void **state)
{
    (void)state;
    for (int i = EVO1; i <= EVO2; i++) {
        char path[4096];
        gs_tensors s = {0};
        gs_worker *wk = gs_worker_new();
        gs_model *m = golden_open(&goldens[i]);
        assert_int_equal(gs_safetensors_read(&s, golden_path(&goldens[i], "forward.safetensors", path), NULL, NULL), 0);
        double most = 0;
        for (int j = 0; golden_tensor(&s, j, "ids"); j++)
            if (golden_tensor(&s, j, "logprob_f64"))
                most = fmax(most, log_probabilities(wk, m, golden_tensor(&s, j, "ids"),
                                                    golden_tensor(&s, j, "logprob_f64")));
        print_message("%s: largest difference of log p to float64 %.2e\n", goldens[i].dir, most);
        assert_true(most > 0 && most < 5e-5);
        gs_tensors_free(&s);
        gs_worker_free(wk);
        gs_model_close(m);
    }
}

static void check_recipe(const golden *g, int window, int strands, int clipped)
{
    gs_model *m = golden_open(g);
    assert_string_equal(m->recipe.mode, "causal");
    assert_int_equal(m->recipe.window, window);
    assert_int_equal(m->recipe.strands, strands);
    assert_int_equal(m->recipe.clipped, clipped);
    assert_true(m->causal && m->arch->flops(m, window, 1) > 1e6);
    gs_model_close(m);
}

static void test_recipe(void **state)
{
    (void)state;
    check_recipe(&goldens[0], 1024, 3, 0);
    check_recipe(&goldens[1], 1024, 3, 0);
    check_recipe(&goldens[2], 16384, 3, 0);
    check_recipe(&goldens[EVO1], 8192, 1, 1);
    check_recipe(&goldens[EVO2], 8192, 1, 1);
}

/* ---- branches ---- */

enum { T = 300, OTHER = 50, SHARED = 140, REST = 120 };

static void check_branch(gs_worker *wk, const gs_model *m, const int32_t *ids)
{
    gs_err e = {0};
    /* whole sequence, a neighbour, and a branch off the first after SHARED tokens */
    const gs_batch b = {.B = 3, .rows = T + OTHER + REST, .beg = (int[]){0, T, T + OTHER}, .ids = ids,
                        .len = (int[]){T, OTHER, REST}, .parent = (int[]){-1, -1, 0}, .past = (int[]){0, 0, SHARED}};
    int32_t joined[SHARED + REST];
    memcpy(joined, ids, sizeof *ids * SHARED);
    memcpy(joined + SHARED, ids + T + OTHER, sizeof *ids * REST);
    const gs_batch alone = {.B = 1, .rows = SHARED + REST, .beg = (int[]){0}, .len = (int[]){SHARED + REST},
                            .ids = joined};
    gs_read want = {.beg = SHARED, .end = SHARED + REST, .want = GS_WANT_LOGITS}, got = want, again = want;
    got.seq = 2;
    again.seq = 1;
    int32_t moved[T + REST];
    memcpy(moved, ids, sizeof *ids * T);
    memcpy(moved + T, ids + T + OTHER, sizeof *ids * REST);
    const gs_batch without = {.B = 2, .rows = T + REST, .beg = (int[]){0, T}, .ids = moved, .len = (int[]){T, REST},
                              .parent = (int[]){-1, 0}, .past = (int[]){0, SHARED}};
    if (gs_forward(wk, m, &alone, &want, 1, &e) || gs_forward(wk, m, &b, &got, 1, &e)
        || gs_forward(wk, m, &without, &again, 1, &e))
        fail_msg("%s", e.msg);
    size_t n = (size_t)REST * (size_t)m->head_rows;
    for (size_t i = 0; i < n; i++)
        assert_true(fabsf(got.logits.d[i] - want.logits.d[i]) < 5e-5f);
    assert_memory_equal(got.logits.d, again.logits.d, sizeof(float) * n);
}

/* A branch gives what its whole sequence gives, to rounding, and its bits do not depend on its neighbours. */
static void test_branches(void **state)
{
    (void)state;
    int32_t ids[T + OTHER + REST];
    unsigned seed = 1;
    for (int i = 0; i < N; i++) {
        gs_model *m = golden_open(&goldens[i]);
        gs_worker *wk = gs_worker_new();
        for (int t = 0; t < T + OTHER + REST; t++)
            ids[t] = i < EVO1 ? 7 + (int32_t)((seed = seed * 1103515245 + 12345) >> 16) % 5
                              : "ACGT"[((seed = seed * 1103515245 + 12345) >> 16) % 4];
        check_branch(wk, m, ids);
        gs_worker_free(wk);
        gs_model_close(m);
    }
}

/* ---- files ---- */

/* A scratch directory, and paths in it. */
static char scratch[] = "/tmp/gs_hyena_XXXXXX";

static const char *at(const char *name)
{
    static char path[2][300];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", scratch, name);
    return path[turn];
}

static void command(const char *format, const char *from, const char *to)
{
    char text[5000];
    snprintf(text, sizeof text, format, from, to);
    assert_int_equal(system(text), 0);
}

static void same_hash(const char *path, const char *sha)
{
    gs_err e = {0};
    gs_bundle b;
    if (gs_bundle_open(&b, path, &e) || gs_bundle_hash(&b, &e))
        fail_msg("%s", e.msg);
    assert_string_equal(b.sha256, sha);
    gs_bundle_free(&b);
}

/* As a container the model is the same; in half the numbers, those that must stay exact do. */
static void test_container(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++) {
        gs_err e = {0};
        char path[4096];
        gs_bundle b;
        assert_int_equal(gs_bundle_open(&b, golden_path(&goldens[i], ".", path), &e), 0);
        assert_int_equal(gs_container_write(&b, at("model"), &e), 0);
        same_hash(at("model"), b.sha256);
        FILE *f = fopen(at("half"), "wb");
        assert_int_equal(gs_container_put(&b, GS_BF16, f, "half", &e), 0);
        fclose(f);
        gs_bundle half;
        assert_int_equal(gs_bundle_open(&half, at("half"), &e), 0);
        int exact = 0;
        for (size_t t = 0; t < half.tensors.n; t++) {
            assert_int_equal(half.tensors.t[t].dtype == GS_BF16, !half.tensors.t[t].exact
                             || gs_tensors_find(&b.tensors, half.tensors.t[t].name)->dtype == GS_BF16);
            exact += half.tensors.t[t].exact;
        }
        assert_true(exact > 0);
        gs_bundle_free(&half);
        gs_bundle_free(&b);
    }
}

/* Evo 2 cut into pieces, of whole pages and of others; and by its published name without a configuration. */
static void test_pieces(void **state)
{
    (void)state;
    static const char *const sizes[] = {"split -b 98304 -d -a 1 %s %s", "split -b 300001 -d -a 1 %s %s"};
    char path[4096], yml[4096];
    gs_err e = {0};
    gs_bundle b;
    assert_int_equal(gs_bundle_open(&b, golden_path(&goldens[EVO2], ".", path), &e), 0);
    assert_int_equal(gs_bundle_hash(&b, &e), 0);
    golden_path(&goldens[EVO2], "evo2_tiny_a.pt", path);
    golden_path(&goldens[EVO2], "evo2_tiny_a.yml", yml);
    for (int i = 0; i < 2; i++) {
        command("rm -rf %s; mkdir %s", scratch, scratch);
        command("cp %s %s", yml, at("x.yml"));
        command(sizes[i], path, at("x.pt.part"));
        same_hash(scratch, b.sha256);
        same_hash(at("x.pt.part0"), b.sha256);
    }
    command("rm %s; : %s", at("x.pt.part1"), "");
    gs_bundle cut;
    assert_true(gs_bundle_open(&cut, at("x.pt.part0"), &e) < 0 && strstr(e.msg, "cut short"));
    gs_bundle_free(&b);
}

static void opens(const char *path, const char *says)
{
    gs_err e = {0};
    gs_model *m = gs_model_open(path, &e);
    assert_null(m);
    if (!strstr(e.msg, says))
        fail_msg("\"%s\" lacks \"%s\"", e.msg, says);
}

/* What an Evo 2 checkpoint lacks is said; the tensors of the small one do not fit a published name. */
static void test_names(void **state)
{
    (void)state;
    char path[4096], yml[4096];
    golden_path(&goldens[EVO2], "evo2_tiny_a.pt", path);
    golden_path(&goldens[EVO2], "evo2_tiny_a.yml", yml);
    command("rm -rf %s; mkdir %s", scratch, scratch);
    command("cp %s %s", path, at("x.pt"));
    opens(scratch, "needs its .yml beside it");
    command("mv %s %s", at("x.pt"), at("evo2_7b.pt"));
    opens(scratch, "of another shape");
    command("sed 's/^attn_layer_idxs.*/attn_layer_idxs: [2]/' %s > %s", yml, at("a.yml"));
    opens(scratch, "a.yml: \"hcl_layer_idxs\" lists a layer");
    command("sed 's/^attn_layer_idxs.*//' %s > %s", yml, at("a.yml"));
    opens(scratch, "what kind layer 3 of 9 is");
    command("sed 's/^hyena_flip_x1x2.*/hyena_flip_x1x2: True/' %s > %s", yml, at("a.yml"));
    opens(scratch, "a.yml: \"hyena_flip_x1x2\" is not supported");
    command("sed 's/^tie_embeddings.*/tie_embeddings: False/' %s > %s", yml, at("a.yml"));
    opens(scratch, "\"tie_embeddings\" false");
}

static const float *numbers(const gs_bundle *b, const char *name)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, name);
    assert_non_null(t);
    return t->data;
}

/* Tables that a file lacks (here: by another name) are made anew; the golden's z is not the one of the class. Of the
 * sines' frequencies any of the three names will do. */
static void test_tables(void **state)
{
    (void)state;
    char path[4096];
    gs_err e = {0};
    gs_bundle b, made;
    command("rm -rf %s; mkdir %s", scratch, scratch);
    command("cp %s/config.json %s", golden_path(&goldens[0], ".", path), scratch);
    golden_path(&goldens[0], "model.safetensors", path);
    command("sed -e 's/implicit_filter.1.freq/implicit_filter.5.freq/g' "
            "-e 's/hyena.backbone.layers.\\([01]\\).mixer.filter_fn.pos_emb.\\([tz]\\)\"/"
            "train_torchmetrics.\\1\\2............................\"/g' -e 's/hyena.backbone.layers.\\([01]\\)."
            "mixer.filter_fn.modulation.deltas\"/train_torchmetrics.\\1d...................................."
            "\"/g' %s > %s",
            path, at("model.safetensors"));
    assert_int_equal(gs_bundle_open(&b, golden_path(&goldens[0], ".", path), &e), 0);
    if (gs_bundle_open(&made, scratch, &e))
        fail_msg("%s", e.msg);
    const float *t = numbers(&made, "layers.1.filter.t.weight"), *z = numbers(&made, "layers.1.filter.z.weight");
    for (int i = 0; i < 1026; i++) {
        assert_true(fabsf(t[i] - numbers(&b, "layers.1.filter.t.weight")[i]) < 1e-6f && z[5 * i] == t[i]);
        assert_true(fabs(z[5 * i + 2] - cos(2 * M_PI * i / 1026)) < 1e-6);
        assert_true(fabs(z[5 * i + 4] + sin(2 * M_PI * i / 1026)) < 1e-6);
        assert_true(fabs(z[5 * i + 3] + sin(1e-4 * 2 * M_PI * i / 1026)) < 1e-6 && fabsf(z[5 * i + 1] - 1) < 1e-6f);
    }
    for (int i = 0; i < 32; i++)
        assert_true(fabsf(numbers(&made, "layers.0.filter.decay.weight")[i]
                          - numbers(&b, "layers.0.filter.decay.weight")[i]) < 1e-5f);
    assert_int_equal(gs_bundle_check(&made, &e), 0);
    gs_bundle_free(&made);
    gs_bundle_free(&b);
}

/* Evo 1 with its attention layer as the first one: blocks 0 and 2 change their names. */
static void test_attention_first(void **state)
{
    (void)state;
    char path[4096];
    gs_err e = {0};
    command("rm -rf %s; mkdir %s", scratch, scratch);
    command("cp %s/*model* %s", golden_path(&goldens[EVO1], ".", path), scratch);
    command("sed -i 's/blocks\\.2\\./blocks.X./g; s/blocks\\.0\\./blocks.2./g; s/blocks\\.X\\./blocks.0./g' "
            "%s/*; : %s", scratch, "");
    command("tr -d '\n ' < %s/config.json | sed 's/_idxs\":\\[2\\]/_idxs\":[0]/; s/\\[0,1,3/[2,1,3/' > %s", path,
            at("config.json"));
    gs_model *m = gs_model_open(scratch, &e);
    if (!m)
        fail_msg("%s", e.msg);
    assert_string_equal(gs_json_text(m->bundle.config, "mixers", ""), "alllll");
    gs_model_close(m);
}

/* Models that need 8-bit products are refused unless they are wanted all the same. */
static void test_refused(void **state)
{
    (void)state;
    char path[4096];
    gs_err e = {0};
    gs_bundle b;
    command("rm -rf %s; mkdir %s", scratch, scratch);
    command("cp %s %s", golden_path(&goldens[EVO2], "evo2_tiny_a.pt", path), at("evo2_1b_base.pt"));
    opens(scratch, "is refused: it was trained to multiply 8-bit numbers");
    assert_int_equal(gs_bundle_open(&b, scratch, &e), 0);
    assert_true(gs_bundle_refused(&b, 0, &e) < 0);
    e = (gs_err){0};
    assert_int_equal(gs_bundle_refused(&b, 1, &e), 0);
    gs_bundle_free(&b);
    gs_model *m = gs_model_open_any(scratch, 1, &e); /* its tensors are not those of the 1B */
    assert_null(m);
    assert_non_null(strstr(e.msg, "of another shape"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),    cmocka_unit_test(test_forward),   cmocka_unit_test(test_log_probabilities),
        cmocka_unit_test(test_recipe),    cmocka_unit_test(test_branches),  cmocka_unit_test(test_container),
        cmocka_unit_test(test_pieces),    cmocka_unit_test(test_names),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_tables),
        cmocka_unit_test(test_attention_first)};
    if (!mkdtemp(scratch))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    command("rm -rf %s; : %s", scratch, "");
    return failed;
}
