/* Opening checkpoints while one allocation fails, each in turn: GS_ENOMEM, or nothing is lost by it; never a complaint
 * about the files. The allocator of this program is glibc's behind a counter; sanitizers bring their own, there each
 * file is opened as it is. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "import/import.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

static long count, failing; /* allocations so far; which one fails, 0: none */

#ifndef SANITIZED
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static int fails(void)
{
    int yes = ++count == failing;
    if (yes)
        errno = ENOMEM;
    return yes;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}
#endif

/* Returns whether it opened. */
static int open_failing(const char *path, long n, const gs_bundle *want)
{
    gs_err e = {0};
    gs_bundle b;
    count = 0;
    failing = n;
    int ret = gs_bundle_open(&b, path, &e);
    failing = 0;
    if (ret && (ret != -GS_ENOMEM || !e.msg[0]))
        fail_msg("%s, allocation %ld: status %d, \"%s\"", path, n, -ret, e.msg);
    if (ret)
        return 0;
    assert_int_equal(b.tensors.n, want->tensors.n);
    assert_true(json_equal(b.config, want->config) && json_equal(b.tokenizer, want->tokenizer));
    assert_true(json_equal(b.recipe, want->recipe) && json_equal(b.card, want->card));
    gs_bundle_free(&b);
    return 1;
}

static void each(const char *path, long step)
{
    gs_err e = {0};
    gs_bundle want = {0};
    for (int turn = 0; turn < 2; turn++) { /* the first time libraries set themselves up */
        gs_bundle_free(&want);
        count = 0;
        if (gs_bundle_open(&want, path, &e))
            fail_msg("%s", e.msg);
    }
    long all = count, opened = 0, tried = 0;
    for (long n = 1; n <= all; n += step, tried++)
        opened += open_failing(path, n, &want);
#ifndef SANITIZED
    assert_true(tried > 100 && opened < tried / 5); /* buffers of streams can be done without */
#endif
    gs_bundle_free(&want);
}

static void test_each_allocation(void **state)
{
    (void)state;
    each(TEST_DIR "/golden/dnabert-3", 1);           /* vocab.txt, torch archive or stream */
    each(TEST_DIR "/golden/gpn-msa", 3);
    each(TEST_DIR "/golden/dnabert-2", 401);         /* tokenizer.json */
    each(TEST_DIR "/golden/phylogpn", 37);           /* safetensors */
    each(TEST_DIR "/../models/mito.bin", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
