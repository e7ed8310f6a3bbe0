/* Torch checkpoints: zip archives, legacy streams and the pickles in them. Every byte of every tensor is read. */
#include "fuzz/fuzz_file.h"
#include "import/torch/torch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    int fd;
    gs_err e = {0};
    gs_tensors s = {0};
    const char *path = fuzz_file(data, n, &fd);
    int ret = gs_torch_read(&s, path, &e);
    assert(!ret == !e.msg[0]);
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0; k < s.t[i].bytes && k < 1 << 16; k++)
            (void)((const volatile unsigned char *)s.t[i].data)[k];
    gs_tensors_free(&s);
    close(fd);
    return 0;
}
