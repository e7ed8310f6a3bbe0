#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/sha256.h"

static void check(const char *text, size_t n, const char *want)
{
    gs_sha256 c;
    char hex[65];
    for (size_t step = 1; step <= 200; step += 31) { /* pieces of any size give the same */
        gs_sha256_init(&c);
        for (size_t i = 0; i < n; i += step)
            gs_sha256_add(&c, text + i, n - i < step ? n - i : step);
        assert_int_equal(gs_sha256_hex(&c, hex, NULL), 0);
        assert_string_equal(hex, want);
    }
}

/* Examples of FIPS 180-4 (NIST), and lengths around the ends of blocks, as sha256sum gives them. */
static void test_known(void **state)
{
    (void)state;
    char a[200];
    memset(a, 'a', sizeof a);
    check("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check(a, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    check(a, 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
    check(a, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    check(a, 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
    check(a, 200, "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
