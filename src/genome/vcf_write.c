#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <htslib/khash_str2int.h>
#include "base/log.h"
#include "base/outfile.h"
#include "genome/vcf_internal.h"

struct gs_vcf_out {
    gs_vcf *v;
    htsFile *fp;
    int fd;
    gs_outfile file, index_file;
    char *name;           /* for messages */
    char type;            /* v z b u */
    int index, n_threads;
    gs_names written;     /* names in the header as it was written: records may use no others in BCF */
    bcf1_t *bcf;          /* text parsed for BCF */
    kstring_t line;
    kstring_t contig;     /* with an index: the last record's place, to see that records are in order */
    int64_t pos;
    void *seen;
};

/* ---- opening ---- */

/* The suffix wins over -O where it names another kind, as in bcftools. */
static char type_of(const gs_vcf_out_opt *o)
{
    static const struct { const char *suffix; char type; } known[] = {
        {".bcf", 'b'}, {".vcf", 'v'}, {".vcf.gz", 'z'}, {".vcf.bgz", 'z'},
    };
    char type = o->type ? o->type : 'v';
    size_t len = o->path ? strlen(o->path) : 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].suffix);
        if (len < n || strcasecmp(o->path + len - n, known[i].suffix) || known[i].type == type)
            continue;
        if (o->type)
            gs_log(GS_LOG_WARN, "the name %s overrides -O %c: writing type %c", o->path, o->type, known[i].type);
        return known[i].type;
    }
    return type;
}

static int check_options(const gs_vcf_out_opt *o, char type, gs_err *e)
{
    if (!strchr("vzbu", type) || o->level < -1 || o->level > 9)
        return gs_fail(e, GS_EUSAGE, "-O takes v, z, b or u, and a level of 0 to 9 behind z and b");
    if (o->level >= 0 && (type == 'v' || type == 'u'))
        return gs_fail(e, GS_EUSAGE, "a compression level (%d) cannot be set for uncompressed output", o->level);
    if (!o->index)
        return 0;
    if (type == 'v' || type == 'u')
        return gs_fail(e, GS_EUSAGE, "--write-index needs compressed output: -O z or -O b");
    if (!o->path || !strcmp(o->path, "-"))
        return gs_fail(e, GS_EUSAGE, "--write-index needs a file: -o");
    if (o->index == 2 && type == 'b')
        return gs_fail(e, GS_EUSAGE, "BCF has no tbi index: use --write-index=csi");
    return 0;
}

static htsFile *open_hts(gs_vcf_out *o, int fd, int level)
{
    char mode[8] = "w";
    if (o->type != 'v')
        strcat(mode, o->type == 'z' ? "z" : o->type == 'b' ? "b" : "bu");
    if (level >= 0)
        mode[strlen(mode)] = (char)('0' + level);
    hFILE *h = hdopen(fd, "w");
    if (!h) {
        close(fd);
        return NULL;
    }
    htsFile *fp = hts_hopen(h, o->name, mode);
    if (!fp)
        hclose_abruptly(h);
    return fp;
}

static int cannot_write(const gs_vcf_out *o, int err, gs_err *e)
{
    if (err == ENOMEM)
        return gs_fail_mem(e, o->name, 0);
    return gs_fail(e, GS_EOUTPUT, "%s cannot be written: %s", o->name, err ? strerror(err) : "output error");
}

/* htslib keeps the cause in the stream below, where threads of its own may have met it. */
static int write_failed(const gs_vcf_out *o, gs_err *e)
{
    int err = herrno(gs_raw_file(o->fp));
    return cannot_write(o, err ? err : errno, e);
}

static int write_header(gs_vcf_out *o, gs_err *e)
{
    bcf_hdr_t *h = o->v->hdr;
    int ret = !o->v->is_bcf && strchr("bu", o->type) ? gs_vcf_foresee_contigs(o->v, e) : 0;
    if (ret)
        return ret;
    if (bcf_hdr_sync(h) < 0)
        return gs_fail_mem(e, "the VCF header", 0);
    o->written = (gs_names){h->n[BCF_DT_ID], h->n[BCF_DT_CTG]};
    errno = 0;
    if (bcf_hdr_write(o->fp, h) < 0 || hflush(gs_raw_file(o->fp)))
        return write_failed(o, e);
    return 0;
}

/* Opened with the output itself: what cannot be written should not be seen at the end of a long run. */
static int reserve_index(gs_vcf_out *o, gs_err *e)
{
    kstring_t name = KS_INITIALIZE;
    if (!o->file.final)
        return gs_fail(e, GS_EUSAGE, "--write-index needs a regular file, which %s is not", o->name);
    if (ksprintf(&name, "%s.%s", o->file.final, o->index == 2 ? "tbi" : "csi") < 0)
        return gs_fail_mem(e, "a file name", strlen(o->file.final));
    int fd = gs_outfile_open(&o->index_file, name.s, o->v->path, e);
    free(name.s);
    if (fd < 0)
        return fd;
    close(fd);
    return o->index_file.final ? 0 : gs_fail(e, GS_EOUTPUT, "%s is not a regular file", o->index_file.name);
}

static int create(gs_vcf_out *o, const gs_vcf_out_opt *opt, gs_err *e)
{
    o->type = type_of(opt);
    o->index = opt->index;
    o->n_threads = opt->n_threads;
    o->bcf = bcf_init();
    o->seen = khash_str2int_init();
    o->name = strdup(opt->path && strcmp(opt->path, "-") ? opt->path : "standard output");
    if (!o->bcf || !o->seen || !o->name)
        return gs_fail_mem(e, "an output", sizeof *o);
    int ret = check_options(opt, o->type, e);
    if (ret)
        return ret;
    int fd = o->fd = gs_outfile_open(&o->file, opt->path, opt->input, e);
    if (fd < 0)
        return fd;
    ret = o->index ? reserve_index(o, e) : 0;
    o->fp = open_hts(o, fd, opt->level);
    if (!o->fp)
        return gs_fail_mem(e, "an output", sizeof *o);
    if (!ret && o->n_threads > 0 && strchr("zb", o->type) && hts_set_threads(o->fp, o->n_threads) < 0)
        ret = gs_fail_mem(e, "compression threads", 0);
    return ret ? ret : write_header(o, e);
}

gs_vcf_out *gs_vcf_create(gs_vcf *v, const gs_vcf_out_opt *opt, gs_err *e)
{
    gs_vcf_out *o = calloc(1, sizeof *o);
    if (!o) {
        gs_fail_mem(e, "an output", sizeof *o);
        return NULL;
    }
    o->v = v;
    o->file = o->index_file = GS_OUTFILE_NONE;
    if (!create(o, opt, e)) {
        v->to_text = o->type == 'v' || o->type == 'z';
        return o;
    }
    gs_vcf_free(o);
    return NULL;
}

/* ---- records ---- */

/* What messages call a record. */
static const char *place(const gs_record *r, char buf[200])
{
    if (r->why)
        snprintf(buf, 200, "record %lld", (long long)r->number);
    else
        snprintf(buf, 200, "record %lld (%.100s:%lld)", (long long)r->number, r->contig, (long long)r->pos + 1);
    return buf;
}

static int out_of_order(const gs_vcf_out *o, const gs_record *r, gs_err *e)
{
    char buf[200];
    return gs_fail(e, GS_EINPUT, "%s: %s is not in order, and an index needs sorted records; sort the input "
                   "(bcftools sort) or leave --write-index out", o->v->path, place(r, buf));
}

/* With an index: stop at the first record it cannot hold, not at the end of a long run. */
static int check_order(gs_vcf_out *o, const gs_record *r, gs_err *e)
{
    char buf[200];
    int64_t limit = o->index == 2 ? 1LL << 29 : 1LL << 44;
    if (r->why || r->pos < -1)
        return gs_fail(e, GS_EINPUT, "%s: %s cannot be indexed: %s; leave --write-index out", o->v->path, place(r, buf),
                       r->why ? r->why : "no position");
    if (r->pos >= limit)
        return gs_fail(e, GS_EINPUT, "%s: %s lies beyond what the index can hold; use --write-index=csi", o->v->path,
                       place(r, buf));
    int same = o->contig.l && !strcmp(o->contig.s, r->contig);
    if (same ? r->pos < o->pos : khash_str2int_has_key(o->seen, r->contig))
        return out_of_order(o, r, e);
    o->pos = r->pos;
    if (same)
        return 0;
    o->contig.l = 0;
    char *key = strdup(r->contig);
    if (!key || kputs(key, &o->contig) < 0 || khash_str2int_inc(o->seen, key) < 0) {
        free(key);
        return gs_fail_mem(e, "a contig name", 0);
    }
    return 0;
}

static const char *parse_fault(const gs_record *r, const bcf1_t *b, int ret)
{
    int err = b->errcode & ~(BCF_ERR_CTG_UNDEF | BCF_ERR_TAG_UNDEF);
    if (r->pos + b->rlen > INT32_MAX)
        return "its position is too large";
    if (err & BCF_ERR_NCOLS)
        return "the number of its columns differs from the header's";
    if (err & BCF_ERR_LIMITS)
        return "it is too large";
    return ret < 0 || err ? "htslib cannot parse it" : NULL;
}

static int no_bcf(const gs_vcf_out *o, const gs_record *r, const char *why, gs_err *e)
{
    char buf[200];
    return gs_fail(e, GS_EINPUT, "%s: %s cannot be stored as BCF: %s; write text (-O z)", o->v->path, place(r, buf),
                   why);
}

/* All names are told at once, with a command that declares them, unless it gets too long for a message. */
static int not_declared(gs_vcf_out *o, const gs_record *r, gs_err *e)
{
    char buf[200];
    gs_str names = {0}, lines = {0}, remedy = {0};
    gs_vcf *v = o->v;
    const char *path = strcmp(v->opt.path, "-") ? v->path : "IN.vcf";
    int helps = gs_bcf_list_undeclared(&o->written, v, &names, &lines);
    if (helps && names.len + lines.len < 500)
        gs_str_printf(&remedy, ", or declare them: %s %s | sed '/^#CHROM/i %s' > new.vcf",
                      v->fp->format.compression == no_compression ? "cat" : "gzip -dc", path, lines.s);
    int failed = names.failed || lines.failed || remedy.failed;
    int ret = failed ? gs_fail_mem(e, "a list of names", names.len)
                     : gs_fail(e, GS_EINPUT, "%s: %s uses names that the header does not declare, and BCF cannot hold "
                               "them (%.500s%s): write text (-O z)%s", v->path, place(r, buf), names.s,
                               names.len > 500 ? ", ..." : "", remedy.s ? remedy.s : "");
    gs_str_free(&names);
    gs_str_free(&lines);
    gs_str_free(&remedy);
    return ret;
}

/* Parse o->line into o->bcf, with the header locked. */
static int to_bcf(gs_vcf_out *o, const gs_record *r, gs_err *e)
{
    bcf_clear(o->bcf);
    int ret = vcf_parse(&o->line, o->v->hdr, o->bcf);
    if (errno == ENOMEM) /* htslib calls that a limit, too */
        return gs_fail_mem(e, "a record", 0);
    const char *why = parse_fault(r, o->bcf, ret);
    if (why)
        return no_bcf(o, r, why, e);
    if (gs_bcf_undeclared(&o->written, o->v->hdr, o->bcf))
        return not_declared(o, r, e);
    o->bcf->errcode = 0;
    return 0;
}

static int write_text(gs_vcf_out *o, gs_record *r, gs_err *e)
{
    o->line.l = 0;
    if (gs_record_put_line(r, &o->line) || kputc('\n', &o->line) < 0)
        return gs_fail_mem(e, "a record", r->line.l);
    return vcf_write_line(o->fp, &o->line) < 0 ? write_failed(o, e) : 0;
}

static int write_text_as_bcf(gs_vcf_out *o, gs_record *r, gs_err *e)
{
    if (r->why)
        return no_bcf(o, r, r->why, e);
    o->line.l = 0;
    if (gs_record_put_line(r, &o->line))
        return gs_fail_mem(e, "a record", r->line.l);
    pthread_mutex_lock(&o->v->lock);
    int ret = to_bcf(o, r, e);
    pthread_mutex_unlock(&o->v->lock);
    if (ret)
        return ret;
    return bcf_write(o->fp, o->v->hdr, o->bcf) < 0 ? write_failed(o, e) : 0;
}

int gs_vcf_write(gs_vcf_out *o, gs_record *r, gs_err *e)
{
    int text = o->type == 'v' || o->type == 'z', ret = o->index ? check_order(o, r, e) : 0;
    errno = 0;
    if (ret)
        return ret;
    if (r->is_text)
        return text ? write_text(o, r, e) : write_text_as_bcf(o, r, e);
    ret = text ? vcf_write(o->fp, o->v->hdr, r->bcf) : bcf_write(o->fp, o->v->hdr, r->bcf);
    if (errno == ENOMEM) /* parts of the line may be left out for it, without a word */
        return gs_fail_mem(e, "a record", 0);
    return ret < 0 ? write_failed(o, e) : 0;
}

/* ---- the end ---- */

/* Closing writes what is buffered and BGZF's end marker: a reader of our standard output must not take a part for
 * the whole. And htslib does not free a stream that it cannot flush, or that has failed before. */
static void close_unheard(gs_vcf_out *o)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, o->fd);
        close(null);
    }
    gs_raw_file(o->fp)->has_errno = 0;
    hts_close(o->fp);
    o->fp = NULL;
}

static int flush_and_close(gs_vcf_out *o, gs_err *e)
{
    int packed = o->type == 'z' || o->type == 'b'; /* bgzf_flush crashes on an uncompressed stream */
    errno = 0;
    int ret = (packed && bgzf_flush(hts_get_bgzfp(o->fp)) < 0) || hflush(gs_raw_file(o->fp)) ? write_failed(o, e) : 0;
    if (ret) {
        close_unheard(o);
        return ret;
    }
    errno = 0;
    if (hts_close(o->fp) < 0)
        ret = cannot_write(o, errno, e);
    o->fp = NULL;
    return ret;
}

/* Index the temporary file; both get their names afterwards. */
static int build_index(gs_vcf_out *o, gs_err *e)
{
    const char *suffix = o->index == 2 ? "tbi" : "csi";
    errno = 0;
    int ret = bcf_index_build3(o->file.temp, o->index_file.temp, o->index == 2 ? 0 : 14, o->n_threads);
    if (!ret)
        return gs_outfile_sync(&o->index_file, e);
    if (errno == ENOMEM)
        return gs_fail_mem(e, "the index", 0);
    if (ret == -4)
        return gs_fail(e, GS_EOUTPUT, "%s.%s cannot be written: %s", o->name, suffix, strerror(errno));
    return gs_fail(e, GS_EINPUT, "%s cannot be indexed as %s: are its records sorted, and do positions fit%s? Leave "
                   "--write-index out to get it without", o->name, suffix, o->index == 2 ? " (csi holds more)" : "");
}

int gs_vcf_finish(gs_vcf_out *o, gs_err *e)
{
    int ret = flush_and_close(o, e);
    if (!ret)
        ret = gs_outfile_sync(&o->file, e);
    return !ret && o->index ? build_index(o, e) : ret;
}

int gs_vcf_publish(gs_vcf_out *o, gs_err *e)
{
    int ret = o->index ? gs_outfile_publish(&o->index_file, e) : 0;
    ret = ret ? ret : gs_outfile_publish(&o->file, e);
    if (ret)
        gs_outfile_retract(&o->index_file);
    return ret;
}

const char *gs_vcf_out_straight(const gs_vcf_out *o)
{
    return o->file.final ? NULL : o->name;
}

void gs_vcf_free(gs_vcf_out *o)
{
    if (!o)
        return;
    if (o->fp)
        close_unheard(o);
    gs_outfile_discard(&o->file);
    gs_outfile_discard(&o->index_file);
    bcf_destroy(o->bcf);
    if (o->seen)
        khash_str2int_destroy_free(o->seen);
    free(o->contig.s);
    free(o->line.s);
    free(o->name);
    free(o);
}
