#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "import/card.h"
#include "base/str.h"
#include "import/files.h"

enum { MAX_README = 1 << 20, MAX_VALUE = 120 };

/* The hub's spelling of licences to SPDX's. */
static const char *const licences[] = {"Apache-2.0",   "MIT",          "CC-BY-4.0",       "CC-BY-SA-4.0",
                                       "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0",
                                       "CC0-1.0",      "BSD-3-Clause", "GPL-3.0",         "OpenRAIL", NULL};

static const char *spdx(const char *name)
{
    for (int i = 0; licences[i]; i++)
        if (!strcasecmp(licences[i], name))
            return licences[i];
    return name;
}

/* The value of a key in the front matter, the lines of "key: value" between two lines "---" at the top. */
static int front_matter(const char *text, const char *key, char out[MAX_VALUE])
{
    size_t length = strlen(key);
    if (strncmp(text, "---", 3))
        return 0;
    for (const char *p = strchr(text, '\n'); p && strncmp(p + 1, "---", 3); p = strchr(p + 1, '\n')) {
        const char *v = p + 1 + length;
        if (strncmp(p + 1, key, length) || *v != ':')
            continue;
        v += 1 + strspn(v + 1, " \t\"'");
        snprintf(out, MAX_VALUE, "%.*s", (int)strcspn(v, "\r\n\"'#"), v);
        for (size_t n = strlen(out); n && isspace((unsigned char)out[n - 1]); n--)
            out[n - 1] = 0;
        return out[0] != 0;
    }
    return 0;
}

/* Without a README.md that says it: unknown. */
static int find_licence(const char *dir, char out[MAX_VALUE], gs_err *e)
{
    char path[PATH_MAX];
    size_t n;
    gs_err why = {0};
    char *text = gs_import_text(gs_import_path(dir, "README.md", path), MAX_README, &n, &why);
    if (!text && why.code == GS_ENOMEM)
        return gs_fail(e, why.code, "%s", why.msg);
    if (!text || !front_matter(text, "license", out))
        snprintf(out, MAX_VALUE, "unknown");
    free(text);
    return 0;
}

/* Name of the checkpoint: that of its directory, or of the repository if it lies in the hub's cache
 * (.../models--ORG--NAME/snapshots/HASH). */
static void find_name(const char *dir, char *name, char *source)
{
    char full[PATH_MAX];
    if (!realpath(dir, full))
        snprintf(full, sizeof full, "%s", dir);
    char *cache = strstr(full, "/models--"), *end = cache ? strchr(cache + 1, '/') : NULL;
    char *sep = cache ? strstr(cache + 9, "--") : NULL;
    snprintf(source, MAX_VALUE, "unknown");
    if (end && sep && sep < end) {
        *end = *sep = 0;
        snprintf(source, MAX_VALUE, "hf:%.50s/%.60s", cache + 9, sep + 2);
        snprintf(name, MAX_VALUE, "%.119s", sep + 2);
        return;
    }
    snprintf(name, MAX_VALUE, "%.119s", gs_base_name(full));
}

json_t *gs_import_card(const char *dir, const char *citation, gs_err *e)
{
    char name[MAX_VALUE], source[MAX_VALUE], licence[MAX_VALUE];
    find_name(dir, name, source);
    if (find_licence(dir, licence, e))
        return NULL;
    json_t *card = json_pack("{s:s%, s:s, s:s, s:s}", "name", name, strlen(name), "source", source, "licence",
                             spdx(licence), "citation", citation);
    if (!card)
        gs_fail_mem(e, "a model's card", sizeof name);
    return card;
}
