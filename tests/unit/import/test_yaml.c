/* YAML configurations to JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "import/yaml.h"

static void gives(const char *yaml, const char *json)
{
    gs_err e = {0};
    json_t *got = gs_yaml_parse(yaml, strlen(yaml), "x.yml", &e), *want = json_loads(json, 0, NULL);
    assert_non_null(want);
    if (!json_equal(got, want))
        fail_msg("%s: %s", yaml, e.msg);
    json_decref(got);
    json_decref(want);
}

static void refused(const char *yaml, const char *says)
{
    gs_err e = {0};
    assert_null(gs_yaml_parse(yaml, strlen(yaml), "x.yml", &e));
    assert_int_equal(e.code, GS_EMODEL);
    if (!strstr(e.msg, says) || !strstr(e.msg, "x.yml"))
        fail_msg("\"%s\" lacks \"%s\"", e.msg, says);
}

static void test_values(void **state)
{
    (void)state;
    gives("a: 1\n# b: 2\nc: -0.000001", "{\"a\": 1, \"c\": -1e-6}");
    gives("a: [3, 10]\nb:\n- x\n-\n", "{\"a\": [3, 10], \"b\": [\"x\", null]}");
    gives("a: {b: {c: 1e4}}", "{\"a\": {\"b\": {\"c\": 10000.0}}}");
    gives("a: True\nb: no\nc: ~\nd:\ne: 'True'\nf: \"7\"", "{\"a\": true, \"b\": false, \"c\": null, \"d\": null, "
                                                           "\"e\": \"True\", \"f\": \"7\"}");
    gives("a: torch.nn.init.zeros_\nb: 0x10\nc: 1e999\nd: inf", "{\"a\": \"torch.nn.init.zeros_\", \"b\": \"0x10\", "
                                                                "\"c\": \"1e999\", \"d\": \"inf\"}");
    gives("a: 1\na: 2\r\nb: 99999999999999999999", "{\"a\": 2, \"b\": 1e20}");
    gives("---\na: 1\n...\n", "{\"a\": 1}");
}

static void test_refused(void **state)
{
    (void)state;
    refused("", "not a configuration");
    refused("just text", "not a configuration");
    refused("- 1\n- 2", "not a configuration");
    refused("a: &x 1\nb: *x", "line 1: anchors");
    refused("a: 1\nb: *x", "line 2");
    refused("a: !!python/object:os.system x", "anchors and tags");
    refused("? [a]\n: b", "a key must be a text");
    refused("a: \"x\\0y\"", "zero byte");
    refused("a: [1, 2", "line 2");
    refused("a: 1\n---\nb: 2", "more than one document");
    refused("a: [[[[[[[[[[1]]]]]]]]]]", "too many levels");
    refused("\tA: 1", "line 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
