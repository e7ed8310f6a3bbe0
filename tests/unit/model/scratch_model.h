/* Small files and directories for tests of model files, under a scratch directory of the test's own. */
#ifndef SCRATCH_MODEL_H
#define SCRATCH_MODEL_H
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "model/model.h"

static char scratch[4096];

/* DIR/NAME of the scratch directory, made on first use; eight results live at a time. */
__attribute__((unused)) static const char *at(const char *name)
{
    static char out[8][8192];
    static int next;
    if (!scratch[0]) {
        snprintf(scratch, sizeof scratch, "%s/gscore-test-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
        assert(mkdtemp(scratch));
    }
    snprintf(out[next %= 8], sizeof out[0], "%s/%s", scratch, name);
    return out[next++];
}

__attribute__((unused)) static void clean_scratch(void)
{
    char command[4200];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    if (scratch[0] && system(command))
        fprintf(stderr, "%s stays behind\n", scratch);
}

__attribute__((unused)) static void write_bytes(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert(f && fwrite(data, 1, n, f) == n);
    fclose(f);
}

__attribute__((unused)) static void write_text(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

/* A safetensors file of this header and n bytes of data, byte i being i. */
__attribute__((unused)) static void write_safetensors(const char *path, const char *header, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert(f);
    size_t length = strlen(header);
    for (int i = 0; i < 8; i++)
        fputc((int)(length >> 8 * i & 255), f);
    fputs(header, f);
    for (size_t i = 0; i < n; i++)
        fputc((int)(i & 255), f);
    fclose(f);
}
#endif
