#include "genome/contig_names.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *without_chr(const char *name)
{
    return strncmp(name, "chr", 3) ? name : name + 3;
}

/* Names of mitochondrial genomes, and the length of those that are one sequence. Not Ensembl's Mito of yeast: what
 * others publish of it was computed on a line. */
static const struct { const char *name; int64_t len; } mitochondria[] = {
    {"M", 0}, {"MT", 0}, {"MtDNA", 0}, {"mitochondrion", 0}, {"mitochondrion_genome", 0},
    {"rCRS", 16569}, {"NC_012920.1", 16569}, {"NC_012920", 16569}, {"J01415.2", 16569},   /* human */
    {"NC_001807.4", 16571},                                                               /* the Yoruba one of hg19 */
    {"NC_005089.1", 16299}, {"NC_001665.2", 16313}, {"NC_002333.2", 16596},               /* mouse, rat, zebrafish */
};

/* Index in the list, -1: not there. */
static int find_name(const char *name)
{
    const char *bare = strncasecmp(name, "chr", 3) ? name : name + 3;
    for (size_t i = 0; i < sizeof mitochondria / sizeof *mitochondria; i++)
        if (!strcasecmp(bare, mitochondria[i].name))
            return (int)i;
    return -1;
}

int gs_contig_mitochondrial(const char *name)
{
    return find_name(name) >= 0;
}

const char *gs_contig_confusion(const char *name, int64_t len)
{
    int human = len == 16569 || len == 16571;
    return human && gs_contig_mitochondrial(name)
         ? " (hg19's chrM, NC_001807 of 16571 bases, is not rCRS, NC_012920 of 16569: positions differ)" : "";
}

int gs_contig_circular(const char *name, const char *const *circular, int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(name, circular[i]))
            return 1;
    return gs_contig_mitochondrial(name);
}

static int has_len(const gs_fai *f, int rid, int64_t len)
{
    return rid >= 0 && (len == 0 || f->row[rid].len == len);
}

/* Has a contig the length of another sequence of the list than the one that the name stands for? */
static int is_another(const char *name, int64_t len)
{
    int64_t own = mitochondria[find_name(name)].len;
    int other = 0;
    for (size_t i = 0; i < sizeof mitochondria / sizeof *mitochondria && own; i++)
        other |= mitochondria[i].len == len && len != own;
    return other;
}

/* The only mitochondrial contig of that length. */
static int find_mitochondrial(const gs_fai *f, const char *name, int64_t len)
{
    int found = -1, n = 0;
    for (int rid = 0; rid < f->n; rid++)
        if (has_len(f, rid, len) && gs_contig_mitochondrial(f->row[rid].name) && strcmp(f->row[rid].name, name)
            && !is_another(name, f->row[rid].len)) {
            found = rid;
            n++;
        }
    return n == 1 ? found : -1;
}

int gs_contig_alias(const gs_fai *f, const char *name, int64_t len)
{
    char with_chr[256];
    const char *bare = without_chr(name);
    if (gs_contig_mitochondrial(name))
        return find_mitochondrial(f, name, len);
    if (bare == name && (!*name || snprintf(with_chr, sizeof with_chr, "chr%s", name) >= (int)sizeof with_chr))
        return -1;
    int rid = *bare ? gs_fai_find(f, bare == name ? with_chr : bare) : -1;
    return has_len(f, rid, len) ? rid : -1;
}

const char *gs_contig_chromosome(const char *name, char out[8])
{
    int number, version, end = 0;
    if (sscanf(name, "NC_%6d.%d%n", &number, &version, &end) < 2 || name[end] || number < 1 || number > 24)
        return without_chr(name);
    snprintf(out, 8, "%d", number);
    return number == 23 ? "X" : number == 24 ? "Y" : out;
}
