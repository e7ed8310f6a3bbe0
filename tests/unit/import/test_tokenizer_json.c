/* tokenizer.json files small enough to be read here; published ones are tested with the goldens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "import/tokenizer/tokenizer.h"
#include "model/model.h"

#define VOCAB "\"vocab\": {\"[UNK]\": 0, \"[CLS]\": 1, \"[SEP]\": 2, \"A\": 3, \"C\": 4, \"AC\": 5, \"ACA\": 6, " \
              "\"-\": 7, \"CA\": 8, \"N\": 9, \"-A\": 10, \"\": 11}"
#define MODEL(MORE) "\"model\": {\"type\": \"BPE\", \"unk_token\": \"[UNK]\", " VOCAB ", " MORE "}"
#define MERGES "\"merges\": [\"A \", \"A C\", [\"C\", \"A\"], \"AC A\", \"- A\"]"

static gs_tokenizer *make(const char *json, int most, gs_err *e)
{
    char path[] = "/tmp/gscore_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, json, strlen(json)), (ssize_t)strlen(json));
    close(fd);
    gs_model m = {.bundle = {.path = path, .tokenizer = gs_import_tokenizer_json(path, most, e)}};
    if (m.bundle.tokenizer)
        gs_tokenizer_build(&m, e);
    json_decref(m.bundle.tokenizer);
    remove(path);
    return m.tok;
}

/* "id:beg-end ..." */
static void check(const char *json, const char *seq, const char *want)
{
    gs_err e = {0};
    gs_tokens t = {0};
    char got[1000] = "";
    size_t at = 0;
    gs_tokenizer *tok = make(json, 100, &e);
    if (!tok)
        fail_msg("%s", e.msg);
    assert_int_equal(gs_encode(tok, seq, (int64_t)strlen(seq), &t, &e), 0);
    for (int i = 0; i < t.n; i++)
        at += (size_t)snprintf(got + at, sizeof got - at, "%s%d:%d-%d", i ? " " : "", t.ids[i], t.beg[i], t.end[i]);
    assert_string_equal(got, want);
    gs_tokens_free(&t);
    gs_tokenizer_free(tok);
}

static void refused(const char *json, int most, const char *why)
{
    gs_err e = {0};
    assert_null(make(json, most, &e));
    if (!strstr(e.msg, why))
        fail_msg("\"%s\" is not in \"%s\"", why, e.msg);
}

static void test_bpe(void **state)
{
    (void)state;
    check("{" MODEL(MERGES) "}", "ACACAG", "5:0-2 6:2-5 0:5-6");
    check("{" MODEL(MERGES) "}", "", "");
    check("{" MODEL(MERGES) "}", "CACA", "4:0-1 6:1-4");
    check("{" MODEL(MERGES) "}", "GGAC", "0:0-1 0:1-2 5:2-4");
    check("{" MODEL(MERGES ", \"fuse_unk\": true") "}", "GGACGG", "0:0-2 5:2-4 0:4-6");
    check("{" MODEL("\"merges\": []") "}", "ACAg", "3:0-1 4:1-2 3:2-3 0:3-4");
}

static void test_steps(void **state)
{
    (void)state;
    check("{\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Strip\"}, {\"type\": \"Replace\", "
          "\"pattern\": {\"Regex\": \"N{3,}\"}, \"content\": \"-\"}]}, " MODEL(MERGES) "}", " ACNNNANN ",
          "5:1-3 10:3-7 9:7-8 9:8-9");
    check("{\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"String\": \"-\"}, \"behavior\": \"Isolated\"}, "
          MODEL(MERGES) "}", "AC-A", "5:0-2 7:2-3 3:3-4");
    check("{\"pre_tokenizer\": {\"type\": \"Whitespace\"}, " MODEL(MERGES) "}", "A CA-A", "3:0-1 8:2-4 7:4-5 3:5-6");
    check("{\"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}, " MODEL(MERGES) "}", "A C-A", "3:0-1 4:2-3 10:3-5");
    check("{\"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"[CLS]\", 1], \"sep\": [\"[SEP]\", 2]}, "
          MODEL(MERGES) "}", "AC", "1:-1--1 5:0-2 2:-1--1");
    check("{\"normalizer\": {\"type\": \"Lowercase\"}, \"model\": {\"type\": \"BPE\", \"unk_token\": \"u\", "
          "\"merges\": [], \"vocab\": {\"u\": 0, \"a\": 1, \"c\": 2}}}", "AcGa", "1:0-1 2:1-2 0:2-3 1:3-4");
}

static void test_words(void **state)
{
    (void)state;
    check("{\"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}, \"model\": {\"type\": \"WordLevel\", \"unk_token\": "
          "\"u\", \"vocab\": {\"u\": 0, \"AA\": 1, \"AC\": 2}}}", "AACN", "1:0-2 2:1-3 0:2-4");
    check("{\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"\"}, \"behavior\": \"Isolated\"}, "
          "\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"u\", \"vocab\": {\"u\": 0, \"A\": 1, \"C\": 2}}}",
          "ACN", "1:0-1 2:1-2 0:2-3");
}

static void test_refused(void **state)
{
    (void)state;
    refused("{\"model\": {\"type\": \"Unigram\", \"vocab\": {\"A\": 0}}}", 100, "type \"Unigram\"");
    refused("{\"normalizer\": {\"type\": \"Precompiled\"}, " MODEL(MERGES) "}", 100, "normalizer \"Precompiled\"");
    refused("{\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(A|C)\"}, \"content\": \"A\"}, "
            MODEL(MERGES) "}", 100, "\"(A|C)\"");
    refused("{\"pre_tokenizer\": {\"type\": \"ByteLevel\"}, " MODEL(MERGES) "}", 100, "pre-tokenizer \"ByteLevel\"");
    refused("{\"post_processor\": {\"type\": \"ByteLevel\"}, " MODEL(MERGES) "}", 100, "post-processor \"ByteLevel\"");
    refused("{\"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"x\", 99], \"sep\": [\"y\", 2]}, "
            MODEL(MERGES) "}", 100, "one token of the vocabulary");
    refused("{" MODEL(MERGES ", \"byte_fallback\": true") "}", 100, "byte_fallback");
    refused("{" MODEL(MERGES ", \"dropout\": 0.1") "}", 100, "dropout");
    refused("{" MODEL(MERGES ", \"end_of_word_suffix\": \"</w>\"") "}", 100, "end_of_word_suffix");
    refused("{" MODEL("\"merges\": [\"A G\"]") "}", 100, "not a pair of entries");
    refused("{" MODEL("\"merges\": [\"A A\"]") "}", 100, "gives \"AA\", which is not in the vocabulary");
    refused("{" MODEL(MERGES) "}", 6, "beyond the rows");
    refused("{\"added_tokens\": [{\"id\": 12, \"content\": \"ACGT\"}], " MODEL(MERGES) "}", 100,
            "added token \"ACGT\"");
    refused("{\"added_tokens\": [{\"id\": 3, \"content\": \"[X]\"}], " MODEL(MERGES) "}", 100, "the same id 3");
    refused("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"A\": -1}}}", 100, "the id of \"A\"");
    refused("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"A\": 1e9}}}", 100, "the id of \"A\"");
    refused("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"A\": 999999999}}}", 100, "the id of \"A\"");
    refused("{\"model\": {\"type\": \"BPE\"}}", 100, "no \"vocab\"");
    refused("{\"model\": {\"type\": \"BPE\", \"unk_token\": \"?\", \"vocab\": {\"A\": 0}}}", 100, "unknown characters");
    refused("{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"apple\": 0}}}", 100, "not k-mers");
    refused("[1]", 100, "not a JSON object");
    refused("{}", 100, "no \"vocab\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bpe), cmocka_unit_test(test_steps),
                                       cmocka_unit_test(test_words), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
