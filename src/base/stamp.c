#include "base/stamp.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "base/sha256.h"

enum { SETTLED = 2 /* seconds: the coarsest dates of file systems */ };

static int is_settled(const struct stat *st)
{
    time_t now = time(NULL);
    return st->st_mtim.tv_sec + SETTLED <= now && st->st_ctim.tv_sec + SETTLED <= now;
}

static int add_file(gs_sha256 *c, const char *name, const struct stat *st)
{
    char text[200];
    int n = snprintf(text, sizeof text, "%lld %lld %lld.%09ld %lld.%09ld", (long long)st->st_size,
                     (long long)st->st_ino, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                     (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
    gs_sha256_add(c, name, strlen(name) + 1);
    gs_sha256_add(c, text, (size_t)n + 1);
    return is_settled(st) ? 0 : -1;
}

static int add_entry(gs_sha256 *c, const char *dir, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path || stat(path, &st))
        return -1;
    return S_ISREG(st.st_mode) ? add_file(c, name, &st) : 0;
}

static int add_directory(gs_sha256 *c, const char *dir)
{
    struct dirent **entry = NULL;
    int n = scandir(dir, &entry, NULL, alphasort), ret = n < 0 ? -1 : 0;
    for (int i = 0; i < n; i++) {
        ret = ret ? ret : add_entry(c, dir, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return ret;
}

int gs_stamp(const char *path, char out[65])
{
    gs_sha256 c;
    struct stat st;
    if (stat(path, &st))
        return -1;
    gs_sha256_init(&c);
    int ret = S_ISDIR(st.st_mode) ? add_directory(&c, path) : add_file(&c, "", &st);
    return gs_sha256_hex(&c, out, NULL) || ret ? -1 : 0;
}
