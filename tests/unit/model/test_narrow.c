/* 32-bit numbers to 16-bit ones. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "kernel/kernel.h"
#include "model/narrow.h"

/* Every 16-bit number that is one comes back from its 32-bit form. */
static void test_all_come_back(void **state)
{
    (void)state;
    for (uint32_t u = 0; u < 65536; u++) {
        uint16_t x = (uint16_t)u, back;
        float y;
        gs_kernels_ref.from_f16(&y, &x, 1);
        if (!isnan(y)) {
            assert_int_equal(gs_to_f16(&back, &y, 1), 0);
            assert_int_equal(back, x);
        }
        gs_kernels_ref.from_bf16(&y, &x, 1);
        gs_to_bf16(&back, &y, 1);
        if (!isnan(y))
            assert_int_equal(back, x);
        else
            assert_int_equal(back & 0x7f80, 0x7f80);
    }
}

/* Between two neighbours the nearer one is taken, and the even one in the middle. */
static void test_rounding(void **state)
{
    (void)state;
    for (uint32_t u = 0; u < 0x7bff; u += 7) {
        uint16_t x[2] = {(uint16_t)u, (uint16_t)(u + 1)}, out[3];
        float y[2];
        gs_kernels_ref.from_f16(y, x, 2);
        float middle = (y[0] + y[1]) / 2;
        assert_int_equal(gs_to_f16(out, (float[]){nextafterf(middle, 0), middle, nextafterf(middle, INFINITY)}, 3), 0);
        assert_int_equal(out[0], x[0]);
        assert_int_equal(out[1], x[u & 1]);
        assert_int_equal(out[2], x[1]);
    }
    for (uint32_t u = 0x0080; u < 0x7f7f; u += 7) {
        uint16_t x[2] = {(uint16_t)u, (uint16_t)(u + 1)}, out[3];
        float y[2];
        gs_kernels_ref.from_bf16(y, x, 2);
        float middle = y[0] / 2 + y[1] / 2;
        gs_to_bf16(out, (float[]){nextafterf(middle, 0), middle, nextafterf(middle, INFINITY)}, 3);
        assert_int_equal(out[0], x[0]);
        assert_int_equal(out[1], x[u & 1]);
        assert_int_equal(out[2], x[1]);
    }
}

static void test_extremes(void **state)
{
    (void)state;
    uint16_t y[4];
    assert_int_equal(gs_to_f16(y, (float[]){INFINITY, -INFINITY, NAN, 65519}, 4), 0);
    assert_int_equal(y[0], 0x7c00);
    assert_int_equal(y[1], 0xfc00);
    assert_int_equal(y[2] & 0x7e00, 0x7e00);
    assert_int_equal(y[3], 0x7bff);
    assert_int_equal(gs_to_f16(y, (float[]){65520}, 1), -1);
    assert_int_equal(gs_to_f16(y, (float[]){-3e38f}, 1), -1);
    assert_int_equal(gs_to_f16(y, (float[]){1e-9f, -1e-9f}, 2), 0);
    assert_int_equal(y[0], 0);
    assert_int_equal(y[1], 0x8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_come_back), cmocka_unit_test(test_rounding),
                                       cmocka_unit_test(test_extremes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
