/* Contigs of a VCF and of the FASTA: those that the header lacks, under the names by which records call them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/log.h"
#include "genome/contig_names.h"
#include "genome/vcf_internal.h"

static int64_t declared_len(const bcf_hdr_t *h, int cid)
{
    return cid >= 0 && h->id[BCF_DT_CTG][cid].val ? (int64_t)h->id[BCF_DT_CTG][cid].val->info[0] : 0;
}

int64_t gs_vcf_contig_len(gs_vcf *v, const char *contig)
{
    pthread_mutex_lock(&v->lock);
    int64_t len = declared_len(v->hdr, bcf_hdr_name2id(v->hdr, contig));
    pthread_mutex_unlock(&v->lock);
    return len;
}

/* The 32 digits that the header declares of a contig; 0: none. */
static int declared_md5(gs_vcf *v, const char *contig, char hex[33])
{
    pthread_mutex_lock(&v->lock);
    int cid = bcf_hdr_name2id(v->hdr, contig);
    const bcf_idinfo_t *info = cid >= 0 ? v->hdr->id[BCF_DT_CTG][cid].val : NULL;
    bcf_hrec_t *line = info ? info->hrec[0] : NULL;
    int i = line ? bcf_hrec_find_key(line, "md5") : -1;
    if (line && i < 0)
        i = bcf_hrec_find_key(line, "M5");
    const char *value = i >= 0 ? line->vals[i] + (line->vals[i][0] == '"') : "";
    snprintf(hex, 33, "%s", strspn(value, "0123456789abcdefABCDEF") == 32 ? value : "");
    pthread_mutex_unlock(&v->lock);
    return *hex != 0;
}

int gs_vcf_check_md5(gs_vcf *v, gs_ref *r, int rid, const char *contig, gs_err *e)
{
    char declared[33], has[33];
    if (!v->md5_checked && !(v->md5_checked = calloc((size_t)gs_ref_count(r), 1)))
        return gs_fail_mem(e, "the list of contigs", (size_t)gs_ref_count(r));
    int again = v->md5_checked[rid];
    v->md5_checked[rid] = 1;
    if (again || !declared_md5(v, contig, declared))
        return 0;
    int rc = gs_ref_md5(r, rid, has, e);
    if (!rc && strcasecmp(declared, has))
        gs_warn_once("contig_md5", "contig '%s' has the MD5 %s in the VCF header, but '%s' in the FASTA has %s: it "
                     "is another sequence%s", contig, declared, gs_ref_name(r, rid), has,
                     gs_contig_confusion(gs_ref_name(r, rid), gs_ref_len(r, rid)));
    return rc;
}

static int declare(gs_vcf *v, const char *name, int64_t len, gs_err *e)
{
    kstring_t s = KS_INITIALIZE;
    if (bcf_hdr_name2id(v->hdr, name) >= 0)
        return 0;
    errno = 0;
    int bad = ksprintf(&s, "##contig=<ID=%s,length=%lld>", name, (long long)len) < 0 || bcf_hdr_append(v->hdr, s.s) < 0;
    free(s.s);
    if (errno == ENOMEM)
        return gs_fail_mem(e, "the VCF header", 0);
    return bad ? gs_fail(e, GS_EINPUT, "%s: contig %s cannot be added to the header", v->path, name) : 0;
}

/* ---- how records call contigs ---- */

/* What header and records call the FASTA's contigs (NULL: not known), and whether that is "1" for "chr1" (1) or the
 * other way round (-1). */
typedef struct { char **name; int way; } naming;

/* Does the name show whether chr comes before names? Accessions and words do not. */
static int shows_way(const char *name)
{
    return !gs_contig_mitochondrial(name) || strlen(name) <= strlen("chrMT");
}

/* A name that the header or a record has. Of several for one contig the first one counts. */
static int learn(naming *k, gs_ref *r, const char *name, int64_t len, gs_err *e)
{
    int rid = gs_ref_find(r, name, len);
    if (rid < 0 || k->name[rid])
        return 0;
    const char *fasta = gs_ref_name(r, rid);
    if (!k->way && shows_way(name) && shows_way(fasta))
        k->way = !strncmp(fasta, "chr", 3) - !strncmp(name, "chr", 3);
    k->name[rid] = strdup(name);
    return k->name[rid] ? 0 : gs_fail_mem(e, "a contig name", strlen(name));
}

static int learn_header(gs_vcf *v, gs_ref *r, naming *k, gs_err *e)
{
    int ret = 0;
    for (int i = 0; i < v->hdr->n[BCF_DT_CTG] && !ret; i++)
        if (v->hdr->id[BCF_DT_CTG][i].key)
            ret = learn(k, r, v->hdr->id[BCF_DT_CTG][i].key, declared_len(v->hdr, i), e);
    return ret;
}

/* All names that records use, where there is an index. */
static int learn_index(gs_vcf *v, gs_ref *r, naming *k, gs_err *e)
{
    int n = 0, ret = 0, rid = 0;
    while (rid < gs_ref_count(r) && k->name[rid])
        rid++;
    if (!v->is_bcf && rid < gs_ref_count(r))
        ret = gs_vcf_find_index(v, e);
    errno = 0;
    const char **name = v->tbx ? tbx_seqnames(v->tbx, &n) : NULL;
    if (!ret && errno == ENOMEM)
        ret = gs_fail_mem(e, "the names of contigs", 0);
    for (int i = 0; i < n && name && !ret; i++)
        ret = learn(k, r, name[i], 0, e);
    free(name);
    return ret;
}

/* The first record's contig, read ahead of its time where the input is text. */
static int learn_first(gs_vcf *v, gs_ref *r, naming *k, gs_err *e)
{
    if (v->is_bcf || v->itr || v->n_read)
        return 0;
    errno = 0;
    if (!v->has_ahead && !v->select.regions) {
        v->ahead_ret = gs_next_line(v->fp, &v->ahead, &v->ended);
        v->has_ahead = 1;
    }
    if (v->ahead_ret < -1 && errno == ENOMEM)
        return gs_fail_mem(e, "a record", 0);
    if (!v->has_ahead || v->ahead_ret < 0)
        return 0;
    kstring_t name = KS_INITIALIZE;
    int bad = kputsn(v->ahead.s, strcspn(v->ahead.s, "\t"), &name) < 0;
    int ret = bad ? gs_fail_mem(e, "a contig name", v->ahead.l) : learn(k, r, name.s, gs_vcf_contig_len(v, name.s), e);
    free(name.s);
    return ret;
}

/* ---- those that the header lacks ---- */

/* Name for contig rid of the FASTA in the records' way; falls back to its own name where that way is ambiguous.
 * NULL: out of memory. */
static const char *name_for(gs_ref *r, int rid, int way, kstring_t *buf)
{
    const char *own = gs_ref_name(r, rid);
    int bad = 0;
    buf->l = 0;
    if (way && gs_contig_mitochondrial(own))
        bad = kputs(way > 0 ? "MT" : "chrM", buf) < 0;
    else if (way > 0 && !strncmp(own, "chr", 3) && own[3])
        bad = kputs(own + 3, buf) < 0;
    else if (way < 0)
        bad = ksprintf(buf, "chr%s", own) < 0;
    if (bad)
        return NULL;
    return buf->l && gs_ref_find(r, buf->s, 0) == rid ? buf->s : own;
}

static int declare_all(gs_vcf *v, gs_ref *r, const naming *k, gs_err *e)
{
    kstring_t buf = KS_INITIALIZE;
    int ret = 0;
    v->foreign = 1;
    for (int rid = 0; rid < gs_ref_count(r) && !ret; rid++) {
        v->foreign &= !k->name[rid];
        const char *name = k->name[rid] ? k->name[rid] : name_for(r, rid, k->way, &buf);
        ret = name ? declare(v, name, gs_ref_len(r, rid), e) : gs_fail_mem(e, "a contig name", 0);
        if (!k->name[rid] && gs_contig_mitochondrial(gs_ref_name(r, rid)))
            v->unseen_mitochondrion = gs_ref_len(r, rid);
    }
    free(buf.s);
    if (!ret && bcf_hdr_sync(v->hdr) < 0)
        ret = gs_fail_mem(e, "the VCF header", (size_t)gs_ref_count(r));
    return ret;
}

int gs_vcf_add_contigs(gs_vcf *v, gs_ref *r, gs_err *e)
{
    int n = gs_ref_count(r);
    naming k = {.name = calloc((size_t)n + 1, sizeof *k.name)};
    if (!k.name)
        return gs_fail_mem(e, "the list of contigs", (size_t)n * sizeof *k.name);
    int ret = learn_header(v, r, &k, e);
    ret = ret ? ret : learn_index(v, r, &k, e);
    ret = ret ? ret : learn_first(v, r, &k, e);
    ret = ret ? ret : declare_all(v, r, &k, e);
    for (int i = 0; i < n; i++)
        free(k.name[i]);
    free(k.name);
    return ret;
}

int gs_vcf_foreign(const gs_vcf *v)
{
    return v->foreign;
}

int gs_vcf_foresee_contigs(gs_vcf *v, gs_err *e)
{
    static const char *const usual[] = {"chrM", "MT", "M", "chrMT"};
    int ret = 0;
    for (size_t i = 0; i < sizeof usual / sizeof *usual && v->unseen_mitochondrion && !ret; i++)
        ret = declare(v, usual[i], v->unseen_mitochondrion, e);
    return ret;
}
