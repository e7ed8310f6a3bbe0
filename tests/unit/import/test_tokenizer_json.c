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
#define SPLIT(REGEX) "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"" REGEX "\"}, \"behavior\": \"Isolated\"}"
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
    check("{\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Strip\"}, "
            "{\"type\": \"Replace\", "
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
    check("{\"pre_tokenizer\": " SPLIT(".{2}") ", \"model\": {\"type\": \"WordLevel\", \"unk_token\": \"u\", "
            "\"vocab\": "
          "{\"u\": 0, \"AA\": 1, \"AC\": 2}}}", "ACAaAAC", "2:0-2 0:2-4 1:4-6 0:6-7");
}

/* What stands for a space, and bytes that stand for themselves. Expected: Hugging Face tokenizers 0.23. */
static void test_marks(void **state)
{
    (void)state;
#define MARKED "\"model\": {\"type\": \"BPE\", \"unk_token\": \"u\", \"fuse_unk\": true, " \
            "\"byte_fallback\": true, \"vocab\": " \
               "{\"u\": 0, \"<0x47>\": 1, \"\u2581\": 2, \"A\": 3, \"C\": 4, \"\u2581A\": 5, \"AC\": 6, " \
            "\"ACA\": 7}, " \
               "\"merges\": [\"\u2581 A\", \"A C\", \"AC A\"]}"
#define PREPEND "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Prepend\", " \
            "\"prepend\": \"\u2581\"}, " \
                "{\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\": \"\u2581\"}]}, "
#define META(MORE) "\"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"\u2581\", " MORE "}, "
    check("{" PREPEND MARKED "}", "ACAC", "5:0-1 4:1-2 6:2-4");
    check("{" PREPEND MARKED "}", "CG", "2:-1--1 4:0-1 1:1-2");
    check("{" PREPEND MARKED "}", " ATT", "2:-1--1 5:0-2 0:2-4");
    check("{" PREPEND MARKED "}", "", "");
    check("{" META("\"prepend_scheme\": \"always\"") MARKED "}", " AC A", "5:0-2 4:2-3 5:3-5");
    check("{" META("\"add_prefix_space\": true") MARKED "}", "CA", "2:-1--1 4:0-1 3:1-2");
}

/* GPT-2's spelling of bytes: space is U+0120. Words are cut before. */
static void test_bytes(void **state)
{
    (void)state;
#define BYTES "\"model\": {\"type\": \"BPE\", \"vocab\": {\"A\": 0, \"C\": 1, \"1\": 2, \"2\": 3, " \
            "\"\u0120\": 4, \"AC\": 5, " \
              "\"\u0120A\": 6, \"12\": 7, \"C1\": 8, \"'\": 9, \"s\": 10, \"'s\": 11, \"\u010a\": 12, " \
            "\"\u010a\u010a\": 13, " \
              "\"ACA\": 14}, \"merges\": [\"A C\", \"\u0120 A\", \"1 2\", \"C 1\", \"' s\", \"\u010a \u010a\", " \
            "\"AC A\"]}"
#define LEVEL(REGEX) "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": " REGEX "}"
#define QWEN "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}|" \
            " ?[^\\\\s\\\\p{L}\\\\p{N}]+" \
             "[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"
    check("{\"pre_tokenizer\": " LEVEL("true") ", " BYTES "}", "AC12 A's", "5:0-2 7:2-4 6:4-6 11:6-8");
    check("{\"pre_tokenizer\": " LEVEL("true") ", " BYTES "}", "A  AC\n\n\nA",
            "0:0-1 4:1-2 4:2-3 5:3-5 13:5-7 12:7-8 0:8-9");
    check("{\"pre_tokenizer\": " LEVEL("false") ", " BYTES "}", "C12", "1:0-1 7:1-3");
    check("{\"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [" SPLIT(QWEN) ", "
            "" LEVEL("false") "]}, " BYTES "}",
          "AC12 A\n\n", "5:0-2 2:2-3 3:3-4 6:4-6 13:6-8");
}

/* Tokens that are cut out of the text before all else, the longest first. */
static void test_added(void **state)
{
    (void)state;
#define ADDED "\"added_tokens\": [{\"id\": 2, \"content\": \"[SEP]\"}, {\"id\": 12, \"content\": \"[S\"}, " \
            "{\"id\": 7, " \
              "\"content\": \"-\"}], "
    check("{" ADDED MODEL(MERGES) "}", "AC[SEP]A[S-A[SE",
          "5:0-2 2:-1--1 3:7-8 12:-1--1 7:10-11 3:11-12 12:-1--1 0:14-15");
}

/* Vocabularies of text and of proteins. */
static void test_not_dna(void **state)
{
    (void)state;
#define NO "not of DNA"
    refused("{\"model\": {\"type\": \"BPE\", \"merges\": [], \"vocab\": {\"the\": 0, \"dog\": 1, "
            "\"\u0120of\": 2, \"A\": 3, \"and\": "
            "4, \"tion\": 5, \"ing\": 6, \"ent\": 7, \"her\": 8, \"for\": 9, \"hat\": 10, \"his\": 11, "
            "\"tha\": 12, \"ere\": 13, "
            "\"con\": 14, \"res\": 15, \"ver\": 16, \"all\": 17, \"ons\": 18, \"nce\": 19, \"men\": 20, "
            "\"ith\": 21}}}", 100, NO);
    refused("{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"A\": 0, \"C\": 1, \"D\": 2, \"E\": 3, "
            "\"F\": 4, \"G\": 5, \"I\": 6, "
            "\"L\": 7, \"P\": 8, \"Q\": 9, \"T\": 10}}}", 100, NO);
}

static void test_refused(void **state)
{
    (void)state;
    refused("{\"model\": {\"type\": \"Unigram\", \"vocab\": {\"A\": 0}}}", 100, "type \"Unigram\"");
    refused("{\"normalizer\": {\"type\": \"Precompiled\"}, " MODEL(MERGES) "}", 100, "normalizer \"Precompiled\"");
    refused("{\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(A|C)\"}, \"content\": \"A\"}, "
            MODEL(MERGES) "}", 100, "\"(A|C)\"");
    refused("{\"pre_tokenizer\": {\"type\": \"ByteLevel\"}, " MODEL(MERGES) "}", 100, "a space before the text");
    refused("{\"pre_tokenizer\": {\"type\": \"Digits\"}, " MODEL(MERGES) "}", 100, "pre-tokenizer \"Digits\"");
    refused("{\"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"_\"}, " MODEL(MERGES) "}", 100,
            "pre-tokenizer \"Metaspace\"");
    refused("{\"normalizer\": {\"type\": \"Prepend\", \"prepend\": \"_\"}, " MODEL(MERGES) "}", 100,
            "\"Prepend\" of \"_\"");
    refused("{\"pre_tokenizer\": " SPLIT(".{6}") ", " MODEL(MERGES) "}", 100, "pieces of a few letters");
    refused("{\"pre_tokenizer\": " SPLIT(".{0}") ", " MODEL(MERGES) "}", 100, "\"Split\" at \".{0}\"");
    refused("{\"post_processor\": {\"type\": \"Other\"}, " MODEL(MERGES) "}", 100, "post-processor \"Other\"");
    refused("{\"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"x\", 99], \"sep\": [\"y\", 2]}, "
            MODEL(MERGES) "}", 100, "one token of the vocabulary");
    refused("{" MODEL(MERGES ", \"ignore_merges\": true") "}", 100, "ignore_merges");
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
    refused("{\"model\": {\"type\": \"BPE\", \"unk_token\": \"?\", \"vocab\": {\"A\": 0}}}", 100,
            "unknown characters");
    refused("{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"AA\": 0, \"C\": 1}}, \"normalizer\": {\"type\": "
            "\"Lowercase\"}}", 100, "not k-mers");
    refused("[1]", 100, "not a JSON object");
    refused("{}", 100, "no \"vocab\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bpe), cmocka_unit_test(test_steps),
                                       cmocka_unit_test(test_words), cmocka_unit_test(test_marks),
                                       cmocka_unit_test(test_bytes), cmocka_unit_test(test_added),
                                       cmocka_unit_test(test_not_dna), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
