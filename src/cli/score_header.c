#include "cli/score_header.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/cpu.h"
#include "kernel/gemm.h"
#include "model/json.h"
#include "score/mode.h"

static const char TRANSCRIPT_TEXT[] =
    "gscore: for each ALT and transcript whose coding sequence it changes: ALT|transcript|score (. where it has none)|"
    "first codon that differs, from 1|effect: start_lost, stop_lost, frameshift, stop_gained, inframe_insertion, "
    "inframe_deletion, missense, stop_retained, synonymous or coding_sequence (cannot be told)";

/* ---- names ---- */

static void name_score(char *out, size_t n, const char *tag, const char *mode)
{
    size_t at = (size_t)snprintf(out, n, "%s_%s", tag, mode);
    for (size_t i = strlen(tag) + 1; i < at && i < n; i++)
        out[i] = (char)toupper((unsigned char)out[i]);
}

int score_tags_init(score_tags *t, const score_args *a, const gs_scorer *s, gs_err *e)
{
    snprintf(t->flag, sizeof t->flag, "%s_FLAG", a->tag ? a->tag : "GS");
    snprintf(t->transcript, sizeof t->transcript, "%s_TX", a->tag ? a->tag : "GS");
    for (int i = 0; i < s->n_modes; i++) {
        if (a->tag && s->n_modes > 1)
            name_score(t->score[i], sizeof t->score[i], a->tag, s->modes[i]->name);
        else
            snprintf(t->score[i], sizeof t->score[i], "%s", a->tag ? a->tag : s->modes[i]->tag);
        for (int k = 0; k < i; k++)
            if (!strcmp(t->score[i], t->score[k]))
                return gs_fail(e, GS_EUSAGE, "--mode: %s and %s write the same tag %s; with --tag NAME each has its "
                                             "own",
                               s->modes[k]->name, s->modes[i]->name, t->score[i]);
    }
    return 0;
}

/* ---- provenance ---- */

enum { FIELD = 320, FIELDS = 16 };
typedef struct { char text[FIELDS][FIELD]; gs_vcf_field field[FIELDS + 1]; int n; } fields;

static void add(fields *f, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void add(fields *f, const char *key, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(f->text[f->n], FIELD, fmt, ap);
    va_end(ap);
    f->field[f->n] = (gs_vcf_field){key, f->text[f->n]};
    f->n++;
}

static void add_model(fields *f, const gs_bundle *b)
{
    add(f, "Model", "%s", gs_json_text(b->card, "name", "unknown"));
    add(f, "Sha256", "%s", b->sha256);
    add(f, "Licence", "%s", gs_json_text(b->card, "licence", "unknown"));
}

/* What computed: results differ in their last digits between these. */
static void add_machine(fields *f)
{
    add(f, "Kernels", "%s", gs_isa_name(gs_isa()));
    add(f, "Blas", "%s", gs_gemm_version());
    add(f, "Core", "%s", gs_gemm_core());
}

static void add_sequences(fields *f, const score_args *a, const gs_ref *ref)
{
    struct stat st;
    int64_t bases = 0;
    for (int i = 0; i < gs_ref_count(ref); i++)
        bases += gs_ref_len(ref, i);
    add(f, "Reference", "%s", gs_base_name(a->fasta));
    add(f, "Contigs", "%d", gs_ref_count(ref));
    add(f, "Bases", "%lld", (long long)bases);
    if (a->score.msa && !stat(a->score.msa, &st))
        add(f, "MsaBytes", "%lld", (long long)st.st_size);
    if (a->score.gff && !stat(a->score.gff, &st))
        add(f, "GffBytes", "%lld", (long long)st.st_size);
}

/* The recorded options of all tables, as they were in force for a mode. */
static int options_text(const score_args *a, const gs_scorer *s, int mode, gs_str *out, gs_err *e)
{
    score_args used = *a;
    const cli_group *g;
    used.score = gs_score_effective(s, mode, &a->score);
    for (int i = 0; (g = cli_group_at(&cmd_score, i)); i++)
        gs_option_record(g->rows, (const char *)&used + g->at, out);
    return out->failed ? gs_fail_mem(e, "the header", out->len) : 0;
}

static int add_provenance(const score_args *a, const gs_scorer *s, int mode, const char *tag, gs_vcf *v,
                          const gs_ref *ref, gs_err *e)
{
    fields f = {.n = 0};
    gs_str options = {0};
    int rc = options_text(a, s, mode, &options, e);
    add(&f, "Version", GSCORE_VERSION "+htslib-%s", gs_vcf_htslib_version());
    add_model(&f, &s->m->bundle);
    f.field[f.n++] = (gs_vcf_field){"Options", options.s};
    add_machine(&f);
    add_sequences(&f, a, ref);
    rc = rc ? rc : gs_vcf_add_provenance(v, tag, f.field, e);
    gs_str_free(&options);
    return rc;
}

/* ---- reasons ---- */

/* The scores of an ALT that equals REF, as in "scored 0, GS_COSINE left out". */
static void describe_same(const score_tags *t, const gs_scorer *s, char *out, size_t n)
{
    gs_str left_out = {0};
    int scored = 0;
    for (int i = 0; i < s->n_modes; i++)
        if (isnan(s->modes[i]->same))
            gs_str_printf(&left_out, "%s%s", left_out.len ? " and " : "", t->score[i]);
        else
            scored = 1;
    snprintf(out, n, "%s%s%s%s", scored ? "scored 0" : "", scored && left_out.len ? ", " : "",
             left_out.s ? left_out.s : "", left_out.s ? " left out" : "");
    gs_str_free(&left_out);
}

static int declare_flag(const score_tags *t, const gs_scorer *s, gs_vcf *v, const char *source, gs_err *e)
{
    char same[300], text[600];
    describe_same(t, s, same, sizeof same);
    snprintf(text, sizeof text, "gscore: why an allele has no score: symbolic, overlap, ref_block, nonacgt, "
             "ref_mismatch, no_contig, outside, edge, too_long, same (%s), malformed, n_context, unsupported, "
             "not_finite", same);
    return gs_vcf_add_info(v, &(gs_info_def){t->flag, "A", "String", text, source, GSCORE_VERSION, NULL}, e);
}

int score_header(const score_args *a, const score_tags *t, const gs_scorer *s, gs_vcf *v, const gs_ref *ref, gs_err *e)
{
    char text[900], source[200];
    int rc = 0;
    snprintf(source, sizeof source, "gscore:%.180s", gs_json_text(s->m->bundle.card, "name", "unknown"));
    for (int i = 0; i < s->n_modes && !rc; i++) {
        gs_scorer_describe(s, i, text, sizeof text);
        gs_info_def score = {t->score[i], "A", "Float", text, source, GSCORE_VERSION, t->flag};
        rc = gs_vcf_add_info(v, &score, e);
        if (!rc)
            rc = a->no_version ? gs_vcf_add_provenance(v, t->score[i], NULL, e)
                               : add_provenance(a, s, i, t->score[i], v, ref, e);
    }
    gs_info_def transcript = {t->transcript, ".", "String", TRANSCRIPT_TEXT, source, GSCORE_VERSION, t->flag};
    rc = rc || !s->coding ? rc : gs_vcf_add_info(v, &transcript, e);
    return rc ? rc : declare_flag(t, s, v, source, e);
}
