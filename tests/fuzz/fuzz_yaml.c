/* Configurations in YAML. */
#include <stddef.h>
#include <stdint.h>
#include "import/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gs_err e = {0};
    json_decref(gs_yaml_parse((const char *)data, n, "fuzzed", &e));
    return 0;
}
