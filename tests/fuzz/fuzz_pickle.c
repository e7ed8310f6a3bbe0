/* The pickle interpreter alone, which the check sums of archives keep a fuzzer away from. */
#include <stdlib.h>
#include <string.h>
#include "fuzz/fuzz_file.h"
#include "import/torch/torch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char numbers[64] = "weights";
    gs_err e = {0};
    gs_tensors s = {0};
    gs_torch t = {.path = "fuzz", .budget = 1 << 20};
    size_t used;
    char *copy = malloc(n ? n : 1); /* of its exact size, for the sanitizer to see its end */
    assert(copy);
    memcpy(copy, data, n);
    int ret = gs_pickle_read(&t.pickle, copy, n, &used, "fuzz", &e);
    gs_torch_storage storage = {.data = numbers, .bytes = sizeof numbers};
    ret = ret ? ret : gs_torch_add_storage(&t, "0", 1, storage, &e);
    ret = ret ? ret : gs_torch_tensors(&t, &s, &e);
    assert(!ret == !e.msg[0]);
    gs_tensors_free(&s);
    gs_torch_close(&t);
    free(copy);
    return 0;
}
