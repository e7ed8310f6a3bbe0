#include "base/cpu.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Up to two numbers from a small file; "max" counts as -1. Returns how many were found. */
static int read_numbers(const char *dir, const char *name, double v[2])
{
    char path[PATH_MAX + 32], line[64] = "";
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    if (!fgets(line, sizeof line, f))
        line[0] = 0;
    fclose(f);
    if (!strncmp(line, "max", 3)) {
        v[0] = -1;
        return 1;
    }
    return sscanf(line, "%lf %lf", &v[0], &v[1]);
}

/* Quota of one cgroup folder in processors, 0 if there is none. */
static double quota_of(const char *dir)
{
    double v2[2], quota[2], period[2];
    if (read_numbers(dir, "cpu.max", v2) == 2 && v2[0] > 0 && v2[1] > 0)
        return v2[0] / v2[1];
    if (read_numbers(dir, "cpu.cfs_quota_us", quota) >= 1 && read_numbers(dir, "cpu.cfs_period_us", period) >= 1 &&
        quota[0] > 0 && period[0] > 0)
        return quota[0] / period[0];
    return 0;
}

/* Memory that one cgroup folder still gives, in bytes; 0 if it sets no limit. Version 1 says so by a huge number. */
static double memory_of(const char *dir)
{
    static const char *const names[][2] = {{"memory.max", "memory.current"},
                                           {"memory.limit_in_bytes", "memory.usage_in_bytes"}};
    for (int i = 0; i < 2; i++) {
        double most[2], used[2];
        if (read_numbers(dir, names[i][0], most) == 1 && read_numbers(dir, names[i][1], used) == 1 && most[0] > 0
            && most[0] < 0x1p60)
            return most[0] > used[0] ? most[0] - used[0] : 1;
    }
    return 0;
}

/* What version 1 calls the folders of a controller, and what one of them allows; 0: all. */
typedef struct { const char *name; double (*of)(const char *dir); } controller;

/* The smallest quota on the way from root/path up to root: each parent limits its children. In a container the
 * path may be the host's and not exist here; then only the folders that do exist count. */
static double least_quota(const controller *c, const char *root, const char *path)
{
    char dir[PATH_MAX];
    if (snprintf(dir, sizeof dir, "%s%s", root, path) >= (int)sizeof dir)
        return 0;
    double least = 0;
    for (;;) {
        double q = c->of(dir);
        if (q > 0 && (least == 0 || q < least))
            least = q;
        char *slash = strrchr(dir, '/');
        if (strlen(dir) <= strlen(root) || !slash)
            return least;
        *slash = 0;
    }
}

/* Is `name` in a list such as "cpu,cpuacct"? */
static int lists(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',')
        if (!strncmp(p, name, n) && (p[n] == ',' || p[n] == 0))
            return 1;
    return 0;
}

static double lesser(double a, double b)
{
    return a > 0 && (b <= 0 || a < b) ? a : b;
}

static double least(const controller *c, const char *proc, const char *sys)
{
    FILE *f = fopen(proc, "r");
    if (!f)
        return 0;
    char line[PATH_MAX + 256], root[PATH_MAX];
    double found = 0;
    while (fgets(line, sizeof line, f)) { /* "4:cpu,cpuacct:/path" (version 1) or "0::/path" (version 2) */
        line[strcspn(line, "\n")] = 0;
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = 0;
        list++;
        if (*list && !lists(list, c->name))
            continue;
        snprintf(root, sizeof root, "%s%s%s", sys, *list ? "/" : "", *list ? c->name : "");
        found = lesser(found, least_quota(c, root, path));
    }
    fclose(f);
    return found;
}

double gs_cgroup_cpus(const char *proc, const char *sys)
{
    return least(&(controller){"cpu", quota_of}, proc, sys);
}

double gs_cgroup_memory(const char *proc, const char *sys)
{
    return least(&(controller){"memory", memory_of}, proc, sys);
}
