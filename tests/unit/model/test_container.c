/* The model file: written and read again, damaged, and of other kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "kernel/gemm.h"
#include "model/tiny_model.h"

static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = malloc(1 << 20);
    assert_non_null(text);
    *n = fread(text, 1, 1 << 20, f);
    fclose(f);
    return text;
}

static void write_tiny(const char *path)
{
    gs_err e = {0};
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    if (gs_container_write(&b, path, &e))
        fail_msg("%s", e.msg);
    gs_bundle_free(&b);
}

static void test_round_trip(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_bundle b;
    size_t n, again_n;
    write_tiny(at("one"));
    assert_int_equal(gs_container_read(&b, at("one"), &e), 0);
    assert_int_equal(b.tensors.n, TINY_TENSORS);
    assert_int_equal(strlen(b.sha256), 64);
    assert_int_equal(gs_container_write(&b, at("two"), &e), 0);
    char *one = slurp(at("one"), &n), *two = slurp(at("two"), &again_n);
    assert_int_equal(n, again_n);
    assert_memory_equal(one, two, n);
    assert_int_equal((8 + (unsigned char)one[0] + 256 * (unsigned char)one[1]) % 64, 0);
    free(one);
    free(two);
    gs_model *m = gs_model_build(&b, &e);
    assert_non_null(m);
    assert_int_equal(m->recipe.window, 32);
    assert_int_equal(m->dim, 4);
    gs_model_close(m);
}

static void test_damage(void **state)
{
    (void)state;
    gs_bundle b;
    size_t n;
    write_tiny(at("whole"));
    char *bytes = slurp(at("whole"), &n);
    bytes[n - 1] ^= 1;
    write_bytes(at("flipped"), bytes, n);
    gs_err e = {0};
    assert_int_equal(gs_container_read(&b, at("flipped"), &e), -GS_EMODEL);
    assert_non_null(strstr(e.msg, "damaged"));
    bytes[n - 1] ^= 1;
    for (size_t cut = 0; cut < n; cut += 97) { /* cut anywhere: an error, never a crash */
        e = (gs_err){0};
        write_bytes(at("cut"), bytes, cut);
        assert_int_equal(gs_container_read(&b, at("cut"), &e), -GS_EMODEL);
        assert_true(e.msg[0]);
    }
    free(bytes);
}

/* A short sequence through whatever a file gave. */
static void try_forward(gs_bundle *b)
{
    static const int32_t ids[] = {0, 1, 2, 3};
    const int beg = 0, len = 4;
    gs_read read[] = {{.end = 4, .want = GS_WANT_HIDDEN}, {.beg = 2, .end = 3, .want = GS_WANT_LOGITS}};
    gs_model *m = gs_model_build(b, NULL);
    gs_worker *wk = gs_worker_new();
    if (m)
        gs_forward(wk, m, &(gs_batch){.B = 1, .rows = 4, .beg = &beg, .len = &len, .ids = ids}, read, 2, NULL);
    gs_worker_free(wk);
    gs_model_close(m);
}

/* One bit wrong in the header, here and there: an error or a model that runs, never a crash. */
static void test_flipped_header(void **state)
{
    (void)state;
    size_t n, header;
    int models = 0;
    write_tiny(at("header"));
    char *bytes = slurp(at("header"), &n);
    header = (size_t)((unsigned char)bytes[0] + 256 * (unsigned char)bytes[1]) + 8;
    for (size_t i = 0; i < header; i += 5) {
        gs_bundle b;
        char bit = (char)(1 << i % 7);
        bytes[i] ^= bit;
        write_bytes(at("flip"), bytes, n);
        bytes[i] ^= bit;
        if (!gs_container_read(&b, at("flip"), NULL)) {
            try_forward(&b);
            models++;
        }
    }
    assert_true(models > 0);
    free(bytes);
}

static void expect(const char *header, const char *says)
{
    gs_bundle b;
    gs_err e = {0};
    write_safetensors(at("other"), header, 0);
    assert_int_equal(gs_container_read(&b, at("other"), &e), -GS_EMODEL);
    if (!strstr(e.msg, says))
        fail_msg("%s", e.msg);
}

static void test_other_files(void **state)
{
    (void)state;
    expect("{}", "not a gscore model");
    expect("{\"__metadata__\":{\"gscore_format\":\"2\"}}", "format 2");
    expect("{\"__metadata__\":{\"gscore_format\":\"1\"}}", "sha256");
#define SHA "\"sha256\":\"0123456789012345678901234567890123456789012345678901234567890123\""
    expect("{\"__metadata__\":{\"gscore_format\":\"1\"," SHA "}}", "\"config\" is missing");
    expect("{\"__metadata__\":{\"gscore_format\":\"1\"," SHA ",\"config\":\"[]\"}}", "config is not a JSON object");
    expect("{\"__metadata__\":{\"gscore_format\":\"1\"," SHA ",\"config\":\"{\"}}", "config is not valid JSON");
    expect("{\"__metadata__\":[]}", "not a gscore model");
}

static void test_no_place(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    assert_int_equal(gs_container_write(&b, at("no/such/place"), &e), -GS_EOUTPUT);
    e = (gs_err){0};
    if (!access("/dev/full", W_OK)) {
        gs_bundle_free(&b);
        b = tiny_bundle(TINY_CONFIG, NULL);
        assert_int_equal(symlink("/dev/full", at("full")), 0);
        assert_int_equal(gs_container_write(&b, at("full"), &e), -GS_EOUTPUT);
    }
    gs_bundle_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_damage),
                                       cmocka_unit_test(test_flipped_header), cmocka_unit_test(test_other_files),
                                       cmocka_unit_test(test_no_place)};
    if (gs_gemm_open(1, NULL))
        return 1;
    int ret = cmocka_run_group_tests(tests, NULL, NULL);
    clean_scratch();
    return ret;
}
