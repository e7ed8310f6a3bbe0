/* gs_model_open: what a user calls a model, found and read. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cpu.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/stamp.h"
#include "base/str.h"
#include "import/files.h"
#include "import/import.h"
#include "model/json.h"

/* The stamp is that of the files that were opened, for it was the same before and after. */
static int open_checkpoint(gs_bundle *b, const char *path, int is_dir, gs_err *e)
{
    char before[65];
    int known = !gs_stamp(path, before), ret = is_dir ? gs_import_dir(b, path, e) : gs_import_file(b, path, e);
    if (!ret && (!known || gs_stamp(path, b->stamp) || strcmp(before, b->stamp)))
        b->stamp[0] = 0;
    return ret;
}

static int open_at(gs_bundle *b, const char *path, int is_dir, gs_err *e)
{
    int ret = is_dir ? 0 : gs_import_sniff(path, e);
    if (ret)
        return ret;
    return is_dir || gs_import_is_checkpoint(path) ? open_checkpoint(b, path, is_dir, e)
                                                   : gs_container_read(b, path, e);
}

/* The directory of the program; empty where /proc does not tell. */
static const char *program_dir(char *out)
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = 0;
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = 0;
    return out;
}

/* The directories of installed models, separated by colons: beside the program's directory (bin), and in it (a
 * build). */
static void search_path(gs_str *s)
{
    char dir[PATH_MAX];
    if (gs_env("GSCORE_MODELS"))
        gs_str_printf(s, "%s:", gs_env("GSCORE_MODELS"));
    if (*program_dir(dir))
        gs_str_printf(s, "%s/../" GS_MODELS ":%s/" GS_MODELS, dir, dir);
}

/* DIR/NAME.bin or a checkpoint directory DIR/NAME: 0 none, 1 file, 2 directory; its path to out. */
static int installed_at(const char *dir, const char *name, char *out)
{
    struct stat st;
    if (snprintf(out, PATH_MAX, "%s/%s.bin", dir, name) < PATH_MAX && !stat(out, &st) && S_ISREG(st.st_mode))
        return 1;
    return !stat(gs_import_path(dir, name, out), &st) && S_ISDIR(st.st_mode) ? 2 : 0;
}

static int listed(const gs_str *s, const char *name, int len)
{
    for (const char *p = s->s; p; p = strstr(p, ", "), p = p ? p + 2 : NULL)
        if (!strncmp(p, name, (size_t)len) && (!p[len] || p[len] == ','))
            return 1;
    return 0;
}

static void add_installed(gs_str *s, const char *dir)
{
    struct dirent **entry = NULL;
    int n = scandir(dir, &entry, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        size_t len = strlen(entry[i]->d_name);
        if (len > 4 && !strcmp(entry[i]->d_name + len - 4, ".bin") && !listed(s, entry[i]->d_name, (int)len - 4))
            gs_str_printf(s, "%s%.*s", s->len ? ", " : "", (int)len - 4, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
}

static int not_found(const char *name, const char *dirs, gs_err *e)
{
    gs_str installed = {0}, left = {0};
    char *rest = NULL;
    gs_str_add(&left, dirs);
    for (char *dir = left.s ? strtok_r(left.s, ":", &rest) : NULL; dir; dir = strtok_r(NULL, ":", &rest))
        add_installed(&installed, dir);
    gs_nearest near = {.word = name};
    char hint[100];
    for (const char *p = installed.s; p; p = strstr(p, ", "), p = p ? p + 2 : NULL)
        gs_nearest_add(&near, p, strcspn(p, ","));
    gs_fail(e, GS_EMODEL, "model \"%.200s\" is neither a file, nor a directory, nor installed; looked in %.500s; "
            "installed: %.200s%s", name, dirs, installed.s ? installed.s : "none",
            gs_nearest_hint(&near, "", hint, sizeof hint));
    gs_str_free(&installed);
    gs_str_free(&left);
    return -GS_EMODEL;
}

/* 0 none, 1 file, 2 directory; its path to found, where was looked to *path. */
static int find_installed(const char *name, char *found, gs_str *path)
{
    gs_str left = {0};
    char *rest = NULL;
    int kind = 0;
    search_path(path);
    gs_str_add(&left, path->s ? path->s : "");
    for (char *dir = left.s ? strtok_r(left.s, ":", &rest) : NULL; dir && !kind; dir = strtok_r(NULL, ":", &rest))
        kind = installed_at(dir, name, found);
    gs_str_free(&left);
    return kind;
}

static int open_installed(gs_bundle *b, const char *name, gs_err *e)
{
    gs_str path = {0};
    char found[PATH_MAX];
    int kind = find_installed(name, found, &path);
    int ret = kind ? open_at(b, found, kind == 2, e) : not_found(name, path.s ? path.s : "", e);
    gs_str_free(&path);
    return ret;
}

/* A folder here may be called like an installed model, which is taken then. */
static int is_installed_too(const char *name, const struct stat *folder)
{
    gs_str path = {0};
    char found[PATH_MAX];
    struct stat st;
    int other = !strchr(name, '/') && find_installed(name, found, &path) && !stat(found, &st) &&
                (st.st_dev != folder->st_dev || st.st_ino != folder->st_ino);
    if (other)
        gs_warn_once("model_name", "%s is a folder here and an installed model: the installed one is taken, %s; ./%s "
                     "means the folder", name, found, name);
    gs_str_free(&path);
    return other;
}

static int open_path(gs_bundle *b, const char *path, gs_err *e)
{
    struct stat st;
    *b = (gs_bundle){0};
    if (!path[0])
        return gs_fail(e, GS_EUSAGE, "the name of the model is empty");
    int why = stat(path, &st) ? errno : 0;
    if (!why && !(S_ISDIR(st.st_mode) && is_installed_too(path, &st)))
        return open_at(b, path, S_ISDIR(st.st_mode), e);
    if (!strchr(path, '/'))
        return open_installed(b, path, e);
    return gs_fail(e, GS_EMODEL, "model %s cannot be opened: %s", path, strerror(why));
}

/* Without memory JSON objects lack members, which reads like a file that is not what it should be. */
int gs_bundle_open(gs_bundle *b, const char *path, gs_err *e)
{
    gs_err why = {0};
    unsigned long before = gs_json_failures();
    int ret = open_path(b, path, &why);
    if (gs_json_failures() != before) {
        gs_bundle_free(b);
        return gs_fail(e, GS_ENOMEM, "there is not enough memory to read %s", path);
    }
    if (!ret)
        gs_bundle_mark_exact(b);
    return ret ? gs_fail(e, why.code, "%s", why.msg) : 0;
}

gs_model *gs_model_open_any(const char *path, int force, gs_err *e)
{
    gs_bundle b;
    gs_err_clear(e);
    if (gs_bundle_open(&b, path, e))
        return NULL;
    if (!gs_bundle_refused(&b, force, e))
        return gs_model_build(&b, e);
    gs_bundle_free(&b);
    return NULL;
}

gs_model *gs_model_open(const char *path, gs_err *err)
{
    return gs_model_open_any(path, 0, err);
}
