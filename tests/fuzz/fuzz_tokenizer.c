/* A tokenizer.json, and a sequence through what it makes. */
#include <string.h>
#include "fuzz/fuzz_file.h"
#include "import/tokenizer/tokenizer.h"
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char seq[] = " ACGTTTGNNNNNNNNNNNNACa-gtRR-\n GATTACA";
    int fd;
    gs_err e = {0};
    gs_tokens t = {0};
    char *path = (char *)(uintptr_t)fuzz_file(data, n, &fd);
    gs_model m = {.bundle = {.path = path, .tokenizer = gs_import_tokenizer_json(path, 1000, &e)}};
    assert(m.bundle.tokenizer || e.msg[0]);
    if (m.bundle.tokenizer && !gs_tokenizer_build(&m, &e) && !gs_encode(m.tok, seq, sizeof seq - 1, &t, &e))
        for (int i = 0; i < t.n; i++)
            assert(t.ids[i] >= 0 && t.ids[i] < m.tok->n_vocab && t.end[i] <= (int)sizeof seq - 1);
    gs_tokens_free(&t);
    gs_tokenizer_free(m.tok);
    json_decref(m.bundle.tokenizer);
    close(fd);
    return 0;
}
