/* Reading safetensors: what is right is found, whatever is wrong is refused in a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model/scratch_model.h"

#define ONE "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"

static void test_good(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tensors s = {0};
    json_t *meta = NULL;
    write_safetensors(at("good"), "{\"__metadata__\":{\"a\":\"b\"}," ONE ",\"v\":{\"dtype\":\"BF16\",\"shape\":[],"
                      "\"data_offsets\":[8,10]},"
                      "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[8,8]}}   ", 10);
    if (gs_safetensors_read(&s, at("good"), &meta, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(s.n, 3);
    assert_string_equal(json_string_value(json_object_get(meta, "a")), "b");
    const gs_tensor *t = gs_tensors_find(&s, "v");
    assert_int_equal(t->dtype, GS_BF16);
    assert_int_equal(gs_tensor_count(t), 1);
    assert_int_equal(*(const unsigned char *)t->data, 8);
    assert_int_equal(gs_tensor_count(gs_tensors_find(&s, "empty")), 0);
    assert_null(gs_tensors_find(&s, "nosuch"));
    assert_int_equal(gs_safetensors_read(&s, at("good"), NULL, &e), -GS_EMODEL); /* twice into one set */
    assert_non_null(strstr(e.msg, "occurs twice"));
    json_decref(meta);
    gs_tensors_free(&s);
}

#define TENSOR(dtype, shape, offsets) "{\"w\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"
static const struct { const char *header; size_t bytes; const char *says; } bad[] = {
    {"{" ONE "}", 4, "cut short"},
    {"{" ONE "}", 12, "4 bytes after its last tensor"},
    {"{" ONE ",\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "overlaps"},
    {"{" ONE ",\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16, "gap"},
    {"{" ONE "," ONE "}", 8, "a key occurs twice"},
    {TENSOR("\"F32\"", "[3]", "[0,8]"), 8, "8 bytes where its shape and type make 12"},
    {TENSOR("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0, "bad shape"},
    {TENSOR("\"F32\"", "[4611686018427387904]", "[0,0]"), 0, "bad shape"},
    {TENSOR("\"F32\"", "[-1]", "[0,8]"), 8, "bad shape"},
    {TENSOR("\"F32\"", "[2.0]", "[0,8]"), 8, "bad shape"},
    {TENSOR("\"F32\"", "\"2\"", "[0,8]"), 8, "bad shape"},
    {TENSOR("\"F32\"", "[1,1,1,1,1,1,2]", "[0,8]"), 8, "bad shape"},
    {TENSOR("\"F32\"", "[99999999999999999999]", "[0,8]"), 8, "not valid JSON"},
    {TENSOR("\"F32\"", "[2]", "[8,0]"), 8, "bad data_offsets"},
    {TENSOR("\"F32\"", "[2]", "[-8,0]"), 8, "bad data_offsets"},
    {TENSOR("\"F32\"", "[2]", "[0]"), 8, "bad data_offsets"},
    {TENSOR("\"F32\"", "[2]", "null"), 8, "bad data_offsets"},
    {TENSOR("\"F32\"", "[2]", "[9223372036854775800,9223372036854775807]"), 8, "7 bytes where"},
    {TENSOR("\"F32\"", "[2]", "[9223372036854775799,9223372036854775807]"), 8, "cut short"},
    {TENSOR("\"F99\"", "[2]", "[0,8]"), 8, "type \"F99\""},
    {TENSOR("7", "[2]", "[0,8]"), 8, "type \"?\""},
    {"{\"w\":[]}", 8, "type \"?\""},
    {"{\"\":{}}", 8, "name"},
    {"{\"a\\nb\":{}}", 8, "name"},
    {"{\"w\":", 8, "not valid JSON"},
    {"{}", 8, "8 bytes after"},
    {"[]", 8, "not a safetensors file"}};

static void test_bad_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gs_err e = {0};
        gs_tensors s = {0};
        write_safetensors(at("bad"), bad[i].header, bad[i].bytes);
        assert_int_equal(gs_safetensors_read(&s, at("bad"), NULL, &e), -GS_EMODEL);
        if (!strstr(e.msg, bad[i].says))
            fail_msg("%s\n  gives: %s\n  instead of: %s", bad[i].header, e.msg, bad[i].says);
        assert_non_null(strstr(e.msg, at("bad")));
        gs_tensors_free(&s);
    }
}

/* Files whose first bytes are wrong already. */
static void test_bad_starts(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t n; const char *says; } starts[] = {
        {"", 0, "empty"},
        {"abc", 3, "few bytes"},
        {"\377\377\377\377\377\377\377\377{}", 10, "not a safetensors file"},
        {"\0\0\0\0\0\0\0\0{}", 10, "not a safetensors file"},
        {"\010\0\0\0\0\0\0\0{\"a\"", 12, "header of 8 bytes is not complete"},
        {"\002\0\0\0\0\0\0\0", 8, "header of 2 bytes is not complete"},
        {"hello, I am a text and no model\n", 32, "not a safetensors file"}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        gs_err e = {0};
        gs_tensors s = {0};
        write_bytes(at("start"), starts[i].bytes, starts[i].n);
        assert_int_equal(gs_safetensors_read(&s, at("start"), NULL, &e), -GS_EMODEL);
        if (!strstr(e.msg, starts[i].says))
            fail_msg("start %zu gives: %s", i, e.msg);
        gs_tensors_free(&s);
    }
    gs_err e = {0};
    assert_int_equal(gs_safetensors_read(&(gs_tensors){0}, at("absent"), NULL, &e), -GS_EMODEL);
    assert_non_null(strstr(e.msg, "No such file"));
}

/* Deep nesting and floods of values end in an error, not in a crash or without memory. */
static void test_floods(void **state)
{
    (void)state;
    enum { N = 9000000 };
    gs_err e = {0};
    gs_tensors s = {0};
    char *text = malloc(N + 1);
    assert_non_null(text);
    memset(text, '[', N);
    memcpy(text, "{\"a\":", 5);
    text[100000] = 0;
    write_safetensors(at("flood"), text, 0);
    assert_int_equal(gs_safetensors_read(&s, at("flood"), NULL, &e), -GS_EMODEL);
    for (int i = 5; i + 3 < N; i += 3)
        memcpy(text + i, "[],", 3);
    text[N - 1] = 0;
    write_safetensors(at("flood"), text, 0);
    e = (gs_err){0};
    assert_int_equal(gs_safetensors_read(&s, at("flood"), NULL, &e), -GS_EMODEL);
    assert_non_null(strstr(e.msg, "JSON values"));
    free(text);
    gs_tensors_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_bad_headers),
                                       cmocka_unit_test(test_bad_starts), cmocka_unit_test(test_floods)};
    int ret = cmocka_run_group_tests(tests, NULL, NULL);
    clean_scratch();
    return ret;
}
