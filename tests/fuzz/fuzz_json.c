/* A checkpoint directory whose config.json and vocab.txt are anything: the bytes up to the first 0 and after it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "fuzz/fuzz_file.h"
#include "import/import.h"

static char dir[PATH_MAX];

static void make_dir(void)
{
    char path[PATH_MAX + 40];
    snprintf(dir, sizeof dir, "/dev/shm/gscore-fuzz-XXXXXX");
    assert(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/model.safetensors", dir);
    assert(!symlink(TEST_DIR "/golden/nt-v2/model.safetensors", path));
}

static void put(const char *name, const uint8_t *data, size_t n)
{
    char path[PATH_MAX];
    FILE *f = fopen(gs_import_path(dir, name, path), "wb");
    assert(f && fwrite(data, 1, n, f) == n);
    fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gs_err e = {0};
    const uint8_t *end = memchr(data, 0, n);
    size_t config = end ? (size_t)(end - data) : n;
    if (!dir[0])
        make_dir();
    put("config.json", data, config);
    put("vocab.txt", end ? end + 1 : data, end ? n - config - 1 : 0);
    gs_model *m = gs_model_open(dir, &e);
    assert(m || e.msg[0]);
    gs_model_close(m);
    return 0;
}
