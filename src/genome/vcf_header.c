#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/strmap.h"
#include "genome/vcf_internal.h"

/* ---- reading ---- */

static const char *value_of(const bcf_hrec_t *h, const char *key)
{
    int i = bcf_hrec_find_key((bcf_hrec_t *)h, key);
    return i < 0 ? "" : h->vals[i];
}

static int no_memory(gs_err *e)
{
    return gs_fail_mem(e, "the VCF header", 0);
}

static int header_cut(const gs_vcf *v, gs_err *e)
{
    return gs_fail(e, GS_ETRUNC, "%s: the file ends within its header; it was cut short", v->path);
}

static int columns(const char *line)
{
    int n = 1;
    for (const char *p = line; (p = strchr(p, '\t')); p++)
        n++;
    return n;
}

/* What is wrong with the samples of a #CHROM line, if anything is. */
static int bad_samples(const gs_vcf *v, const char *line, gs_err *e)
{
    gs_strmap seen = {0};
    int ret = 0, column = 1;
    for (const char *s = line, *tab; s && !ret; s = (tab = strchr(s, '\t')) ? tab + 1 : NULL, column++) {
        size_t n = strcspn(s, "\t");
        if (column <= COL_COUNT + 1)
            continue;
        int first = gs_strmap_get(&seen, s, n);
        if (!n && !s[n])
            ret = gs_fail(e, GS_EINPUT, "%s: the #CHROM line ends with a tab: remove it with sed '/^#CHROM/s/\\t*$//'",
                          v->path);
        else if (first >= 0)
            ret = gs_fail(e, GS_EINPUT, "%s: the #CHROM line has sample %.*s twice, in columns %d and %d; give all "
                          "samples names of their own: bcftools reheader -s NAMES.txt -o new.vcf %s", v->path, (int)n,
                          s, first, column, v->path);
        else if (gs_strmap_put(&seen, s, n, column) < 0)
            ret = gs_fail_mem(e, "the VCF header", n);
    }
    gs_strmap_free(&seen);
    return ret;
}

/* Why htslib refuses a header whose last line (#CHROM...) this is. */
static int bad_header(const gs_vcf *v, const char *line, gs_err *e)
{
    if (columns(line) < 8 && strchr(line, ' '))
        return gs_fail(e, GS_EINPUT, "%s: the #CHROM line has spaces instead of tabs", v->path);
    if (columns(line) < 8)
        return gs_fail(e, GS_EINPUT, "%s: the #CHROM line has %d columns instead of 8 or more; the file may be cut",
                       v->path, columns(line));
    int ret = bad_samples(v, line, e);
    return ret ? ret : gs_fail(e, GS_EINPUT, "%s: the VCF header is not understood: the #CHROM line is wrong", v->path);
}

/* What the line says about the file as a whole; `ended`: it had a line end. */
static int check_header_line(const gs_vcf *v, const kstring_t *line, int ended, gs_err *e)
{
    if (strstr(line->s, "\r#"))
        return gs_fail(e, GS_EINPUT, "%s: its lines end with carriage returns alone, as on old Macintoshes: convert it "
                       "with tr '\\r' '\\n'", v->path);
    if (!strncmp(line->s, "##", 2))
        return ended ? 0 : header_cut(v, e);
    if (!ended && !v->opt.allow_truncated && !strncmp(line->s, "#CHROM", line->l < 6 ? line->l : 6))
        return header_cut(v, e);
    if (strncmp(line->s, "#CHROM", 6))
        return gs_fail(e, GS_EINPUT, "%s: the header has no #CHROM line before the first record", v->path);
    if (strstr(line->s, "\t\t")) /* htslib takes that, and writes another header */
        return gs_fail(e, GS_EINPUT, "%s: the #CHROM line has a column without a name: two tabs in a row", v->path);
    return 0;
}

/* Header lines up to and with #CHROM into *text; *last: where the last line starts. */
static int header_text(gs_vcf *v, kstring_t *text, size_t *last, gs_err *e)
{
    kstring_t line = KS_INITIALIZE;
    int ret = 0, end = 0, got = 0;
    while (!ret && !end && (got = gs_next_line(v->fp, &line, &v->ended)) >= 0) {
        end = strncmp(line.s, "##", 2) != 0;
        ret = check_header_line(v, &line, v->ended, e);
        *last = text->l;
        if (!ret && (kputsn(line.s, line.l, text) < 0 || kputc('\n', text) < 0))
            ret = gs_fail_mem(e, "the VCF header", text->l);
    }
    free(line.s);
    if (got < -1 && errno == ENOMEM)
        return gs_fail_mem(e, "the VCF header", text->l);
    return !ret && !end ? header_cut(v, e) : ret;
}

static int is_pass(const bcf_hrec_t *h)
{
    return !strcmp(h->key, "FILTER") && !strcmp(value_of(h, "ID"), "PASS");
}

/* Do two lines say the same? IDX is htslib's own. */
static int same_words(const bcf_hrec_t *a, const bcf_hrec_t *b)
{
    int n = b->nkeys - (bcf_hrec_find_key((bcf_hrec_t *)b, "IDX") >= 0);
    int same = !strcmp(a->key, b->key) && a->nkeys == n;
    if (!a->value || !b->value)
        same &= a->value == b->value;
    else
        same &= !strcmp(a->value, b->value);
    for (int i = 0; i < n && same; i++)
        same = !strcmp(a->keys[i], b->keys[i]) && !strcmp(a->vals[i], b->vals[i]);
    return same;
}

/* htslib keeps one of equal lines, or of equal IDs, and drops those that it cannot read; the rest keeps its order, but
 * for PASS, which it puts first. */
static int tell_dropped(const gs_vcf *v, const char *text, gs_err *e)
{
    int kept = 0, number = 1, len;
    for (const char *line = text; !strncmp(line, "##", 2); line = strchr(line, '\n') + 1, number++) {
        errno = 0;
        bcf_hrec_t *h = bcf_hdr_parse_line(v->hdr, line, &len);
        if (!h && errno == ENOMEM)
            return no_memory(e);
        while (kept < v->hdr->nhrec && is_pass(v->hdr->hrec[kept]))
            kept++;
        int here = h && kept < v->hdr->nhrec && same_words(h, v->hdr->hrec[kept]);
        kept += here;
        if (!here && !(h && is_pass(h)))
            gs_warn("header", "%s: header line %d is left out, being %s: %.*s", v->path, number,
                    h ? "the double of an earlier one" : "none that htslib can read", (int)strcspn(line, "\n"), line);
        if (h)
            bcf_hrec_destroy(h);
    }
    return 0;
}

static int read_text_header(gs_vcf *v, gs_err *e)
{
    kstring_t text = KS_INITIALIZE;
    size_t last = 0;
    int ret = header_text(v, &text, &last, e);
    if (!ret && !(v->hdr = bcf_hdr_init("r")))
        ret = gs_fail_mem(e, "the VCF header", text.l);
    errno = 0;
    int bad = !ret && bcf_hdr_parse(v->hdr, text.s) < 0;
    if (!ret && errno == ENOMEM) /* htslib may leave lines out for it, without a word */
        ret = no_memory(e);
    if (!ret && bad) {
        text.s[text.l - 1] = 0;
        ret = bad_header(v, text.s + last, e);
    }
    if (!ret)
        ret = tell_dropped(v, text.s, e);
    free(text.s);
    return ret;
}

static int read_bcf_header(gs_vcf *v, gs_err *e)
{
    errno = 0;
    v->hdr = bcf_hdr_read(v->fp);
    if (errno == ENOMEM)
        return no_memory(e);
    return v->hdr ? 0 : gs_fail(e, GS_ETRUNC, "%s: the BCF header is cut short or corrupt", v->path);
}

int gs_vcf_read_header(gs_vcf *v, gs_err *e)
{
    int ret = v->is_bcf ? read_bcf_header(v, e) : read_text_header(v, e);
    if (ret)
        return ret;
    v->n_sample = bcf_hdr_nsamples(v->hdr);
    int id = bcf_hdr_id2int(v->hdr, BCF_DT_ID, "END");
    v->has_end = bcf_hdr_idinfo_exists(v->hdr, BCF_HL_INFO, id) &&
                 bcf_hdr_id2type(v->hdr, BCF_HL_INFO, id) == BCF_HT_INT;
    return 0;
}

/* ---- our lines ---- */

/* key="text", with " and \ escaped, appended to *s. */
static int put_quoted(kstring_t *s, const char *key, const char *text)
{
    int bad = !text ? 0 : ksprintf(s, ",%s=\"", key) < 0;
    for (const char *p = text; p && *p && !bad; p++) {
        if (*p == '"' || *p == '\\')
            bad |= kputc('\\', s) < 0;
        bad |= kputc(*p == '\n' || *p == '\t' ? ' ' : *p, s) < 0;
    }
    return bad || (text && kputc('"', s) < 0);
}

/* Let the line `old` say what `h` says, at its place in htslib's tables; h is gone. */
static void replace_line(bcf_hrec_t *old, bcf_hrec_t *h)
{
    bcf_hrec_t t = *old;
    *old = *h;
    *h = t;
    old->type = t.type;
    bcf_hrec_destroy(h);
}

static int parse_line(gs_vcf *v, const char *line, bcf_hrec_t **out, gs_err *e)
{
    int len;
    errno = 0;
    *out = bcf_hdr_parse_line(v->hdr, line, &len);
    if (!*out && errno == ENOMEM)
        return no_memory(e);
    return *out ? 0 : gs_fail(e, GS_EINTERNAL, "header line is no VCF: %s", line);
}

static int append_line(gs_vcf *v, bcf_hrec_t *h, gs_err *e)
{
    if (bcf_hdr_add_hrec(v->hdr, h) < 0) {
        bcf_hrec_destroy(h);
        return no_memory(e);
    }
    return bcf_hdr_sync(v->hdr) < 0 ? no_memory(e) : 0;
}

/* The declared tag gets our words: an older run's may speak of another model. IDX ties it to BCF records. */
static int renew_info(bcf_hrec_t *old, bcf_hrec_t *h, gs_err *e)
{
    int i = bcf_hrec_find_key(old, "IDX");
    if (i >= 0 && (bcf_hrec_add_key(h, "IDX", 3) < 0 ||
                   bcf_hrec_set_val(h, h->nkeys - 1, old->vals[i], strlen(old->vals[i]), 0) < 0)) {
        bcf_hrec_destroy(h);
        return no_memory(e);
    }
    replace_line(old, h);
    return 0;
}

/* "gscore:mito" -> mito, which goes to out; htslib leaves the quotes. */
static const char *model_of(const char *source, char out[200])
{
    source += *source == '"';
    snprintf(out, 200, "%.*s", (int)strcspn(source, "\""), source);
    return strncmp(out, "gscore:", 7) || !out[7] ? "an unknown model" : out + 7;
}

static int put_info(gs_vcf *v, const gs_info_def *d, const char *line, gs_err *e)
{
    bcf_hrec_t *h, *old = bcf_hdr_get_hrec(v->hdr, BCF_HL_INFO, "ID", d->id, NULL);
    int ret = gs_vcf_claim(v, d, e);
    ret = ret ? ret : parse_line(v, line, &h, e);
    if (ret)
        return ret;
    if (!old)
        return append_line(v, h, e);
    char before[200], now[200];
    gs_warn("replaced", "%s: INFO/%s of an earlier run with %s is replaced by this run's with %s; to keep both, give "
            "this one a name of its own: --tag NAME", v->path, d->id, model_of(value_of(old, "Source"), before),
            model_of(d->source, now));
    return renew_info(old, h, e);
}

int gs_vcf_add_info(gs_vcf *v, const gs_info_def *d, gs_err *e)
{
    kstring_t s = KS_INITIALIZE;
    int bad = ksprintf(&s, "##INFO=<ID=%s,Number=%s,Type=%s", d->id, d->number, d->type) < 0 ||
              put_quoted(&s, "Description", d->description ? d->description : "") ||
              put_quoted(&s, "Source", d->source) || put_quoted(&s, "Version", d->version) || kputc('>', &s) < 0;
    int ret = bad ? gs_fail_mem(e, "a header line", s.l) : put_info(v, d, s.s, e);
    free(s.s);
    return ret;
}

/* An earlier run's line with this key, NULL: there is none. */
static bcf_hrec_t *find_line(const gs_vcf *v, const char *key)
{
    for (int i = 0; i < v->hdr->nhrec; i++)
        if (v->hdr->hrec[i]->type == BCF_HL_STR && !strcmp(v->hdr->hrec[i]->key, key))
            return v->hdr->hrec[i];
    return NULL;
}

static int put_line(gs_vcf *v, const char *line, const char *key, gs_err *e)
{
    bcf_hrec_t *h = NULL, *old = find_line(v, key);
    int ret = parse_line(v, line, &h, e);
    if (ret || !old)
        return ret ? ret : append_line(v, h, e);
    replace_line(old, h);
    return 0;
}

/* htslib removes structured lines by their ID, whatever their key: the line gets an ID that no other has. */
static int drop_line(gs_vcf *v, const char *key, gs_err *e)
{
    kstring_t id = KS_INITIALIZE, line = KS_INITIALIZE;
    int ret = 0;
    if (find_line(v, key)) {
        int bad = ksprintf(&id, "gscore:%s", key) < 0 || ksprintf(&line, "##%s=<ID=%s>", key, ks_str(&id)) < 0;
        ret = bad ? gs_fail_mem(e, "a header line", line.l) : put_line(v, line.s, key, e);
        if (!ret)
            bcf_hdr_remove(v->hdr, BCF_HL_STR, id.s);
    }
    free(id.s);
    free(line.s);
    return ret;
}

int gs_vcf_add_provenance(gs_vcf *v, const char *tag, const gs_vcf_field *f, gs_err *e)
{
    kstring_t key = KS_INITIALIZE, s = KS_INITIALIZE;
    int ret = 0, bad = ksprintf(&key, "gscore_%s", tag) < 0 || ksprintf(&s, "##gscore_%s=<ID=%s", tag, tag) < 0;
    for (; f && f->key && !bad; f++)
        bad = put_quoted(&s, f->key, f->value);
    bad = bad || kputc('>', &s) < 0;
    if (bad)
        ret = gs_fail_mem(e, "a header line", s.l);
    else if (f)
        ret = put_line(v, s.s, key.s, e);
    else
        ret = drop_line(v, key.s, e);
    free(key.s);
    free(s.s);
    return ret;
}
