#include "base/cache.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/cpu.h"
#include "base/outfile.h"
#include "base/sha256.h"

enum { LINE = 300 };

/* The folder; -1: there is none. Relative names do not count (XDG base directory specification). */
static int find_folder(char *out, int make)
{
    const char *cache = gs_env("XDG_CACHE_HOME"), *home = gs_env("HOME");
    int own = cache && *cache == '/';
    if (!own && (!home || *home != '/'))
        return -1;
    if (snprintf(out, PATH_MAX, "%s%s", own ? cache : home, own ? "" : "/.cache") >= PATH_MAX - 100)
        return -1;
    if (make)
        mkdir(out, 0700);
    strcat(out, "/gscore");
    if (make)
        mkdir(out, 0700);
    return 0;
}

/* The file for a path: one for each, so that what is remembered does not grow. */
static int find_file(const char *path, char *out, int make)
{
    char full[PATH_MAX], name[65];
    gs_sha256 c;
    if (!realpath(path, full) || find_folder(out, make))
        return -1;
    gs_sha256_init(&c);
    gs_sha256_add(&c, full, strlen(full));
    if (gs_sha256_hex(&c, name, NULL))
        return -1;
    snprintf(out + strlen(out), PATH_MAX - strlen(out), "/%.32s", name);
    return 0;
}

static int read_line(FILE *f, char *line)
{
    char *end = fgets(line, LINE, f) ? strchr(line, '\n') : NULL;
    if (end)
        *end = 0;
    return end ? 0 : -1;
}

int gs_cache_get(const char *path, const char *stamp, char *out, size_t n)
{
    char file[PATH_MAX], had[LINE], word[LINE];
    FILE *f = find_file(path, file, 0) ? NULL : fopen(file, "re");
    if (!f)
        return 0;
    int found = !read_line(f, had) && !read_line(f, word) && !strcmp(had, stamp) && strlen(word) < n;
    fclose(f);
    if (found)
        strcpy(out, word);
    return found;
}

void gs_cache_put(const char *path, const char *stamp, const char *word)
{
    char file[PATH_MAX];
    gs_outfile out = GS_OUTFILE_NONE;
    FILE *f = find_file(path, file, 1) ? NULL : gs_outfile_stream(&out, file, NULL, NULL);
    if (f) {
        fprintf(f, "%s\n%s\n", stamp, word);
        if (!gs_outfile_close(&out, f, NULL))
            gs_outfile_publish(&out, NULL);
    }
    gs_outfile_discard(&out);
}
