#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/str.h"

static void test_grows(void **state)
{
    (void)state;
    gs_str s = {0};
    for (int i = 0; i < 1000; i++)
        gs_str_printf(&s, "%d,", i);
    gs_str_add(&s, "");
    gs_str_addn(&s, "a\0b", 3);
    assert_int_equal(s.len, 10 * 2 + 90 * 3 + 900 * 4 + 3);
    assert_memory_equal(s.s, "0,1,2,", 6);
    assert_memory_equal(s.s + s.len - 3, "a\0b", 4);
    assert_false(s.failed);
    gs_str_free(&s);
    assert_null(s.s);
}

static void test_empty(void **state)
{
    (void)state;
    gs_str s = {0};
    gs_str_clear(&s);
    gs_str_add(&s, "");
    assert_string_equal(s.s, "");
    gs_str_add(&s, "abc");
    gs_str_clear(&s);
    assert_string_equal(s.s, "");
    gs_str_free(&s);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    gs_str s = {0};
    gs_str_add(&s, "kept");
    gs_str_addn(&s, NULL, SIZE_MAX - 16);
    assert_true(s.failed);
    assert_string_equal(s.s, "kept");
    gs_str_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
