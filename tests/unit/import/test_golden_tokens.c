/* Every line of the tokens.tsv of checkpoints whose tokens stand in no file. */
#include "import/golden_check.h"
#include "import/tokenizer/tokenizer.h"

/* HyenaDNA's characters; hub: as the port on the hub ends a sequence, else as the authors' own code. */
static json_t *characters(int hub)
{
    return json_pack("{s:s, s:[s,s,s,s,s,s,s,s,s,s,s,s], s:i, s:i, s:i, s:i}", "kind", "base_exact", "vocab", "[CLS]",
                     "[SEP]", "[BOS]", "[MASK]", "[PAD]", "[RESERVED]", "[UNK]", "A", "C", "G", "T", "N", "unk", 6,
                     "cls", hub ? -1 : 0, "window_cls", -1, "sep", 1);
}

static void check(const char *dir, json_t *tokenizer)
{
    gs_err e = {0};
    golden g = {dir, {0, 0}};
    gs_model m = {.bundle = {.path = (char *)(uintptr_t)dir, .tokenizer = tokenizer}};
    if (gs_tokenizer_build(&m, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(golden_tokens_of(&m, &g), 12);
    gs_tokenizer_free(m.tok);
    json_decref(tokenizer);
}

static void test_bytes(void **state)
{
    (void)state;
    check("evo1", gs_import_tokenizer_bytes(512, NULL));
    check("evo2", gs_import_tokenizer_bytes(512, NULL));
}

static void test_characters(void **state)
{
    (void)state;
    check("hyenadna", characters(1));
    check("hyenadna-16k", characters(1));
    check("hyenadna-original", characters(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bytes), cmocka_unit_test(test_characters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
