/* A fuzz target without a fuzzer, for every test run: each file of the corpus as it is, cut, and changed at random (the
 * same changes every time).
 *     fuzz_X CHANGES FILE|FOLDER... */
#include <dirent.h>
#include <sys/stat.h>
#include "fuzz/fuzz_file.h"

enum { MOST = 1 << 16 };
static uint64_t state = 0x9e3779b97f4a7c15;

/* xorshift64 (Marsaglia 2003) */
static uint64_t next(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below ? state % below : 0;
}

/* One to four changes: a byte, a bit, a stretch left out, repeated or moved. */
static size_t change(uint8_t *b, size_t n)
{
    static const uint8_t odd[] = {0, '\t', '\n', ',', ';', ':', '<', '.', '-', '9', 'N', 0xff};
    for (uint64_t k = 1 + next(4); k && n; k--) {
        size_t at = next(n), len = 1 + next(n - at < 32 ? n - at : 32), to = next(n - len + 1);
        switch (next(5)) {
        case 0: b[at] = odd[next(sizeof odd)]; break;
        case 1: b[at] ^= (uint8_t)(1 << next(8)); break;
        case 2: memmove(b + at, b + at + len, n - at - len); n -= len; break;
        case 3:
            if (n + len <= MOST) {
                memmove(b + at + len, b + at, n - at);
                n += len;
            }
            break;
        default: memmove(b + to, b + at, len);
        }
    }
    return n;
}

/* The target gets memory of just this size, so that a sanitizer sees a read beyond it. */
static void try(const uint8_t *data, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    assert(copy);
    memcpy(copy, data, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static void run_file(const char *path, int changes)
{
    static uint8_t data[MOST], b[MOST];
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(1);
    }
    size_t n = fread(data, 1, sizeof data, f);
    fclose(f);
    try(data, n);
    for (int i = 0; i < changes; i++) {
        memcpy(b, data, n);
        try(b, i % 4 ? change(b, n) : next(n + 1));
    }
}

static int run(const char *path, int changes)
{
    struct dirent **entry;
    char name[4200];
    struct stat st;
    if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
        run_file(path, changes);
        return 1;
    }
    int n = scandir(path, &entry, NULL, alphasort), files = 0;   /* in one order everywhere */
    for (int i = 0; i < n; i++) {
        if (entry[i]->d_name[0] != '.') {
            snprintf(name, sizeof name, "%s/%s", path, entry[i]->d_name);
            files += run(name, changes);
        }
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return files;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 2; i < argc; i++)
        files += run(argv[i], atoi(argv[1]));
    printf("%d files, each with %s changes\n", files, argc > 1 ? argv[1] : "0");
    return files ? 0 : 1;
}
