/* Downloads that are not what they should be: one clear sentence each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "import/files.h"
#include "import/import.h"
#include "model/scratch_model.h"

#define GOLDEN TEST_DIR "/golden/nt-v2"

static void refused(const char *model, const char *says)
{
    gs_err e = {0};
    gs_model *m = gs_model_open(model, &e);
    if (m || e.code != GS_EMODEL || !strstr(e.msg, says))
        fail_msg("%s: \"%s\" lacks \"%s\"", model, e.msg, says);
}

/* A fresh directory holding links to the golden's files, but those named. */
static const char *copy_without(const char *name, const char *a, const char *b)
{
    static const char *const files[] = {"config.json", "model.safetensors", "vocab.txt"};
    char to[9000];
    mkdir(at(name), 0700);
    for (size_t i = 0; i < 3; i++) {
        snprintf(to, sizeof to, "%s/%s", at(name), files[i]);
        unlink(to);
        if (strcmp(files[i], a) && strcmp(files[i], b))
            assert_int_equal(symlink(gs_import_path(GOLDEN, files[i], (char[4096]){0}), to), 0);
    }
    return at(name);
}

static void put(const char *dir, const char *name, const char *text)
{
    char path[9000];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    write_text(path, text);
}

static void test_incomplete(void **state)
{
    (void)state;
    refused(copy_without("empty", "config.json", "model.safetensors"),
            "has neither config.json nor weights, such as model.safetensors (it holds vocab.txt)");
    const char *dir = copy_without("nothing", "config.json", "model.safetensors");
    assert_int_equal(unlink(at("nothing/vocab.txt")), 0);
    refused(dir, "it holds nothing");
    refused(copy_without("weightless", "model.safetensors", ""), "has no model.safetensors");
    refused(copy_without("factless", "config.json", ""), "has no config.json (it holds model.safetensors, vocab.txt)");
    refused(copy_without("wordless", "vocab.txt", ""),
            "has no vocab.txt, which gives Nucleotide Transformer v1, v2 and AgroNT their tokens (it holds "
            "config.json, model.safetensors)");
    refused(at("nosuch/dir"), "No such file");
}

static void test_not_the_file(void **state)
{
    (void)state;
    static const char lfs[] = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    const char *dir = copy_without("pointer", "model.safetensors", "");
    put(dir, "model.safetensors", lfs);
    refused(dir, "git-lfs pointer");
    dir = copy_without("page", "model.safetensors", "");
    put(dir, "model.safetensors", "\n<!DOCTYPE html><html></html>");
    refused(dir, "web page");
    dir = copy_without("torch", "model.safetensors", "");
    put(dir, "pytorch_model.bin", "\200\002X\377\377\377\177q.....");
    refused(dir, "cut short within its pickle");
    put(dir, "pytorch_model.bin", lfs);
    refused(dir, "git-lfs pointer");
    dir = copy_without("configpage", "config.json", "");
    put(dir, "config.json", "<html>");
    refused(dir, "web page");
    put(at("."), "zip.bin", "PK\003\004....");
    refused(at("zip.bin"), "a zip archive whose directory at the end cannot be read");
    put(at("."), "text.bin", "chr1\t100\t.\tA\tC\n");
    refused(at("text.bin"), "not a safetensors file");
    write_safetensors(at("lone.safetensors"), "{}", 0);
    refused(at("lone.safetensors"), "give the directory that holds it");
}

static void with_config(const char *text, const char *says)
{
    const char *dir = copy_without("configured", "config.json", "");
    put(dir, "config.json", text);
    refused(dir, says);
}

#define SIZES(d, l, h, f) "{\"vocab_size\":4107,\"hidden_size\":" d ",\"num_hidden_layers\":" l \
                          ",\"num_attention_heads\":" h ",\"intermediate_size\":" f \
                          ",\"position_embedding_type\":\"rotary\",\"add_bias_fnn\":false"

static void test_config(void **state)
{
    (void)state;
    with_config("{", "not valid JSON");
    with_config("{}", "\"vocab_size\" is missing");
    with_config(SIZES("1e300", "3", "3", "50") "}", "\"hidden_size\" is 1e+300, out of range (1 to 1048576)");
    with_config(SIZES("36", "3", "3", "50") ",\"max_position_embeddings\":-4}", "out of range");
    with_config(SIZES("36", "3", "3", "50") ",\"position_embedding_type\":\"relative\"}",
                "\"relative\" is not supported");
    with_config(SIZES("36", "4", "3", "50") "}", "esm.encoder.layer.3.attention.LayerNorm.weight");
    with_config(SIZES("36", "2", "3", "50") "}", "esm.encoder.layer.2.");
    with_config(SIZES("40", "3", "4", "50") "}", "esm.embeddings.word_embeddings.weight is F32 [4107, 36] instead of");
    with_config(SIZES("36", "3", "5", "50") "}", "does not divide");
    with_config("{\"vocab_size\":4107}", "[4107, 36] instead of [4107, 768]"); /* the class's default */
}

static void test_other_family(void **state)
{
    (void)state;
    const char *dir = copy_without("family", "model.safetensors", "config.json");
    put(dir, "config.json", "{\"model_type\":\"opt\",\"architectures\":[\"OPTForCausalLM\"]}");
    write_safetensors(at("family/model.safetensors"), "{}", 0);
    refused(dir, "model_type \"opt\", class \"OPTForCausalLM\"");
    refused(dir, "Nucleotide Transformer");
}

static void test_shards(void **state)
{
    (void)state;
    gs_err e = {0};
    const char *dir = copy_without("shards", "model.safetensors", "");
    put(dir, "model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../secret\"}}");
    refused(dir, "same directory");
    put(dir, "model.safetensors.index.json", "{\"weight_map\":{\"a\":\"part-1.safetensors\"}}");
    refused(dir, "lacks part-1.safetensors");
    put(dir, "model.safetensors.index.json", "{}");
    refused(dir, "weight_map");
    put(dir, "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"part-1.safetensors\",\"b\":\"part-1.safetensors\"}}");
    assert_int_equal(symlink(GOLDEN "/model.safetensors", at("shards/part-1.safetensors")), 0);
    gs_model *m = gs_model_open(dir, &e);
    if (!m)
        fail_msg("%s", e.msg);
    gs_model_close(m);
}

/* Duplicate keys as in a published config.json, a licence in the front matter, the name of a hub's cache. */
static void test_card(void **state)
{
    (void)state;
    gs_err e = {0};
    mkdir(at("models--Lab--nt-tiny"), 0700);
    mkdir(at("models--Lab--nt-tiny/snapshots"), 0700);
    const char *dir = copy_without("models--Lab--nt-tiny/snapshots/abc", "config.json", "");
    put(dir, "config.json", SIZES("1", "3", "3", "50") ",\"hidden_size\":36,\"max_position_embeddings\":102}");
    put(dir, "README.md", "---\ntags: [dna]\nlicense: cc-by-nc-sa-4.0  \n---\n# Title\n");
    gs_model *m = gs_model_open(dir, &e);
    if (!m)
        fail_msg("%s", e.msg);
    assert_string_equal(json_string_value(json_object_get(m->bundle.card, "licence")), "CC-BY-NC-SA-4.0");
    assert_string_equal(json_string_value(json_object_get(m->bundle.card, "name")), "nt-tiny");
    assert_string_equal(json_string_value(json_object_get(m->bundle.card, "source")), "hf:Lab/nt-tiny");
    assert_int_equal(m->recipe.window, 6 * 99);
    gs_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_incomplete), cmocka_unit_test(test_not_the_file), cmocka_unit_test(test_config),
        cmocka_unit_test(test_other_family), cmocka_unit_test(test_shards), cmocka_unit_test(test_card)};
    int ret = cmocka_run_group_tests(tests, NULL, NULL);
    clean_scratch();
    return ret;
}
