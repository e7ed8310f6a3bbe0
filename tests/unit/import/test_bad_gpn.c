/* Configurations of the GPN family that do not fit the weights, or are of another kind: one clear sentence each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "import/import.h"
#include "model/scratch_model.h"

/* The golden with some keys of its config.json changed: its weights are linked to. */
static void refused(const char *golden, const char *file, const char *changes, const char *says)
{
    gs_err e = {0};
    char from[4096], to[4096];
    snprintf(from, sizeof from, "%s/golden/%s/config.json", TEST_DIR, golden);
    json_t *config = json_load_file(from, 0, NULL), *changed = json_loads(changes, 0, NULL);
    assert_true(config && changed);
    json_object_update(config, changed);
    mkdir(at("dir"), 0700);
    assert_int_equal(json_dump_file(config, at("dir/config.json"), 0), 0);
    snprintf(from, sizeof from, "%s/golden/%s/%s", TEST_DIR, golden, file);
    snprintf(to, sizeof to, "%s/%s", at("dir"), file);
    assert_int_equal(symlink(from, to), 0);
    gs_model *m = gs_model_open(at("dir"), &e);
    if (m || e.code != GS_EMODEL || !strstr(e.msg, says))
        fail_msg("%s with %s: \"%s\" lacks \"%s\"", golden, changes, e.msg, says);
    unlink(to);
    json_decref(config);
    json_decref(changed);
}

static void test_gpn(void **state)
{
    (void)state;
    static const char file[] = "model.safetensors";
    refused("gpn-brassicales", file, "{\"hidden_size\":null}", "\"hidden_size\" is missing");
    refused("gpn-brassicales", file, "{\"hidden_size\":1e300}", "\"hidden_size\" is 1e+300, out of range (1 to 32768)");
    refused("gpn-brassicales", file, "{\"n_layers\":9}", "model.encoder.8.conv.1.weight");
    refused("gpn-brassicales", file, "{\"vocab_size\":8}", "\"vocab_size\" is 8; supported is 7");
    refused("gpn-brassicales", file, "{\"kernel_size\":8}", "kernels must be odd");
    refused("gpn-animal-promoter", file, "{\"slim\":false}",
            "model.encoder.layer.0.layer.2.weight is F32 [24, 48] instead");
    refused("gpn-animal-promoter", file, "{\"slim\":null}",   /* the class's default: not slim */
            "model.encoder.layer.0.layer.2.weight is F32 [24, 48] instead");
    refused("gpn-animal-promoter", file, "{\"depthwise\":true}",
            "layer.1.layer.6.weight is F32 [24, 5, 24] instead of [5, 24]");
    refused("gpn-convnet2", file, "{\"n_aux_features\":5}", "\"n_aux_features\" is 5; supported is 0");
}

static void test_phylogpn(void **state)
{
    (void)state;
    static const char file[] = "model.safetensors";
    refused("phylogpn", file, "{\"outer_dim\":26}",
            "_model.embedding.parametrizations.weight.original is F32 [6, 24] instead");
    refused("phylogpn", file, "{\"num_stacks\":19}", "_model.blocks.38.");
    refused("phylogpn", file, "{\"stack_size\":8,\"num_stacks\":5,\"kernel_size\":255}", "\"window\"");
}

static void test_gpn_msa(void **state)
{
    (void)state;
    static const char file[] = "pytorch_model.bin";
    refused("gpn-msa", file, "{\"n_aux_features\":146}", "\"n_aux_features\" has a value that is not supported");
    refused("gpn-msa", file, "{\"n_aux_features\":155}", "must fit in \"dim\"");
    refused("gpn-msa", file, "{\"num_attention_heads\":7}", "\"num_attention_heads\"");
    refused("gpn-msa", file, "{\"embedding_size\":768}", "\"embedding_size\"");
    refused("gpn-msa", file, "{\"rotary_value\":true}", "\"rotary_value\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gpn), cmocka_unit_test(test_phylogpn),
                                       cmocka_unit_test(test_gpn_msa)};
    int ret = cmocka_run_group_tests(tests, NULL, NULL);
    clean_scratch();
    return ret;
}
