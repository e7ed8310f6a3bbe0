/* A checkpoint directory whose config.json and vocab.txt are anything: the bytes up to the first 0 and after it. */
#include "fuzz/fuzz_file.h"
#include "import/files.h"
#include "import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gs_err e = {0};
    const uint8_t *vocab;
    size_t n_vocab, config = fuzz_split(data, n, &vocab, &n_vocab);
    if (!fuzz_dir[0])
        assert(!symlink(TEST_DIR "/golden/nt-v2/model.safetensors", fuzz_path("model.safetensors")));
    fuzz_put("config.json", data, config);
    fuzz_put("vocab.txt", vocab, n_vocab);
    gs_model *m = gs_model_open(fuzz_dir, &e);
    assert(m || e.msg[0]);
    gs_model_close(m);
    return 0;
}
