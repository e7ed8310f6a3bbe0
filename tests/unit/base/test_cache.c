/* Stamps of files, and what is remembered under them. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/cache.h"
#include "base/stamp.h"

static char dir[] = "/tmp/gscore-cache-XXXXXX";

static const char *at(const char *name)
{
    static char path[4][300];
    static int i;
    snprintf(path[i = (i + 1) % 4], sizeof *path, "%s/%s", dir, name);
    return path[i];
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(at(name), "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* Until no file is too young for a stamp. */
static void settled_stamp(const char *path, char out[65])
{
    for (int tenths = 0; gs_stamp(path, out); tenths++) {
        assert_true(tenths < 60);
        usleep(100000);
    }
}

static void test_stamp(void **state)
{
    (void)state;
    char first[65], again[65], other[65];
    mkdir(at("model"), 0700);
    mkdir(at("model/below"), 0700);
    put("model/a", "one");
    put("model/b", "two");
    assert_true(gs_stamp(at("absent"), first) < 0);
    assert_true(gs_stamp(at("model"), first) < 0); /* too young */
    settled_stamp(at("model"), first);
    assert_int_equal(gs_stamp(at("model"), again), 0);
    assert_string_equal(again, first);
    put("model/b", "TWO");   /* same size, other contents */
    assert_true(gs_stamp(at("model"), other) < 0);
    settled_stamp(at("model"), other);
    assert_string_not_equal(other, first);
    /* the date of its contents set back, as copying tools do: that of the inode still tells */
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, at("model/b"), old, 0), 0);
    settled_stamp(at("model"), first);
    put("model/b", "two");
    assert_int_equal(utimensat(AT_FDCWD, at("model/b"), old, 0), 0);
    settled_stamp(at("model"), again);
    assert_string_not_equal(again, first);
    assert_int_equal(rename(at("model/b"), at("model/c")), 0);
    settled_stamp(at("model"), other);
    assert_string_not_equal(other, again);
}

static int found(const char *stamp, const char *word)
{
    char got[65] = "";
    int rc = gs_cache_get(at("model"), stamp, got, sizeof got);
    assert_true(!rc || !strcmp(got, word));
    return rc;
}

static void test_remember(void **state)
{
    (void)state;
    mkdir(at("model"), 0700);
    setenv("XDG_CACHE_HOME", at("cache"), 1);
    assert_false(found("s1", "w1"));
    gs_cache_put(at("model"), "s1", "w1");
    assert_true(found("s1", "w1"));
    assert_false(found("s2", ""));
    gs_cache_put(at("model"), "s2", "w2");   /* takes its place */
    assert_true(found("s2", "w2"));
    assert_false(found("s1", ""));
    char one[2];
    assert_false(gs_cache_get(at("model"), "s2", one, sizeof one)); /* no room */
    char command[400];
    snprintf(command, sizeof command, "for f in %s/cache/gscore/*; do printf s2 > $f; done", dir); /* a torn file */
    assert_int_equal(system(command), 0);
    assert_false(found("s2", ""));
    gs_cache_put(at("model"), "s3", "w3");
    assert_true(found("s3", "w3"));
}

/* No place to remember at: nothing is, and nothing fails. */
static void test_no_folder(void **state)
{
    (void)state;
    static const char *const places[][2] = {{"/proc/absent", "/"}, {"relative", ""}, {"", "relative"},
                                            {"/dev/null", "/"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        setenv("XDG_CACHE_HOME", places[i][0], 1);
        setenv("HOME", places[i][1], 1);
        gs_cache_put(at("model"), "s", "w");
        assert_false(found("s", "w"));
    }
    setenv("XDG_CACHE_HOME", "", 1);
    setenv("HOME", dir, 1);
    gs_cache_put(at("model"), "s", "w");
    assert_true(found("s", "w"));
    assert_int_equal(access(at(".cache/gscore"), R_OK | W_OK | X_OK), 0);
}

static int make(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int clear(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stamp), cmocka_unit_test(test_remember),
                                       cmocka_unit_test(test_no_folder)};
    return cmocka_run_group_tests(tests, make, clear);
}
