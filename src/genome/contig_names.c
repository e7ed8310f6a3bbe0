#include "genome/contig_names.h"
#include <stdio.h>
#include <string.h>

int gs_contig_alias(const gs_fai *f, const char *name, int64_t len)
{
    const char *bare = strncmp(name, "chr", 3) ? name : name + 3;
    int mito = !strcmp(bare, "M") || !strcmp(bare, "MT");
    char with_chr[256];
    if (!*bare || snprintf(with_chr, sizeof with_chr, "chr%s", bare) >= (int)sizeof with_chr)
        return -1;
    const char *plain_names[] = {bare, with_chr, NULL}, *mito_names[] = {"M", "MT", "chrM", "chrMT", NULL};
    int found = -1, n = 0;
    for (const char **p = mito ? mito_names : plain_names; *p; p++) {
        int rid = strcmp(*p, name) ? gs_fai_find(f, *p) : -1;
        if (rid >= 0 && (len == 0 || f->row[rid].len == len)) {
            found = rid;
            n++;
        }
    }
    return n == 1 ? found : -1;
}

int gs_contig_circular(const char *name, const char *const *circular, int n)
{
    if (!strcmp(name, "chrM") || !strcmp(name, "MT") || !strcmp(name, "M"))
        return 1;
    for (int i = 0; i < n; i++)
        if (!strcmp(name, circular[i]))
            return 1;
    return 0;
}
