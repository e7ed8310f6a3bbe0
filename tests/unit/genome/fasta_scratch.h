/* A folder of its own for each test, and the FASTA files in it. */
#ifndef FASTA_SCRATCH_H
#define FASTA_SCRATCH_H
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/hts_log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/err.h"

static char scratch[64];
static char scratch_path[32][400];

/* Full path of a file of that name; valid until 32 others have been named. */
static const char *in_scratch(const char *name)
{
    static int turn;
    char path[400];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    for (int i = 0; i < 32; i++)
        if (!strcmp(scratch_path[i], path))
            return scratch_path[i];
    turn = (turn + 1) % 32;
    return strcpy(scratch_path[turn], path);
}

static int make_scratch(void **state)
{
    (void)state;
    hts_set_log_level(HTS_LOG_OFF);  /* these tests hand it damaged files on purpose */
    strcpy(scratch, "/tmp/gs_genome_XXXXXX");
    return mkdtemp(scratch) == NULL;
}

/* Number of files whose name contains `part`; removes them if told. */
static int count_files(const char *part, int remove_them)
{
    int n = 0;
    DIR *d = opendir(scratch);
    for (struct dirent *f; d && (f = readdir(d));)
        if (f->d_name[0] != '.' && strstr(f->d_name, part)) {
            n++;
            if (remove_them)
                unlink(in_scratch(f->d_name));
        }
    if (d)
        closedir(d);
    return n;
}

static int remove_scratch(void **state)
{
    (void)state;
    count_files("", 1);
    return rmdir(scratch);
}

static inline const char *put_bytes(const char *name, const void *bytes, size_t n)
{
    const char *path = in_scratch(name);
    unlink(path);  /* some file systems write a file that is cut and refilled to disk at once */
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    return path;
}

static inline const char *put_text(const char *name, const char *text)
{
    return put_bytes(name, text, strlen(text));
}

/* As bgzip, with a new block after every `block` bytes. */
static inline const char *put_bgzip(const char *name, const char *text, size_t n, size_t block)
{
    const char *path = in_scratch(name);
    BGZF *f = bgzf_open(path, "w");
    assert_non_null(f);
    for (size_t i = 0; i < n; i += block) {
        size_t k = n - i < block ? n - i : block;
        assert_int_equal(bgzf_write(f, text + i, k), k);
        assert_int_equal(bgzf_flush(f), 0);
    }
    assert_int_equal(bgzf_close(f), 0);
    return path;
}

/* The file's bytes, 0-terminated; the caller frees them. */
static inline char *get_bytes(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *p = malloc(*n + 1);
    assert_int_equal(fread(p, 1, *n, f), *n);
    p[*n] = 0;
    fclose(f);
    return p;
}

/* Change a file's date by so many seconds. */
static inline void shift_date(const char *path, int seconds)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    st.st_mtim.tv_sec += seconds;
    assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[2]){st.st_mtim, st.st_mtim}, 0), 0);
}

static inline void assert_says(const gs_err *e, gs_code code, const char *part)
{
    if (e->code != code || !strstr(e->msg, part))
        fail_msg("expected %d and \"%s\", got %d: %s", code, part, e->code, e->msg);
}

/* Random bases, always the same for a seed. */
static inline void random_bases(char *s, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        s[i] = "ACGT"[seed >> 30];
    }
}
#endif
