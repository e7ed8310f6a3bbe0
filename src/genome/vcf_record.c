#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "genome/vcf_internal.h"

gs_record *gs_record_new(void)
{
    gs_record *r = calloc(1, sizeof *r);
    if (r && !(r->bcf = bcf_init())) {
        free(r);
        return NULL;
    }
    return r;
}

void gs_record_free(gs_record *r)
{
    if (!r)
        return;
    bcf_destroy(r->bcf);
    free(r->allele);
    free(r->line.s);
    free(r->cells.s);
    free(r->info.s);
    free(r->value.s);
    free(r);
}

size_t gs_record_bytes(const gs_record *r)
{
    if (!r)
        return 0;
    const bcf1_t *b = r->bcf;
    return sizeof *r + sizeof *b + b->shared.m + b->indiv.m + r->line.m + r->cells.m + r->info.m + r->value.m
           + (size_t)r->m_allele * sizeof *r->allele;
}

/* ---- shaping ---- */

static int room_for(gs_record *r, int n)
{
    if (n <= r->m_allele)
        return 0;
    const char **p = realloc(r->allele, sizeof *p * (size_t)(2 * n));
    if (!p)
        return -1;
    r->allele = p;
    r->m_allele = 2 * n;
    return 0;
}

/* Tabs in s, eight bytes at a time: a file of thousands of samples has little else. A byte of x is 0 where a tab is,
 * and only then bit 7 of it is 0 in any. */
static int count_tabs(const char *s, size_t size)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7f, tabs = 0x0909090909090909;
    int n = 0;
    for (; size >= 8; s += 8, size -= 8) {
        uint64_t x;
        memcpy(&x, s, 8);
        x ^= tabs;
        uint64_t any = ((x & low) + low) | x;
        n += __builtin_popcountll(~any & ~low);
    }
    for (; size; s++, size--)
        n += *s == '\t';
    return n;
}

/* Find the columns that we look at and count all; how many there are. */
static int find_columns(gs_record *r)
{
    const char *s = r->line.s, *stop = s + r->line.l;
    int n = 0;
    r->col[0] = 0;
    while (n < COL_COUNT) {
        const char *tab = memchr(s, '\t', (size_t)(stop - s));
        r->col[++n] = (size_t)((tab ? tab : stop) - r->line.s) + 1;
        if (!tab)
            return n;
        s = tab + 1;
    }
    return n + 1 + count_tabs(s, (size_t)(stop - s));
}

enum { NO_POS = -1, HUGE_POS = -2 };

/* POS as text: digits only. htslib would read -3 and abc as 0. */
static int64_t parse_pos(const char *s, size_t n)
{
    static const int64_t most = INT64_MAX / 16; /* far beyond any genome, and windows around it still have places */
    int64_t x = n ? 0 : NO_POS;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return NO_POS;
        if (x <= most)
            x = 10 * x + (s[i] - '0');
    }
    return x > most ? HUGE_POS : x;
}

/* FORMAT without samples says nothing: a header without samples takes records with or without it. */
static const char *column_fault(const gs_record *r, int n_sample)
{
    int least = n_sample ? COL_COUNT + 1 + n_sample : COL_COUNT, most = n_sample ? least : COL_COUNT + 1;
    return r->n_col < least ? "fewer columns than the header" : r->n_col > most ? "more columns than the header" : NULL;
}

static const char *fault(const gs_record *r, int n_sample)
{
    const char *s = r->line.s, *why;
    int64_t pos;
    if (r->line.l && s[0] == '#')
        return "a header line among the records";
    if (r->n_col < COL_COUNT)
        return r->line.l && !memchr(s, '\t', r->line.l) && strchr(s, ' ') ? "spaces instead of tabs"
                                                                           : "fewer than 8 columns";
    if (memchr(s, 0, r->line.l))
        return "a NUL byte";
    if (!col_len(r, COL_CHROM))
        return "CHROM is empty";
    if ((pos = parse_pos(s + r->col[COL_POS], col_len(r, COL_POS))) < 0)
        return pos == HUGE_POS ? "POS is too large" : "POS is no number";
    if ((why = column_fault(r, n_sample)))
        return why;
    return !col_len(r, COL_REF) ? "REF is empty" : !col_len(r, COL_ALT) ? "ALT is empty" : NULL;
}

static int cell(gs_record *r, int c)
{
    return kputsn(r->line.s + r->col[c], col_len(r, c), &r->cells) < 0 || kputc('\0', &r->cells) < 0;
}

/* Point to REF and the ALTs in the cells, which begin at `at`. */
static int list_alleles(gs_record *r, size_t at)
{
    size_t len = col_len(r, COL_ALT);
    char *ref = r->cells.s + at, *alt = ref + col_len(r, COL_REF) + 1;
    int n = 2;
    for (size_t i = 0; i < len; i++)
        n += alt[i] == ',';
    if (room_for(r, n))
        return -1;
    r->allele[0] = ref;
    r->n_allele = 1;
    for (char *p = strcmp(alt, ".") ? alt : NULL; p;) {
        r->allele[r->n_allele++] = p;
        if ((p = strchr(p, ',')))
            *p++ = 0;
    }
    return 0;
}

int gs_record_from_line(gs_record *r, int n_sample)
{
    int64_t pos;
    r->edited = 0;
    r->n_allele = 0;
    r->cells.l = 0;
    if (!r->line.s && ks_resize(&r->line, 1))
        return -1;
    r->line.s[r->line.l] = 0;
    r->n_col = find_columns(r);
    r->why = fault(r, n_sample);
    if (cell(r, COL_CHROM))
        return -1;
    size_t at = r->cells.l;
    if (!r->why && (cell(r, COL_REF) || cell(r, COL_ALT) || list_alleles(r, at)))
        return -1;
    r->contig = r->cells.s;
    pos = r->n_col > COL_POS ? parse_pos(r->line.s + r->col[COL_POS], col_len(r, COL_POS)) : NO_POS;
    r->pos = pos < 0 ? -1 : pos - 1;
    return 0;
}

int gs_record_from_bcf(gs_record *r, const bcf_hdr_t *hdr)
{
    bcf1_t *b = r->bcf;
    r->why = b->errcode ? "htslib finds it invalid" : NULL;
    if (b->rid < 0 || b->rid >= hdr->n[BCF_DT_CTG] || b->n_sample != (unsigned)bcf_hdr_nsamples(hdr))
        return -2;
    errno = 0;
    int bad = bcf_unpack(b, BCF_UN_STR) < 0;
    if (errno == ENOMEM) /* alleles may be left empty for it, without a word */
        return -1;
    if (bad)
        return -2;
    if (room_for(r, b->n_allele + 1))
        return -1;
    for (int i = 0; i < b->n_allele; i++)
        r->allele[i] = b->d.allele[i];
    r->n_allele = b->n_allele;
    if (r->n_allele == 2 && !strcmp(r->allele[1], "."))
        r->n_allele = 1;
    r->contig = hdr->id[BCF_DT_CTG][b->rid].key;
    r->pos = b->pos;
    return 0;
}

/* ---- looking ---- */

int gs_record_malformed(const gs_record *r) { return r->why != NULL; }
const char *gs_record_contig(const gs_record *r) { return r->contig; }
int64_t gs_record_pos(const gs_record *r) { return r->pos < 0 ? -1 : r->pos; }
int gs_record_n_alt(const gs_record *r) { return r->n_allele > 1 ? r->n_allele - 1 : 0; }
const char *gs_record_ref(const gs_record *r) { return r->n_allele ? r->allele[0] : "."; }
const char *gs_record_alt(const gs_record *r, int i) { return r->allele[i + 1]; }
int64_t gs_record_line(const gs_record *r) { return r->number; }

static void put_site_of_bcf(const gs_record *r, int i, gs_str *out)
{
    const bcf1_t *b = r->bcf;
    gs_str_printf(out, "%s\t%lld\t%s\t%s\t", r->contig, (long long)b->pos + 1, b->d.id, gs_record_ref(r));
    if (!gs_record_n_alt(r))
        gs_str_add(out, ".");
    for (int k = 0; k < gs_record_n_alt(r); k++)
        if (i < 0 || k == i)
            gs_str_printf(out, "%s%s", i < 0 && k ? "," : "", gs_record_alt(r, k));
}

void gs_record_put_site(const gs_record *r, int i, gs_str *out)
{
    if (r->why)
        i = -1;
    if (!r->is_text) {
        put_site_of_bcf(r, i, out);
        return;
    }
    for (int c = COL_CHROM; c <= COL_ALT; c++) {
        if (c)
            gs_str_add(out, "\t");
        if (c == COL_ALT && i >= 0)
            gs_str_add(out, gs_record_alt(r, i));
        else if (c < r->n_col)
            gs_str_addn(out, r->line.s + r->col[c], col_len(r, c));
    }
}

void gs_record_put_skipped(const gs_record *r, int i, gs_flag why, gs_str *out)
{
    gs_str_printf(out, "%lld\t", (long long)gs_record_line(r));
    gs_record_put_site(r, i, out);
    gs_str_printf(out, "\t%s\n", gs_flag_name(why));
}

/* ---- INFO of a text record ---- */

static int is_tag(const char *item, size_t n, const char *tag, size_t tag_len)
{
    return n >= tag_len && !memcmp(item, tag, tag_len) && (n == tag_len || item[tag_len] == '=');
}

/* Is the tag among the items of an INFO column of n bytes? */
static int has_tag(const char *s, size_t n, const char *tag)
{
    size_t len = strlen(tag);
    for (const char *stop = s + n, *semi;; s = semi + 1) {
        semi = memchr(s, ';', (size_t)(stop - s));
        if (is_tag(s, (size_t)((semi ? semi : stop) - s), tag, len))
            return 1;
        if (!semi)
            return 0;
    }
}

int gs_record_has_tag(const gs_record *r, const char *tag)
{
    return has_tag(r->line.s + r->col[COL_INFO], col_len(r, COL_INFO), tag);
}

/* Take the tag out of r->info, every time it occurs, and empty items behind it and at the end. Others stay. */
static void drop_text(gs_record *r, const char *tag)
{
    char *s = r->info.s, *to = s, *stop = s + r->info.l, *semi;
    size_t len = strlen(tag);
    int kept = 0, dropped = 0;
    for (;; s = semi + 1) {
        semi = memchr(s, ';', (size_t)(stop - s));
        size_t n = (size_t)((semi ? semi : stop) - s);
        dropped = is_tag(s, n, tag, len) || (dropped && !n);
        if (!dropped) {
            if (kept++)
                *to++ = ';';
            memmove(to, s, n);
            to += n;
        }
        if (!semi)
            break;
    }
    while (to > r->info.s && to[-1] == ';')
        to--;
    *to = 0;
    r->info.l = (size_t)(to - r->info.s);
}

/* Replace the tag by tag=value, or remove it (value NULL). A record that lacks the tag and gets none stays as it is. */
static int set_text(gs_record *r, const char *tag, const char *value)
{
    const char *old = r->line.s + r->col[COL_INFO];
    size_t n = col_len(r, COL_INFO);
    if (!r->edited) {
        if (!value && !has_tag(old, n, tag))
            return 0;
        r->info.l = 0;
        if (kputsn(old, n, &r->info) < 0)
            return -1;
        r->edited = 1;
    }
    drop_text(r, tag);
    if (!strcmp(r->info.s, "."))
        r->info.l = 0;
    if (!value)
        return r->info.l || kputc('.', &r->info) >= 0 ? 0 : -1;
    return ksprintf(&r->info, "%s%s=%s", r->info.l ? ";" : "", tag, value) < 0 ? -1 : 0;
}

int gs_record_put_line(const gs_record *r, kstring_t *out)
{
    const kstring_t *l = &r->line;
    if (!r->edited)
        return kputsn(l->s, l->l, out) < 0 ? -1 : 0;
    size_t end = r->col[COL_COUNT] - 1; /* the tab behind INFO, or the end of the line */
    return kputsn(l->s, r->col[COL_INFO], out) < 0 || kputsn(r->info.s, r->info.l, out) < 0 ||
           kputsn(l->s + end, l->l - end, out) < 0 ? -1 : 0;
}

/* ---- INFO of a BCF record ---- */

/* Physically remove the tag, so that adding it puts it last, as in text. */
static void drop_bcf(const bcf_hdr_t *h, bcf1_t *b, const char *tag)
{
    int id = bcf_hdr_id2int(h, BCF_DT_ID, tag);
    bcf_unpack(b, BCF_UN_INFO);
    for (int i = b->n_info - 1; i >= 0; i--) {
        bcf_info_t *x = &b->d.info[i];
        if (x->key != id || id < 0)
            continue;
        if (x->vptr_free)
            free(x->vptr - x->vptr_off);
        memmove(x, x + 1, sizeof *x * (size_t)(b->n_info - i - 1));
        b->n_info--;
        memset(&b->d.info[b->n_info], 0, sizeof *x);
        b->d.shared_dirty |= BCF1_DIRTY_INF;
    }
}

/* ---- values ---- */

/* What is behind a point without need. */
static void trim(char *s)
{
    size_t n = strlen(s);
    if (!strchr(s, '.'))
        return;
    while (s[n - 1] == '0')
        n--;
    s[n - (s[n - 1] == '.')] = 0;
}

const char *gs_vcf_float_text(char text[64], float value, int digits)
{
    enum { MOST = 9 /* digits that say a float; more would be noise */, SIZE = 64 };
    if (!isfinite(value))
        return ".";
    if (digits < 0) {
        snprintf(text, SIZE, "%.*g", -digits, (double)value);
    } else {
        int whole = value == 0 ? 1 : (int)floor(log10(fabs((double)value))) + 1;
        int decimals = whole + digits <= MOST ? digits : whole < MOST ? MOST - whole : 0;
        double scale = pow(10, decimals);
        snprintf(text, SIZE, "%.*f", decimals, round((double)value * scale) / scale);
        trim(text);
    }
    return strcmp(text, "-0") ? text : "0";
}

/* All values as text, joined by commas, in r->value. */
static int join_floats(gs_record *r, const float *value, int n, int digits)
{
    char text[64];
    int bad = 0;
    r->value.l = 0;
    for (int i = 0; i < n && !bad; i++)
        bad = (i && kputc(',', &r->value) < 0) || kputs(gs_vcf_float_text(text, value[i], digits), &r->value) < 0;
    return bad;
}

/* The numbers that the text says, so that BCF holds no more digits than text. */
static int add_bcf_floats(bcf_hdr_t *h, gs_record *r, const char *tag, int n)
{
    float *x = malloc(sizeof *x * (size_t)n);
    if (!x)
        return -1;
    const char *p = r->value.s;
    for (int i = 0; i < n; i++) {
        if (*p == '.' && (p[1] == ',' || !p[1]))
            bcf_float_set_missing(x[i]);
        else
            x[i] = (float)strtod(p, NULL);
        p += strcspn(p, ",");
        p += *p == ',';
    }
    int ret = bcf_update_info_float(h, r->bcf, tag, x, n);
    free(x);
    return ret < 0 ? -1 : 0;
}

int gs_record_set_float(gs_vcf *v, gs_record *r, const char *tag, const float *value, int n, int digits)
{
    if (r->why)
        return 0;
    if (!value)
        n = 0;
    if (n && join_floats(r, value, n, digits))
        return -GS_ENOMEM;
    int bad;
    errno = 0;
    if (r->is_text) {
        bad = set_text(r, tag, n ? r->value.s : NULL);
    } else {
        drop_bcf(v->hdr, r->bcf, tag);
        bad = n && add_bcf_floats(v->hdr, r, tag, n);
    }
    return bad || errno == ENOMEM ? -GS_ENOMEM : 0; /* htslib does not always tell */
}

int gs_record_set_string(gs_vcf *v, gs_record *r, const char *tag, const char *const *value, int n)
{
    if (r->why)
        return 0;
    int bad = 0;
    if (!value)
        n = 0;
    r->value.l = 0;
    errno = 0;
    for (int i = 0; i < n && !bad; i++)
        bad = (i && kputc(',', &r->value) < 0) || kputs(value[i] ? value[i] : ".", &r->value) < 0;
    if (bad)
        return -GS_ENOMEM;
    if (r->is_text) {
        bad = set_text(r, tag, n ? r->value.s : NULL);
    } else {
        drop_bcf(v->hdr, r->bcf, tag);
        bad = n && bcf_update_info_string(v->hdr, r->bcf, tag, r->value.s) < 0;
    }
    return bad || errno == ENOMEM ? -GS_ENOMEM : 0;
}
