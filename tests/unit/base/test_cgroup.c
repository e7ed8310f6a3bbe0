#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/cpu.h"

#define DIR BUILD_DIR "/test_cgroup"

static void put(const char *path, const char *text)
{
    char command[1000];
    snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s/%s')\"", DIR, path);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/%s", DIR, path);
    FILE *f = fopen(command, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static double cpus(const char *proc)
{
    put("proc", proc);
    return gs_cgroup_cpus(DIR "/proc", DIR "/sys");
}

static int clean(void **state)
{
    (void)state;
    return system("rm -rf '" DIR "'");
}

static void test_version_2(void **state)
{
    (void)state;
    put("sys/job/step/cpu.max", "max 100000\n");
    put("sys/job/cpu.max", "250000 100000\n");
    assert_float_equal(cpus("0::/job/step\n"), 2.5, 1e-9); /* the parent limits */
    put("sys/job/step/cpu.max", "50000 100000\n");
    assert_float_equal(cpus("0::/job/step\n"), 0.5, 1e-9);
    assert_float_equal(cpus("0::/job/not/here\n"), 2.5, 1e-9);
    assert_float_equal(cpus("0::/\n"), 0, 1e-9);
}

static void test_version_1(void **state)
{
    (void)state;
    put("sys/cpu/job/cpu.cfs_quota_us", "300000\n");
    put("sys/cpu/job/cpu.cfs_period_us", "100000\n");
    assert_float_equal(cpus("5:cpuset:/other\n4:cpu,cpuacct:/job\n1:memory:/\n"), 3, 1e-9);
    put("sys/cpu/job/cpu.cfs_quota_us", "-1\n");
    assert_float_equal(cpus("4:cpuacct,cpu:/job\n"), 0, 1e-9);
}

static double memory(const char *proc)
{
    put("proc", proc);
    return gs_cgroup_memory(DIR "/proc", DIR "/sys");
}

/* What is left, of the parent or the child, whichever has less. */
static void test_memory(void **state)
{
    (void)state;
    put("sys/job/step/memory.max", "max\n");
    put("sys/job/step/memory.current", "1000\n");
    put("sys/job/memory.max", "5000\n");
    put("sys/job/memory.current", "2000\n");
    assert_float_equal(memory("0::/job/step\n"), 3000, 1e-9);
    put("sys/job/step/memory.max", "1500\n");
    assert_float_equal(memory("0::/job/step\n"), 500, 1e-9);
    put("sys/job/step/memory.current", "1600\n");
    assert_float_equal(memory("0::/job/step\n"), 1, 1e-9);
    put("sys/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
    put("sys/memory/job/memory.usage_in_bytes", "5\n");
    assert_float_equal(memory("3:memory:/job\n4:cpu:/job\n"), 0, 1e-9);
    put("sys/memory/job/memory.limit_in_bytes", "70\n");
    assert_float_equal(memory("3:memory:/job\n4:cpu:/job\n"), 65, 1e-9);
    assert_true(gs_memory_left() > 1 << 20);
}

static void test_nothing(void **state)
{
    (void)state;
    assert_float_equal(gs_cgroup_cpus(DIR "/absent", DIR "/sys"), 0, 1e-9);
    assert_float_equal(cpus("nonsense\n\n"), 0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_version_2, clean),
        cmocka_unit_test_setup(test_version_1, clean),
        cmocka_unit_test_setup(test_memory, clean),
        cmocka_unit_test_setup_teardown(test_nothing, clean, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
