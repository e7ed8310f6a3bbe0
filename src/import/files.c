#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/infile.h"
#include "import/files.h"
#include "model/json.h"

const char *gs_import_path(const char *dir, const char *name, char *out)
{
    if (snprintf(out, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
        out[0] = 0;
    return out;
}

int gs_import_beside(const char *path, const char *ending, char *out)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strstr(name, ".pt");
    dot = dot ? dot : strrchr(name, '.');
    int n = snprintf(out, PATH_MAX, "%.*s%s", (int)(dot ? (size_t)(dot - path) : strlen(path)), path, ending);
    return n < PATH_MAX && strcmp(out, path) && gs_import_exists(out);
}

int gs_import_exists(const char *path)
{
    struct stat st;
    return !stat(path, &st);
}

char *gs_import_text(const char *path, size_t most, size_t *n, gs_err *e)
{
    FILE *f = gs_infile_stream(path, GS_EMODEL, e);
    if (!f)
        return NULL;
    char *text = malloc(most + 1);
    if (!text) {
        gs_fail_mem(e, path, most);
        fclose(f);
        return NULL;
    }
    *n = fread(text, 1, most, f);
    int bad = ferror(f), more = fgetc(f) != EOF, why = errno;
    fclose(f);
    if (!bad && !more) {
        text[*n] = 0;
        return text;
    }
    free(text);
    gs_fail(e, GS_EMODEL, "%s %s", path, bad ? strerror(why) : "is much larger than such a file can be");
    return NULL;
}

/* Python writes and reads Infinity, which is no JSON: to a number of as many letters that is beyond every range. */
static void replace_infinity(char *text)
{
    static const char name[] = "Infinity", large[] = "1.79e308";
    int quoted = 0;
    for (char *c = text; *c; c++) {
        if (quoted && *c == '\\' && c[1])
            c++;
        else if (*c == '"')
            quoted = !quoted;
        else if (!quoted && !strncmp(c, name, strlen(name)))
            memcpy(c, large, strlen(large));
    }
}

/* Whole numbers beyond 64 bits, which Python writes for "no limit", to reals as large: the last three digits become an
 * exponent. */
static void replace_large(char *text)
{
    int quoted = 0;
    for (char *c = text; *c; c++) {
        size_t n = quoted ? 0 : strspn(c, "0123456789");
        if (quoted && *c == '\\' && c[1])
            c++;
        else if (*c == '"')
            quoted = !quoted;
        if (!n)
            continue;
        c += n;
        if (n > 18 && !strchr(".eE", *c ? *c : ' '))
            memcpy(c - 3, "e+3", 3);
        c += strspn(c, ".eE+-0123456789") - 1;
    }
}

json_t *gs_import_json(const char *path, size_t most, gs_err *e)
{
    size_t n;
    if (gs_import_sniff(path, e))
        return NULL;
    char *text = gs_import_text(path, most, &n, e);
    if (text) {
        replace_infinity(text);
        replace_large(text);
    }
    gs_err why = {0};
    json_t *j = text ? gs_json_parse(text, n, path, 0, &why) : NULL;
    if (text && !j)
        gs_fail(e, why.code, "%s%s", why.msg, why.code == GS_EMODEL ? "; download it again" : "");
    free(text);
    return j;
}

/* Beginnings of files that are often taken for models, in lower case; white space before them does not count. */
#define HUB "download it with the hub's own link (.../resolve/...)"
static const struct { const char *begin; size_t n; const char *what; } known[] = {
    {"version https://git-lfs", 23, "is a git-lfs pointer, not the file itself; remedy: git lfs pull, or download the "
                                    "file from the model hub"},
    {"<!doctype", 9, "is a web page, not the file itself; " HUB},
    {"<html", 5, "is a web page, not the file itself; " HUB},
    {"<head", 5, "is a web page, not the file itself; " HUB},
    {"<!--", 4, "is a web page, not the file itself; " HUB},
    {"<?xml", 5, "is a server's message, not the file itself; " HUB},
    {"{\"error\"", 8, "is a server's message, not the file itself; " HUB},
    {"entry not found", 15, "is a server's message, not the file itself; " HUB},
    {"repository not found", 20, "is a server's message, not the file itself; " HUB},
    {"invalid username or password", 28, "is a server's message, not the file itself; log in to the hub first"},
    {"access to model", 15, "is a server's message, not the file itself; ask the hub for access, then download it"},
    {"gguf", 4, "is a GGUF file, which is not supported; use the safetensors checkpoint"},
    {"\037\213\010", 3, "is compressed; uncompress it first"}};

size_t gs_import_head(const char *path, char *head, size_t most)
{
    int fd = gs_infile_open(path, GS_EMODEL, NULL);
    ssize_t n = fd < 0 ? 0 : read(fd, head, most);
    if (fd >= 0)
        close(fd);
    return n > 0 ? (size_t)n : 0;
}

int gs_import_sniff(const char *path, gs_err *e)
{
    static const char mark[] = "\357\273\277"; /* of UTF-8 */
    char head[64];
    struct stat link;
    if (!gs_import_exists(path) && !lstat(path, &link))
        return gs_fail(e, GS_EMODEL, "%s is a link to a file that is not there: the download is not complete", path);
    size_t n = gs_import_head(path, head, sizeof head), skip = n >= 3 && !memcmp(head, mark, 3) ? 3 : 0;
    for (size_t i = 0; i < n; i++)
        head[i] = (char)tolower((unsigned char)head[i]);
    while (skip < n && isspace((unsigned char)head[skip]))
        skip++;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (n - skip >= known[i].n && !memcmp(head + skip, known[i].begin, known[i].n))
            return gs_fail(e, GS_EMODEL, "%s %s", path, known[i].what);
    return 0;
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

const char *gs_import_list(const char *dir, char *out, size_t n)
{
    struct dirent **entry = NULL;
    int count = scandir(dir, &entry, visible, alphasort);
    size_t at = 0;
    snprintf(out, n, "nothing");
    for (int i = 0; i < count; i++) {
        if (at < n)
            at += (size_t)snprintf(out + at, n - at, "%s%s", at ? ", " : "", entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return out;
}

int gs_import_lacks(const char *dir, const char *what, gs_err *e)
{
    char list[300];
    return gs_fail(e, GS_EMODEL, "%s has no %s (it holds %s): download the whole repository of the model", dir, what,
                   gs_import_list(dir, list, sizeof list));
}
