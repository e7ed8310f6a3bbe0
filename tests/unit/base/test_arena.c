#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/arena.h"

static void test_aligned_and_apart(void **state)
{
    (void)state;
    gs_arena *a = gs_arena_new();
    char *p[200];
    for (int i = 0; i < 200; i++) {
        p[i] = gs_alloc(a, (size_t)i * 300);
        assert_int_equal((uintptr_t)p[i] % 64, 0);
        memset(p[i], i, (size_t)i * 300);
    }
    for (int i = 1; i < 200; i++)
        assert_true(p[i][0] == (char)i && p[i][i * 300 - 1] == (char)i);
    gs_arena_free(a);
}

static void test_release_reuses(void **state)
{
    (void)state;
    gs_arena *a = gs_arena_new();
    void *kept = gs_alloc(a, 100);
    gs_mark m = gs_arena_mark(a);
    void *first = gs_alloc(a, 5 << 20);
    size_t peak = gs_arena_peak(a);
    for (int i = 0; i < 50; i++) {
        gs_arena_release(a, m);
        assert_ptr_equal(gs_alloc(a, 5 << 20), first);
    }
    assert_int_equal(gs_arena_peak(a), peak);
    assert_true(peak >= 5 << 20 && peak < 6 << 20);
    memset(kept, 1, 100);
    gs_arena_free(a);
}

static void test_mark_of_empty_arena(void **state)
{
    (void)state;
    gs_arena *a = gs_arena_new();
    gs_mark m = gs_arena_mark(a);
    void *p = gs_alloc(a, 10);
    gs_arena_release(a, m);
    assert_ptr_equal(gs_alloc(a, 10), p);
    gs_arena_free(a);
}

static void test_out_of_memory_jumps(void **state)
{
    (void)state;
    gs_arena *a = gs_arena_new();
    if (setjmp(*gs_arena_oom(a)) == 0) {
        gs_new(a, float, -1); /* a size that overflowed */
        fail();
    }
    assert_true(gs_arena_wanted(a) > SIZE_MAX / 2);
    assert_non_null(gs_alloc(a, 10)); /* and the arena still works */
    gs_arena_free(a);
    gs_arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned_and_apart),
        cmocka_unit_test(test_release_reuses),
        cmocka_unit_test(test_mark_of_empty_arena),
        cmocka_unit_test(test_out_of_memory_jumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
