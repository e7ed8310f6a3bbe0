/* The public interface: what a number is called, and errors that are used again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "gscore.h"

#define REF "ACGTTGCATTGACCATGACTTGACATTGACGATCAGATTACAGGCATTACGGATCCATGCA"
#define ALT "ACGTTGCATTGACCATGACTTGACATTGACGATGAGATTACAGGCATTACGGATCCATGCA"
enum { LEN = sizeof REF - 1 };

static gs_model *open_model(const char *name, gs_err *e)
{
    gs_model *m = gs_model_open(name, e);
    if (!m)
        fail_msg("%s", e->msg);
    return m;
}

/* Every call begins with an empty error. */
static void test_error_used_again(void **state)
{
    (void)state;
    gs_err e = {0};
    float score, hidden[1];
    assert_null(gs_model_open("/absent/model", &e));
    assert_int_equal(e.code, GS_EMODEL);
    gs_model *m = open_model(TEST_DIR "/../models/mito.bin", &e);
    assert_true(e.code == GS_OK && !e.msg[0]);
    assert_int_equal(gs_score_pair(m, REF, ALT, 0, &score, &e), -GS_EUSAGE);
    assert_non_null(strstr(e.msg, "a window of 0 bases"));
    assert_int_equal(gs_score_pair(m, "NNNNNNNNNNNNNNNNNNNN", "NNNNNNNNNCNNNNNNNNNN", 20, &score, &e), -GS_EINPUT);
    assert_non_null(strstr(e.msg, "n_context"));
    assert_int_equal(gs_score_pair(m, REF, ALT, LEN, &score, &e), 0);
    assert_true(e.code == GS_OK && !e.msg[0]);
    assert_int_equal(gs_embed(m, "", 0, hidden, &e), -GS_EUSAGE);
    assert_null(gs_model_open("/absent/model", &e));
    assert_non_null(strstr(e.msg, "/absent/model"));
    assert_int_equal(gs_score_pair(m, REF, ALT, 0, &score, NULL), -GS_EUSAGE);
    gs_model_close(m);
}

static void test_what_is_scored(void **state)
{
    (void)state;
    gs_err e = {0};
    float score = 5;
    gs_model *mlm = open_model(TEST_DIR "/../models/mito.bin", &e), *bpe = open_model(TEST_DIR "/golden/dnabert-2", &e);
    assert_string_equal(gs_model_score(mlm), "GS_LLR");
    assert_int_equal(gs_score_pair(mlm, REF, REF, LEN, &score, &e), 0);
    assert_true(score == 0);
    assert_string_equal(gs_model_score(bpe), "GS_COSINE");
    assert_int_equal(gs_score_pair(bpe, REF, ALT, LEN, &score, &e), 0);
    assert_true(score > 0 && score < 2);
    assert_int_equal(gs_score_pair(bpe, REF, REF, LEN, &score, &e), -GS_EINPUT);
    assert_non_null(strstr(e.msg, "equal"));
    gs_model_close(mlm);
    gs_model_close(bpe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_error_used_again), cmocka_unit_test(test_what_is_scored)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
