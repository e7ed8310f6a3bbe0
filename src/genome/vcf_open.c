#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <htslib/khash_str2int.h>
#include "base/log.h"
#include "genome/vcf_internal.h"

enum { PEEK = 64 };

static const char CUT[] = "%s: cut short or corrupt in the header";

static int starts(const unsigned char *b, size_t n, const char *with, size_t len)
{
    return n >= len && !memcmp(b, with, len);
}

const char *gs_vcf_looks_like(const unsigned char *b, size_t n)
{
    static const struct { const char *bytes; size_t n; const char *what; } known[] = {
        {"\xEF\xBB\xBF", 3, "text that starts with a byte-order mark: remove it with sed '1s/^\\xEF\\xBB\\xBF//'"},
        {"\xFF\xFE", 2, "UTF-16 text: convert it with iconv -f UTF-16 -t UTF-8"},
        {"\xFE\xFF", 2, "UTF-16 text: convert it with iconv -f UTF-16 -t UTF-8"},
        {"#\0#", 3, "UTF-16 text: convert it with iconv -f UTF-16LE -t UTF-8"},
        {"\0#\0", 3, "UTF-16 text: convert it with iconv -f UTF-16BE -t UTF-8"},
        {"BCF\4", 4, "BCF version 1: convert it with bcftools 0.1.19"},
        {"BAM\1", 4, "BAM"}, {"CRAM", 4, "CRAM"}, {"@HD\t", 4, "SAM"}, {"@SQ\t", 4, "SAM"},
        {">", 1, "FASTA"}, {"PK\3\4", 4, "a zip archive: unpack it"}, {"BZh", 3, "bzip2: unpack it with bunzip2"},
        {"\xFD" "7zXZ", 5, "xz: unpack it with unxz"}, {"\x28\xB5\x2F\xFD", 4, "zstd: unpack it with unzstd"},
        {"<", 1, "HTML or XML"}, {"{", 1, "JSON"}, {"%PDF", 4, "PDF"},
        {"#CHROM", 6, "VCF without its first line: put ##fileformat=VCFv4.2 in front"},
    };
    if (!n)
        return "an empty file";
    if (starts(b, n, "##fileformat=VCF", 16) || starts(b, n, "BCF\2", 4))
        return NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (starts(b, n, known[i].bytes, known[i].n))
            return known[i].what;
    return memchr(b, 0, n) ? "binary data of no kind known here" : "text that does not start with ##fileformat=VCF";
}

/* So few bytes that only the beginning of a format's mark is there. */
static int is_stub(const unsigned char *b, size_t n)
{
    return n && ((n < 16 && !memcmp(b, "##fileformat=VCF", n)) || (n < 4 && !memcmp(b, "BCF\2", n)) ||
                 (n < 19 && !memcmp(b, "\x1f\x8b", n < 2 ? n : 2)));
}

/* First bytes of a compressed stream, which takes *h; negative when it is cut or corrupt. */
static ssize_t peek_inside(hFILE **h, unsigned char *b, size_t size)
{
    BGZF *z = bgzf_hopen(*h, "r");
    if (!z)
        return -1;
    *h = NULL;
    ssize_t n = bgzf_read(z, b, size);
    int cut = n < 0 || z->errcode || (n < (ssize_t)size && z->no_eof_block);
    bgzf_close(z);
    return cut ? -1 : n;
}

/* The file is no VCF by htslib's judgement: say what it is. May take *h. */
static int not_vcf(const char *path, hFILE **h, gs_err *e)
{
    unsigned char b[PEEK];
    ssize_t n = hpeek(*h, b, sizeof b);
    if (n < 0)
        return gs_fail(e, GS_EINPUT, "%s cannot be read: %s", path, strerror(errno));
    int packed = n >= 2 && b[0] == 0x1f && b[1] == 0x8b, stub = is_stub(b, (size_t)n);
    if (packed)
        n = peek_inside(h, b, sizeof b);
    if (n < 0 || stub)
        return gs_fail(e, GS_ETRUNC, CUT, path);
    const char *what = gs_vcf_looks_like(b, (size_t)n);
    return gs_fail(e, GS_EINPUT, "%s is no VCF or BCF; it looks like %s%s", path, packed ? "compressed: " : "",
                   what ? what : "damaged VCF");
}

/* Opens v->fp upon h, which it takes. */
static int detect(gs_vcf *v, hFILE *h, gs_err *e)
{
    htsFormat f;
    errno = 0;
    int ret = 0, known = hts_detect_format(h, &f) == 0 && (f.format == vcf || f.format == bcf);
    if (errno == ENOMEM)
        ret = gs_fail_mem(e, "opening the input", 0);
    else if (!known)
        ret = not_vcf(v->path, &h, e);
    else if ((v->fp = hts_hopen(h, v->path, "r")))
        h = NULL;
    else if (errno == ENOMEM)
        ret = gs_fail_mem(e, "opening the input", 0);
    else
        ret = gs_fail(e, GS_EINPUT, "%s cannot be opened as VCF or BCF: %s", v->path, strerror(errno));
    v->is_bcf = known && f.format == bcf;
    if (h)
        hclose_abruptly(h);
    return ret;
}

/* Our own descriptor, so that no URL is followed and standard input stays open when we close. */
static int open_input(gs_vcf *v, const char *path, gs_err *e)
{
    struct stat st;
    int fd = !strcmp(path, "-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        int ret = gs_fail(e, GS_EINPUT, "%s cannot be opened: %s", v->path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return ret;
    }
    v->total = S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
    if (v->opt.chunks && !S_ISREG(st.st_mode)) {
        close(fd);
        return gs_fail(e, GS_EUSAGE, "--chunk may read its input twice: it needs a file, which %s is not", path);
    }
    if (gs_pump_needed(fd)) {
        if (!(v->pump = gs_pump_start(fd, &v->pumped, e)))
            return -(int)GS_ENOMEM;
        fd = v->pumped;
    }
    hFILE *h = hdopen(fd, "r");
    if (!h) {
        close(fd);
        return gs_fail_mem(e, "opening the input", 0);
    }
    return detect(v, h, e);
}

static int check_end_marker(gs_vcf *v, gs_err *e)
{
    if (v->fp->format.compression != bgzf || hts_check_EOF(v->fp) != 0)
        return 0;
    if (!v->opt.allow_truncated)
        return gs_fail(e, GS_ETRUNC, "%s: the BGZF end marker is missing, the file was cut short; get it anew, or "
                       "accept what is there with --allow-truncated", v->path);
    gs_warn_once("truncated", "%s: the BGZF end marker is missing, the file was cut short", v->path);
    return 0;
}

/* What standard input cannot give. */
static int check_options(const gs_vcf_opt *o, gs_err *e)
{
    int standard_input = !strcmp(o->path, "-");
    if ((o->regions && o->regions_file) || (o->targets && o->targets_file))
        return gs_fail(e, GS_EUSAGE, "-r excludes -R, and -t excludes -T");
    if ((o->regions || o->regions_file) && standard_input)
        return gs_fail(e, GS_EUSAGE, "-r and -R need an indexed file, not standard input; -t and -T do without");
    if (o->chunks && standard_input)
        return gs_fail(e, GS_EUSAGE, "--chunk may read its input twice: it needs a file, not standard input");
    return 0;
}

/* Text VCF may have contigs that its header lacks, but not its index. */
static int has_contig(void *arg, const char *name)
{
    const gs_vcf *v = arg;
    if (bcf_hdr_name2id(v->hdr, name) >= 0 || (v->tbx && tbx_name2id(v->tbx, name) >= 0))
        return 1;
    return v->is_bcf || v->tbx ? 0 : -1;
}

static int load_lists(gs_vcf *v, const gs_vcf_opt *o, gs_err *e)
{
    gs_select *s = &v->select;
    gs_contig_lookup l = {has_contig, v};
    s->regions_overlap = o->regions_overlap < 0 ? 1 : o->regions_overlap;
    s->targets_overlap = o->targets_overlap < 0 ? 0 : o->targets_overlap;
    if (o->regions || o->regions_file)
        s->regions = o->regions ? gs_regions_parse(o->regions, &l, e) : gs_regions_load(o->regions_file, e);
    if ((o->regions || o->regions_file) && !s->regions)
        return -(int)e->code;
    const char *t = o->targets ? o->targets : o->targets_file;
    s->negate = t && *t == '^';
    if (t)
        s->targets = o->targets ? gs_regions_parse(t + s->negate, &l, e) : gs_regions_load(t + s->negate, e);
    if (t && !s->targets)
        return -(int)e->code;
    if (o->filters && !(s->filters = strdup(o->filters)))
        return gs_fail_mem(e, "the list of filters", strlen(o->filters));
    return 0;
}

static void date_index(gs_vcf *v)
{
    static const char *const suffix[] = {".csi", ".tbi"}; /* htslib's order */
    kstring_t name = KS_INITIALIZE;
    struct stat data, idx;
    for (int i = 0; i < 2; i++) {
        name.l = 0;
        if (ksprintf(&name, "%s%s", v->path, suffix[i]) < 0 || stat(name.s, &idx))
            continue;
        v->old_index = !stat(v->path, &data) && data.st_mtime > idx.st_mtime;
        if (v->old_index && (v->opt.regions || v->opt.regions_file) && !v->quiet)
            gs_warn_once("old_index", "%s is older than %s: records may be missed; make it anew with bcftools index -f",
                         name.s, v->path);
        break;
    }
    free(name.s);
}

int gs_vcf_find_index(gs_vcf *v, gs_err *e)
{
    if (v->idx || v->tbx || !v->total || v->fp->format.compression != bgzf)
        return 0;
    errno = 0;
    if (v->is_bcf)
        v->idx = bcf_index_load3(v->path, NULL, HTS_IDX_SILENT_FAIL);
    else
        v->tbx = tbx_index_load3(v->path, NULL, HTS_IDX_SILENT_FAIL);
    if (errno == ENOMEM)
        return gs_fail_mem(e, "the index of the input", 0);
    if (v->idx || v->tbx)
        date_index(v);
    return 0;
}

static int load_index(gs_vcf *v, gs_err *e)
{
    if (!v->opt.regions && !v->opt.regions_file)
        return v->opt.chunks ? gs_vcf_find_index(v, e) : 0;
    const char *p = v->path;
    if (v->fp->format.compression != bgzf && v->is_bcf)
        return gs_fail(e, GS_EINPUT, "-r and -R need an index, and %s is uncompressed BCF; make a file for it: "
                       "bcftools view -Ob -o new.bcf %s && bcftools index new.bcf", p, p);
    if (v->fp->format.compression != bgzf)
        return gs_fail(e, GS_EINPUT, "-r and -R need an index, and %s is not compressed by bgzip; make a file for "
                       "it: %s %s | bgzip > new.vcf.gz && bcftools index new.vcf.gz", p,
                       v->fp->format.compression == no_compression ? "cat" : "gzip -dc", p);
    if (gs_vcf_find_index(v, e))
        return -(int)GS_ENOMEM;
    if (!v->idx && !v->tbx)
        return gs_fail(e, GS_EINPUT, "-r and -R need an index of %s, and none can be read; make it: bcftools index %s",
                       p, p);
    return 0;
}

/* A misspelt -f would quietly give nothing. */
static void warn_of_filters(const gs_vcf *v)
{
    char *list = v->select.filters ? strdup(v->select.filters) : NULL, *state = NULL;
    for (char *f = list ? strtok_r(list, ",", &state) : NULL; f; f = strtok_r(NULL, ",", &state))
        if (strcmp(f, ".") && !bcf_hdr_idinfo_exists(v->hdr, BCF_HL_FLT, bcf_hdr_id2int(v->hdr, BCF_DT_ID, f)))
            gs_vcf_warn(v, "filter", "%s: the header does not declare the filter %s of -f", v->path, f);
    free(list);
}

static int open_all(gs_vcf *v, const gs_vcf_opt *opt, gs_err *e)
{
    int ret = check_options(opt, e);
    if (!ret)
        ret = open_input(v, opt->path, e);
    if (!ret)
        ret = check_end_marker(v, e);
    if (!ret)
        ret = load_index(v, e);
    if (!ret)
        ret = gs_vcf_read_header(v, e);
    if (!ret)
        ret = load_lists(v, opt, e);
    if (!ret)
        warn_of_filters(v);
    return ret;
}

gs_vcf *gs_vcf_open(const gs_vcf_opt *opt, gs_err *e)
{
    return gs_vcf_open_as(opt, 0, e);
}

gs_vcf *gs_vcf_open_as(const gs_vcf_opt *opt, int quiet, gs_err *e)
{
    gs_err own = {0};
    if (hts_get_log_level() == HTS_LOG_WARNING) /* htslib's default: it would print by itself */
        hts_set_log_level(HTS_LOG_OFF);
    gs_vcf *v = calloc(1, sizeof *v);
    if (!v) {
        gs_fail_mem(e, "an input", sizeof *v);
        return NULL;
    }
    pthread_mutex_init(&v->lock, NULL);
    v->prev_end = -1;
    v->opt = *opt;
    v->quiet = quiet;
    v->chunk_end = INT64_MAX;
    v->expected = -1;
    v->path = strdup(strcmp(opt->path, "-") ? opt->path : "standard input");
    v->warned = khash_str2int_init();
    v->missing = khash_str2int_init();
    if (v->path && v->warned && v->missing && !open_all(v, opt, &own))
        return v;
    gs_fail_mem(&own, "an input", sizeof *v); /* kept only if nothing was said yet */
    gs_fail(e, own.code, "%s", own.msg);
    gs_vcf_close(v, NULL);
    return NULL;
}

int gs_vcf_close(gs_vcf *v, gs_err *e)
{
    if (!v)
        return 0;
    int ret = 0;
    hts_itr_destroy(v->itr);
    if (v->tbx)
        tbx_destroy(v->tbx);
    hts_idx_destroy(v->idx);
    bcf_hdr_destroy(v->hdr);
    if (v->fp && hts_close(v->fp) < 0)
        ret = gs_fail(e, GS_ETRUNC, "%s: cut short or corrupt", v->path);
    gs_pump_free(v->pump);
    gs_select_free(&v->select);
    if (v->warned)
        khash_str2int_destroy_free(v->warned);
    if (v->missing)
        khash_str2int_destroy_free(v->missing);
    for (size_t i = 0; i < v->n_claimed; i++)
        free(v->claimed[i]);
    free(v->claimed);
    free(v->count);
    free(v->md5_checked);
    free(v->ahead.s);
    free(v->contig.s);
    free(v->path);
    pthread_mutex_destroy(&v->lock);
    free(v);
    return ret;
}

/* Bytes of the file before what is read next, a compressed block counted in proportion. */
static double consumed(const gs_vcf *v)
{
    double at = (double)htell(gs_raw_file(v->fp));
    BGZF *z = hts_get_bgzfp(v->fp);
    if (!z || !z->block_length)
        return at;
    int block = z->is_compressed ? z->block_clength : z->block_length;
    return at - block * (1 - (double)z->block_offset / z->block_length);
}

double gs_vcf_share_read(const gs_vcf *v)
{
    double share = -1;
    if (v->over || v->expected == 0)
        share = 1;
    else if (v->expected > 0)
        share = (double)(v->n_selected - v->chunk_beg) / (double)v->expected;
    else if (v->total > 0 && !v->opt.chunks && !v->select.regions)
        share = consumed(v) / (double)v->total;
    return share > 1 ? 1 : share;
}

void gs_vcf_htslib_log(int level)
{
    hts_set_log_level(level > 0 ? (enum htsLogLevel)level : HTS_LOG_OFF);
}

const char *gs_vcf_htslib_version(void)
{
    return hts_version();
}
