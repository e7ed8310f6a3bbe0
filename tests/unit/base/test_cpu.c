#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/cpu.h"

static void test_isa(void **state)
{
    (void)state;
    unsetenv("GSCORE_ISA");
    assert_true(gs_isa_usable(GS_ISA_REF));
    assert_true(gs_isa_usable(gs_isa()));
    for (int i = 0; i < GS_ISA_COUNT; i++) { /* the cap lowers, never raises */
        setenv("GSCORE_ISA", gs_isa_name((gs_isa_t)i), 1);
        assert_true((int)gs_isa() <= i && gs_isa_usable(gs_isa()));
    }
    setenv("GSCORE_ISA", "nonsense", 1);
    gs_isa_t ignored = gs_isa();
    unsetenv("GSCORE_ISA");
    assert_int_equal(ignored, gs_isa());
}

static void test_count(void **state)
{
    (void)state;
    assert_in_range(gs_cpu_count(), 1, sysconf(_SC_NPROCESSORS_CONF));
}

static void test_env(void **state)
{
    (void)state;
    setenv("GS_TEST_A", "", 1);
    assert_null(gs_env("GS_TEST_A"));
    gs_env_default("GS_TEST_A", "1");
    gs_env_default("GS_TEST_A", "2");
    assert_string_equal(gs_env("GS_TEST_A"), "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_isa),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_env),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
