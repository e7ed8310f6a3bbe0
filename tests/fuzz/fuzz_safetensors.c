/* Safetensors files, as published and as gscore's own containers. */
#include "fuzz/fuzz_file.h"
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    int fd;
    gs_err e = {0};
    gs_bundle b = {0};
    const char *path = fuzz_file(data, n, &fd);
    if (!gs_container_read(&b, path, &e))
        gs_model_close(gs_model_build(&b, &e));
    else
        assert(e.msg[0]);
    close(fd);
    return 0;
}
