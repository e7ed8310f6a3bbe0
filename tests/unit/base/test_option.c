/* Rows of options: values in, words out; and what was meant by a misspelt one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/nearest.h"
#include "base/option.h"

typedef struct {
    int on, n, flank, word, optional, own;
    const char *text;
    gs_names names;
} args;

static int take_own(void *field, const char *value, gs_err *e)
{
    if (value && strcmp(value, "good"))
        return gs_fail(e, GS_EUSAGE, "bad");
    *(int *)field = value ? 1 : -7;
    return 0;
}

#define AT(FIELD) .field = offsetof(args, FIELD), .recorded = 1
static const gs_option rows[] = {
    {.name = "on", .kind = GS_OPT_SWITCH, AT(on)},
    {.name = "n", .value = "N", .kind = GS_OPT_INT, AT(n), .min = 2, .max = 9, .otherwise = "the recipe"},
    {.name = "flank", .value = "N|all", .kind = GS_OPT_INT, AT(flank), .def = 8, .max = 100, .word = "all"},
    {.name = "word", .value = "fwd|rev|both", .kind = GS_OPT_WORD, AT(word), .min = 1},
    {.name = "optional", .value = "csi|tbi", .kind = GS_OPT_WORD, .optional = 1, .min = 1,
     .field = offsetof(args, optional)},
    {.name = "text", .value = "FILE", .kind = GS_OPT_TEXT, AT(text)},
    {.name = "name", .value = "NAME", .kind = GS_OPT_NAMES, AT(names)},
    {.name = "own", .value = "X", .kind = GS_OPT_OWN, .take = take_own, .field = offsetof(args, own)},
    {0}};
enum { ON, N, FLANK, WORD, OPTIONAL, TEXT, NAME, OWN };

static args defaults(void)
{
    args a = {0};
    gs_option_defaults(rows, &a);
    return a;
}

static void expect_record(const args *a, const char *want)
{
    gs_str s = {0};
    gs_option_record(rows, a, &s);
    assert_string_equal(s.s ? s.s : "", want);
    assert_int_equal(s.failed, 0);
    gs_str_free(&s);
}

static void set(args *a, int row, const char *value)
{
    gs_err e = {0};
    if (gs_option_set(&rows[row], a, value, &e))
        fail_msg("%s", e.msg);
}

static void expect_refused(int row, const char *value, const char *part)
{
    args a = defaults(), before = a;
    gs_err e = {0};
    assert_int_equal(gs_option_set(&rows[row], &a, value, &e), -GS_EUSAGE);
    assert_non_null(strstr(e.msg, part));
    assert_memory_equal(&a, &before, sizeof a);
}

static void values(void **state)
{
    (void)state;
    args a = defaults();
    assert_int_equal(a.flank, 8);
    assert_int_equal(a.own, -7);
    expect_record(&a, "--flank 8");
    set(&a, ON, NULL);
    set(&a, N, "9");
    set(&a, FLANK, "all");
    set(&a, WORD, "both");
    set(&a, OPTIONAL, NULL);
    set(&a, TEXT, "/some/where/x.gz");
    set(&a, NAME, "c1");
    set(&a, NAME, "c2");
    set(&a, OWN, "good");
    assert_int_equal(a.flank, -1);
    assert_int_equal(a.word, 3);
    assert_int_equal(a.optional, 1);
    assert_int_equal(a.own, 1);
    expect_record(&a, "--on --n 9 --flank all --word both --text x.gz --name c1 --name c2");
    set(&a, OPTIONAL, "tbi");
    assert_int_equal(a.optional, 2);
}

static void refusals(void **state)
{
    (void)state;
    expect_refused(N, "1", "--n wants a whole number from 2 to 9, not '1'");
    expect_refused(N, "10", "2 to 9");
    expect_refused(N, "", "2 to 9");
    expect_refused(N, "3x", "3x");
    expect_refused(N, "99999999999999999999", "2 to 9");
    expect_refused(FLANK, "-1", "or all, not '-1'");
    expect_refused(WORD, "re", "did you mean rev?");
    expect_refused(WORD, "", "--word wants fwd|rev|both");
    expect_refused(WORD, "fwd|rev", "--word wants");
    expect_refused(OWN, "worse", "bad");
    args a = defaults();
    gs_err e = {0};
    for (int i = 0; i < GS_NAMES_MAX; i++)
        set(&a, NAME, "c");
    assert_int_equal(gs_option_set(&rows[NAME], &a, "c", &e), -GS_EUSAGE);
}

static void default_texts(void **state)
{
    (void)state;
    static const char *const want[] = {"", "the recipe", "8", "", "", "", "", ""};
    for (int i = 0; rows[i].name; i++) {
        gs_str s = {0};
        gs_option_default_text(&rows[i], &s);
        assert_string_equal(s.s ? s.s : "", want[i]);
        gs_str_free(&s);
    }
}

static void expect_nearest(const char *word, const char *want)
{
    static const char *const known[] = {"score", "info", "convert", "embed", "bench", "selftest", "w", "l2", NULL};
    gs_nearest s = {.word = word};
    char out[100];
    for (int i = 0; known[i]; i++)
        gs_nearest_add(&s, known[i], strlen(known[i]));
    assert_string_equal(gs_nearest_hint(&s, "--", out, sizeof out), want);
}

static void nearest(void **state)
{
    (void)state;
    expect_nearest("scroe", "; did you mean --score?");
    expect_nearest("SCORE", "; did you mean --score?");
    expect_nearest("scores", "; did you mean --score?");
    expect_nearest("conv", "; did you mean --convert?");
    expect_nearest("inof", "; did you mean --info?");
    expect_nearest("l3", "; did you mean --l2?");
    expect_nearest("frobnicate", "");
    expect_nearest("x", "");
    expect_nearest("", "");
    char long_word[200];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = 0;
    expect_nearest(long_word, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values), cmocka_unit_test(refusals),
                                       cmocka_unit_test(default_texts), cmocka_unit_test(nearest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
