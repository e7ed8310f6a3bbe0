/* Small VCFs for tests, and copying them through reader and writer. */
#ifndef VCF_SCRATCH_H
#define VCF_SCRATCH_H
#include "fasta_scratch.h"
#include <math.h>
#include "base/log.h"
#include "genome/vcf.h"

#define FORMAT_LINE "##fileformat=VCFv4.2\n"
#define PASS_LINE "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
#define COLUMNS "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
#define HEAD FORMAT_LINE PASS_LINE "##FILTER=<ID=q10,Description=\"q\">\n" \
    "##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n" \
    "##contig=<ID=1,length=1000>\n##contig=<ID=2>\n" COLUMNS

static const gs_info_def llr = {"GS_LLR", "A", "Float", "score", "gscore:mito", "0.1.0", "GS_FLAG"};
static const gs_info_def flag = {"GS_FLAG", "A", "String", "why not", "gscore:mito", NULL, NULL};

static char warnings[10000];

static inline void keep_warning(gs_log_level level, const char *msg, void *arg)
{
    (void)level;
    (void)arg;
    size_t n = strlen(warnings);
    snprintf(warnings + n, sizeof warnings - n, "%s\n", msg);
}

static inline void listen(void)
{
    gs_warn_flush();
    *warnings = 0;
    gs_log_set(keep_warning, NULL, GS_LOG_WARN);
}

static inline void assert_warned(const char *part)
{
    if (!strstr(warnings, part))
        fail_msg("expected a warning with \"%s\", got: %s", part, warnings);
}

/* What happens to each record on its way; NULL: nothing. */
typedef void edit(gs_vcf *v, gs_record *r);

static inline int copy_records(gs_vcf *v, gs_vcf_out *o, edit *change, gs_err *e)
{
    gs_record *r = gs_record_new();
    int ret;
    while ((ret = gs_vcf_read(v, r, e)) > 0) {
        if (change)
            change(v, r);
        if ((ret = gs_vcf_write(o, r, e)))
            break;
    }
    gs_record_free(r);
    return ret;
}

/* Copy in to out, our tags declared if there is something to change. The error code, 0 if it went well. */
static inline int copy(const gs_vcf_opt *in, const gs_vcf_out_opt *out, edit *change, gs_err *e)
{
    gs_vcf *v = gs_vcf_open(in, e);
    if (!v)
        return e->code;
    gs_vcf_out *o = NULL;
    if (!change || (!gs_vcf_add_info(v, &llr, e) && !gs_vcf_add_info(v, &flag, e)))
        o = gs_vcf_create(v, out, e);
    if (o && !copy_records(v, o, change, e) && !gs_vcf_finish(o, e))
        gs_vcf_publish(o, e);
    gs_vcf_free(o);
    gs_vcf_close(v, e);
    return e->code;
}

/* Options that read all of a file. */
static inline gs_vcf_opt all_of(const char *path)
{
    return (gs_vcf_opt){.path = path, .regions_overlap = -1, .targets_overlap = -1};
}

/* The copy as text, without header if `body`; the caller frees it. Fails the test if copying fails. */
static inline char *copied(const gs_vcf_opt *in, edit *change, int body)
{
    gs_err e = {0};
    size_t n;
    gs_vcf_out_opt out = {.path = in_scratch("copied.vcf"), .level = -1};
    if (copy(in, &out, change, &e))
        fail_msg("%s: %s", in->path, e.msg);
    char *s = get_bytes(out.path, &n);
    if (body) {
        char *p = strstr(s, "\n#CHROM");
        p = strchr(p + 1, '\n') + 1;
        memmove(s, p, strlen(p) + 1);
    }
    return s;
}

static inline void expect_body(const gs_vcf_opt *in, edit *change, const char *want)
{
    char *got = copied(in, change, 1);
    assert_string_equal(got, want);
    free(got);
}

static inline void expect_error(const gs_vcf_opt *in, gs_code code, const char *part)
{
    gs_err e = {0};
    gs_vcf_out_opt out = {.path = in_scratch("refused.vcf"), .level = -1};
    copy(in, &out, NULL, &e);
    assert_says(&e, code, part);
    assert_int_equal(access(out.path, F_OK), -1);
    assert_int_equal(count_files("refused", 0), 0);
}

/* The same VCF in another form: type v z b u; the path. */
static inline const char *converted(const char *path, const char *name, char type, int index)
{
    gs_err e = {0};
    gs_vcf_opt in = all_of(path);
    gs_vcf_out_opt out = {.path = in_scratch(name), .type = type, .level = -1, .index = index};
    if (copy(&in, &out, NULL, &e))
        fail_msg("%s", e.msg);
    return out.path;
}
#endif
