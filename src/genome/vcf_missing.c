/* A contig that the FASTA lacks: what the FASTA has instead, and the command that renames it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/khash_str2int.h>
#include "base/log.h"
#include "base/str.h"
#include "genome/contig_names.h"
#include "genome/vcf_internal.h"

enum {
    TEXT = 200,       /* of a description is looked at */
    LOOK_AT = 2000,   /* contigs of the FASTA at most: assemblies have their chromosomes among the first */
    NAMED = 3,        /* contigs that the message names */
    HINTS = 10        /* contigs that are explained; no more warnings of a kind are shown */
};

/* ---- which contig may be meant ---- */

static int in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Does the text have these words, and no longer ones around them? A full stop may end a sentence. */
static int has_words(const char *text, const char *words)
{
    size_t n = strlen(words);
    for (const char *p = text; n && (p = strstr(p, words)); p++) {
        const char *end = p + n;
        end += *end == '.' && !in_word(end[1]);
        if ((p == text || !in_word(p[-1])) && !in_word(*end))
            return 1;
    }
    return 0;
}

/* Does a description speak of the contig: by its name, or as RefSeq's do ("Homo sapiens chromosome 1, ...")? */
static int speaks_of(const char *text, const char *name)
{
    char words[TEXT], number[8];
    snprintf(words, sizeof words, "chromosome %.100s", gs_contig_chromosome(name, number));
    if (gs_contig_mitochondrial(name))
        return has_words(text, "mitochondrion") || has_words(text, name);
    return has_words(text, name) || has_words(text, words);
}

static int same_chromosome(const char *a, const char *b)
{
    char of_a[8], of_b[8];
    return !strcmp(gs_contig_chromosome(a, of_a), gs_contig_chromosome(b, of_b));
}

/* The longest contig that may be the one called `name`, -1: none. len: what the VCF's header says of it, 0 unknown. */
static int find_meant(gs_ref *r, const char *name, int64_t len)
{
    char text[TEXT];
    int found = -1, most = gs_ref_count(r) < LOOK_AT ? gs_ref_count(r) : LOOK_AT;
    for (int rid = 0; rid < most; rid++) {
        if (len && gs_ref_len(r, rid) != len)
            continue;
        int may_be = len || same_chromosome(gs_ref_name(r, rid), name) ||
                     (gs_ref_description(r, rid, text, sizeof text) && speaks_of(text, name));
        if (may_be && (found < 0 || gs_ref_len(r, rid) > gs_ref_len(r, found)))
            found = rid;
    }
    return found;
}

/* ---- words ---- */

static void put_contig(gs_ref *r, int rid, gs_str *out)
{
    char text[TEXT];
    gs_str_printf(out, "%s", gs_ref_name(r, rid));
    if (gs_ref_description(r, rid, text, sizeof text))
        gs_str_printf(out, " (%.70s)", text);
}

/* What the FASTA has: the contig that may be meant, else the first ones. */
static void put_contigs(gs_ref *r, int meant, gs_str *out)
{
    int n = gs_ref_count(r);
    gs_str_printf(out, "the FASTA has %d contig%s: ", n, n == 1 ? "" : "s");
    if (meant >= NAMED) {
        put_contig(r, meant, out);
        gs_str_add(out, ", ");
    }
    for (int rid = 0; rid < n && rid < NAMED; rid++) {
        gs_str_add(out, rid ? ", " : "");
        put_contig(r, rid, out);
    }
    if (n > NAMED)
        gs_str_add(out, ", ...");
}

/* bcftools renames contigs that the header or an index declares. */
static void put_command(const gs_vcf *v, int declared, gs_str *out)
{
    const char *path = strcmp(v->opt.path, "-") ? v->path : "IN.vcf", *old = path;
    enum htsCompression packed = v->fp->format.compression;
    if (!declared && packed != bgzf) {
        gs_str_printf(out, "%s %s | bgzip > old.vcf.gz; ", packed == gzip ? "gzip -dc" : "cat", path);
        old = "old.vcf.gz";
    }
    if (!declared)
        gs_str_printf(out, "bcftools index -f %s; ", old);
    gs_str_printf(out, "bcftools annotate --rename-chrs names.txt -o new.vcf %s", old);
}

/* How many contigs were missing so far, with this one; 0: it was told of before. */
static int count(gs_vcf *v, const char *contig)
{
    if (khash_str2int_has_key(v->missing, contig))
        return 0;
    char *name = strdup(contig);
    int n = name ? khash_str2int_inc(v->missing, name) : -1;
    if (n < 0)
        free(name);   /* without memory it is told of again */
    return n < 0 ? HINTS + 1 : n + 1;
}

static void put_remedy(gs_vcf *v, gs_ref *r, const char *contig, int first, gs_str *out)
{
    pthread_mutex_lock(&v->lock);
    int declared = bcf_hdr_name2id(v->hdr, contig) >= 0;
    pthread_mutex_unlock(&v->lock);
    int meant = find_meant(r, contig, gs_vcf_contig_len(v, contig));
    const char *name = meant < 0 ? "NAME_IN_FASTA" : gs_ref_name(r, meant);
    if (!first) {
        gs_str_printf(out, "; to rename it too: echo '%s %s' >> names.txt", contig, name);
        return;
    }
    gs_str_add(out, "; ");
    put_contigs(r, meant, out);
    gs_str_printf(out, "; to rename it: echo '%s %s' > names.txt; ", contig, name);
    put_command(v, declared, out);
}

void gs_vcf_tell_missing(gs_vcf *v, gs_ref *r, const char *contig)
{
    gs_str remedy = {0};
    int n = count(v, contig);
    if (!n)
        return;
    if (n <= HINTS)
        put_remedy(v, r, contig, n == 1, &remedy);
    gs_warn("no_contig", "contig '%s' is not in the FASTA: its variants are flagged no_contig%s", contig,
            remedy.s ? remedy.s : "");
    gs_str_free(&remedy);
}
