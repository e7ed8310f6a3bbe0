/* Names of our INFO tags: whose they are. Nobody's data may be lost to a tag of ours. */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/vec.h"
#include "genome/vcf_internal.h"

/* INFO keys that VCF 4.1 to 4.5 give a meaning. */
static int is_reserved(const char *id)
{
    static const char *const keys[] = {
        "AA", "AC", "AD", "ADF", "ADR", "AF", "AN", "BQ", "CIGAR", "DB", "DP", "END", "H2", "H3", "MQ", "MQ0", "NS",
        "SB", "SOMATIC", "VALIDATED", "IMPRECISE", "NOVEL", "SVTYPE", "SVLEN", "CIPOS", "CIEND", "HOMLEN", "HOMSEQ",
        "BKPTID", "MEINFO", "METRANS", "DGVID", "DBVARID", "DBRIPID", "MATEID", "PARID", "EVENT", "EVENTTYPE", "CILEN",
        "DPADJ", "CN", "CNADJ", "CICN", "CICNADJ", "SVCLAIM", "RN", "RUS", "RUL", "RUC", "RB", "CIRUC", "CIRB", "RUB",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(id, keys[i]))
            return 1;
    return 0;
}

/* A declaration that gscore wrote names it as Source; htslib leaves the quotes. */
static int is_ours(bcf_hrec_t *h)
{
    int i = bcf_hrec_find_key(h, "Source");
    const char *source = i < 0 ? "" : h->vals[i];
    size_t n = strlen("gscore");
    source += *source == '"';
    return !strncmp(source, "gscore", n) && strchr(":\"", source[n]);
}

static int is(bcf_hrec_t *h, const char *key, const char *value)
{
    int i = bcf_hrec_find_key(h, key);
    return i >= 0 && !strcmp(h->vals[i], value);
}

/* The declaration of an INFO tag that ours may not replace, NULL: there is none. */
static bcf_hrec_t *foreign(const gs_vcf *v, const char *id, const char *number, const char *type)
{
    bcf_hrec_t *h = bcf_hdr_get_hrec(v->hdr, BCF_HL_INFO, "ID", id, NULL);
    return h && !(is_ours(h) && is(h, "Number", number) && is(h, "Type", type)) ? h : NULL;
}

static int refuse(const gs_vcf *v, const gs_info_def *d, bcf_hrec_t *h, gs_err *e)
{
    int number = bcf_hrec_find_key(h, "Number"), type = bcf_hrec_find_key(h, "Type");
    const char *path = strcmp(v->opt.path, "-") ? v->path : "IN.vcf";
    int both = d->flag && strcmp(d->flag, d->id) && foreign(v, d->flag, "A", "String");
    return gs_fail(e, GS_EINPUT, "%s: INFO/%s is already declared as Number=%s,Type=%s, and not by gscore for this: "
                   "its values would be lost; choose another name with --tag NAME, which calls the flag NAME_FLAG, or "
                   "remove what is there: bcftools annotate -x INFO/%s%s%s -o new.vcf %s", v->path, d->id,
                   number < 0 ? "" : h->vals[number], type < 0 ? "" : h->vals[type], d->id, both ? ",INFO/" : "",
                   both ? d->flag : "", path);
}

int gs_vcf_claim(gs_vcf *v, const gs_info_def *d, gs_err *e)
{
    bcf_hrec_t *h = foreign(v, d->id, d->number, d->type);
    if (is_reserved(d->id))
        return gs_fail(e, GS_EUSAGE, "INFO/%s has a meaning in the VCF specification: choose another name with --tag, "
                       "such as GS_%s", d->id, d->id);
    if (h)
        return refuse(v, d, h, e);
    if (v->is_bcf || bcf_hdr_get_hrec(v->hdr, BCF_HL_INFO, "ID", d->id, NULL))
        return 0;
    if (gs_reserve(&v->claimed, &v->cap_claimed, v->n_claimed + 1, sizeof *v->claimed) ||
        !(v->claimed[v->n_claimed] = strdup(d->id)))
        return gs_fail_mem(e, "the name of a tag", strlen(d->id));
    v->n_claimed++;
    return 0;
}

int gs_vcf_check_claims(const gs_vcf *v, const gs_record *r, gs_err *e)
{
    for (size_t i = 0; i < v->n_claimed; i++) {
        const char *id = v->claimed[i];
        if (!gs_record_has_tag(r, id))
            continue;
        if (strncmp(id, "GS_", 3))
            return gs_fail(e, GS_EINPUT, "%s: record %lld (%s:%lld) has INFO/%s, which the header does not declare "
                           "and gscore did not write; it would be lost: choose another name with --tag", v->path,
                           (long long)r->number, r->contig, (long long)r->pos + 1, id);
        gs_warn_once("own_tag", "%s: records have INFO/%s, which the header does not declare: it is taken for gscore's "
                     "and replaced (first in record %lld)", v->path, id, (long long)r->number);
    }
    return 0;
}
