/* Torch checkpoints: every form gives the same tensors, whatever is wrong is refused in a sentence.
 * tests/data/torch/make.py writes the files. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "import/torch/torch.h"
#include "model/scratch_model.h"

#define DATA TEST_DIR "/data/torch/"

static void compare(const char *file, const gs_tensors *got, const gs_tensors *want)
{
    if (got->n != want->n)
        fail_msg("%s has %zu tensors instead of %zu", file, got->n, want->n);
    for (size_t i = 0; i < want->n; i++) {
        const gs_tensor *w = &want->t[i], *g = gs_tensors_find(got, w->name);
        if (!g || g->dtype != w->dtype || g->ndim != w->ndim || g->bytes != w->bytes ||
            memcmp(g->shape, w->shape, sizeof *g->shape * (size_t)g->ndim) || memcmp(g->data, w->data, g->bytes))
            fail_msg("%s: tensor %s is not as expected", file, w->name);
    }
}

static int starts(const struct dirent *d, const char *with)
{
    return !strncmp(d->d_name, with, strlen(with));
}

static int is_good(const struct dirent *d)
{
    return starts(d, "good-");
}

static int is_bad(const struct dirent *d)
{
    return starts(d, "bad-");
}

static void test_good(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tensors want = {0};
    struct dirent **file;
    char path[5000];
    if (gs_safetensors_read(&want, DATA "expected.safetensors", NULL, &e))
        fail_msg("%s", e.msg);
    int n = scandir(DATA, &file, is_good, alphasort);
    assert_true(n >= 10);
    for (int i = 0; i < n; i++) {
        gs_tensors got = {0};
        snprintf(path, sizeof path, DATA "%s", file[i]->d_name);
        assert_true(gs_torch_is(path));
        if (gs_torch_read(&got, path, &e))
            fail_msg("%s", e.msg);
        compare(path, &got, &want);
        gs_tensors_free(&got);
        free(file[i]);
    }
    free(file);
    assert_false(gs_torch_is(DATA "expected.safetensors"));
    gs_tensors_free(&want);
}

/* Contiguous tensors are the bytes of the mapped file itself, and those that share a storage lie at the same place;
 * only the column-major one is a copy. */
static void test_mapped(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tensors s = {0};
    size_t copies = 0;
    assert_int_equal(gs_torch_read(&s, DATA "good-archive.pt", &e), 0);
    assert_ptr_equal(gs_tensors_find(&s, "plain.weight")->data, gs_tensors_find(&s, "tied.weight")->data);
    for (size_t i = 0; i < s.n; i++) {
        const char *file = s.regions[0].addr, *data = s.t[i].data;
        copies += data < file || data + s.t[i].bytes > file + s.regions[0].bytes;
    }
    assert_true(s.regions[0].mapped);
    assert_int_equal(copies, s.n_regions - 1);
    assert_true(copies < s.n / 2);
    gs_tensors_free(&s);
}

static const struct { const char *name, *says; } bad[] = {
    {"ossystem", "refers to posix.system, which no weights need: refused"},
    {"ossystem4", "refers to posix.system, which no weights need: refused"},
    {"eval", "refers to builtins.eval, which"}, {"inst", "refers to os.system, which"},
    {"hugename", "refers to a?a?a?"}, {"complex", "refers to torch.ComplexFloatStorage, which"},
    {"opcode", "opcode 0x82 in its pickle, which torch does not write"},
    {"callcall", "makes no sense at byte"}, {"memo", "makes no sense"}, {"stack", "makes no sense"},
    {"mark", "makes no sense"}, {"nomark", "makes no sense"}, {"odd", "makes no sense"}, {"storage", "makes no sense"},
    {"memohuge", "makes no sense"}, {"copies", "values in its pickle"},
    {"nostop", "cut short within its pickle"}, {"text", "cut short within its pickle"},
    {"text8", "cut short within its pickle"}, {"long", "cut short within its pickle"},
    {"nopickle", "cut short within its pickle"},
    {"notensors", "holds no named tensors"}, {"root", "holds no named tensors"}, {"loop", "holds no named tensors"},
    {"laughs", "holds no named tensors"}, {"deep", "holds no named tensors"},
    {"storageparts", "tensors"},
    {"shortstorage", "has 16 bytes where it should have 5 elements of 4"},
    {"longstorage", "should have 3 elements of 4"},
    {"hugestorage", "should have 4611686018427387904 elements"}, {"negativestorage", "storage that makes no sense"},
    {"nostorage", "has no storage in the file"},
    {"offset", "ends outside its storage"}, {"offsethuge", "ends outside"}, {"offsetnegative", "makes no sense"},
    {"shape", "ends outside"}, {"shapehuge", "ends outside"}, {"shapewraps", "ends outside"},
    {"shapenegative", "bad shape"}, {"shapedims", "bad shape"}, {"stride", "ends outside"},
    {"stridenegative", "bad shape, stride"}, {"stridehuge", "ends outside"}, {"stridedims", "bad shape, stride"},
    {"repeats", "repeats elements to a size beyond the file's"},
    {"nameless", "a tensor's name"}, {"badname", "a tensor's name"}, {"zero", "a tensor's name"},
    {"twice", "tensor w occurs twice"}, {"parameter", "made in a way that makes no sense"},
    {"noargs", "made in a way that makes no sense"}, {"byteorder", "another byte order"},
    {"compressed", "compressed members, which torch does not write"}, {"other", "it has no data.pkl"},
    {"crc", "the check sum of archive/data.pkl is wrong"}, {"overlap", "its members overlap"},
    {"again", "a member occurs twice"}};

/* Refused, with a sentence that names the file and says this. */
static void refused(const char *path, const char *says)
{
    gs_err e = {0};
    gs_tensors s = {0};
    if (gs_torch_read(&s, path, &e) != -GS_EMODEL || !strstr(e.msg, says) || !strstr(e.msg, path))
        fail_msg("%s gives: %s\n  instead of: %s", path, e.msg, says);
    gs_tensors_free(&s);
}

static void test_bad(void **state)
{
    (void)state;
    char path[5000];
    struct dirent **file;
    clock_t start = clock();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(path, sizeof path, DATA "bad-%s.pt", bad[i].name);
        refused(path, bad[i].says);
    }
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    int n = scandir(DATA, &file, is_bad, NULL); /* none is forgotten */
    for (int i = 0; i < n; i++)
        free(file[i]);
    free(file);
    assert_int_equal(n, sizeof bad / sizeof *bad);
}

static char *slurp(const char *path, size_t *n)
{
    char *bytes = malloc(1 << 20);
    FILE *f = fopen(path, "rb");
    assert_true(f && bytes);
    *n = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

/* As gs_torch_read, from memory that ends with the bytes. */
static int read_bytes(const char *bytes, size_t n, gs_err *e)
{
    gs_tensors s = {0};
    gs_region file = {.addr = (void *)(uintptr_t)bytes, .bytes = n};
    gs_torch t = {.path = "memory", .budget = n};
    int ret = n && *bytes == 'P' ? gs_torch_zip(&t, &file, e) : gs_torch_legacy(&t, &file, e);
    ret = ret ? ret : gs_torch_tensors(&t, &s, e);
    gs_torch_close(&t);
    gs_tensors_free(&s);
    return ret;
}

/* Cut at every byte; the memory ends there too. */
static void cut(const char *path)
{
    size_t n;
    char *bytes = slurp(path, &n);
    while (n-- > 0) {
        gs_err e = {0};
        char *part = malloc(n ? n : 1);
        assert_non_null(part);
        memcpy(part, bytes, n);
        assert_int_equal(read_bytes(part, n, &e), -GS_EMODEL);
        assert_true(e.msg[0]);
        free(part);
    }
    free(bytes);
}

static void test_cut(void **state)
{
    (void)state;
    cut(DATA "good-archive.pt");
    cut(DATA "good-legacy.pt");
}

/* Every byte changed in turn: refused or not, but soundly. */
static void flip(const char *path, int change)
{
    size_t n;
    char *bytes = slurp(path, &n);
    for (size_t i = 0; i < n; i++) {
        gs_err e = {0};
        bytes[i] = (char)(bytes[i] ^ change);
        int ret = read_bytes(bytes, n, &e);
        assert_true(!ret || (ret == -GS_EMODEL && e.msg[0]));
        bytes[i] = (char)(bytes[i] ^ change);
    }
    free(bytes);
}

static void test_flipped(void **state)
{
    (void)state;
    flip(DATA "good-archive.pt", 255);
    flip(DATA "good-nocrc.pt", 1);
    flip(DATA "good-zip64.pt", 128);
    flip(DATA "good-legacy.pt", 4);
    flip(DATA "good-legacy4.pt", 255);
}

/* A directory that does not hold together: a file of `n` bytes, one of which is replaced. */
static void changed(const char *find, size_t offset, const char *put, size_t n_put, const char *says)
{
    size_t n, k = 0;
    char *bytes = slurp(DATA "good-archive.pt", &n);
    while (memcmp(bytes + k, find, 4))
        k++;
    memcpy(bytes + k + offset, put, n_put);
    write_bytes(at("changed"), bytes, n);
    refused(at("changed"), says);
    free(bytes);
}

static void test_directory(void **state)
{
    (void)state;
    changed("PK\1\2", 42, "\1\0\0\0", 4, "directory at the end cannot be read");
    changed("PK\1\2", 42, "\377\377\377\376", 4, "directory at the end cannot be read");
    changed("PK\1\2", 20, "\377\377\0\0\377\377\0\0", 8, "directory at the end cannot be read");
    changed("PK\6\6", 40, "\0\0\0\4", 4, "more members than a checkpoint has");
    changed("PK\1\2", 20, "\0\20\0\0\0\20\0\0", 8, "the check sum of");
    changed("PK\1\2", 20, "\1\0\0\0\2\0\0\0", 8, "a stored member has two sizes");
    changed("PK\1\2", 8, "\1", 1, "encrypted");
    changed("PK\1\2", 46, "b", 1, "damaged zip archive");
    changed("PK\1\2", 28, "\377\377", 2, "damaged zip archive");
    changed("PK\3\4", 28, "\377\377", 2, "damaged zip archive");
    changed("PK\6\6", 32, "\0\1", 2, "damaged zip archive");
    changed("PK\6\6", 32, "\0\0\0\0\1", 5, "damaged zip archive"); /* 4 billion members */
    changed("PK\6\6", 48, "\377\377\377\177", 4, "damaged zip archive");
    changed("PK\5\6", 4, "PK\5\6PK\5\6PK\5\6PK\5\6", 16, "it has several ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_mapped),
                                       cmocka_unit_test(test_bad),  cmocka_unit_test(test_cut),
                                       cmocka_unit_test(test_flipped), cmocka_unit_test(test_directory)};
    int ret = cmocka_run_group_tests(tests, NULL, NULL);
    clean_scratch();
    return ret;
}
