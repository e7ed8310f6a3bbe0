#include "genome/verdict.h"
#include <stdio.h>
#include "base/log.h"

enum { TEXT = 600 };
#define SWAPPED "REF and ALT seem swapped; remedy: bcftools norm --check-ref s -f REF IN -o new.vcf"

/* ---- another genome? ---- */

/* More than one in `one_in`. */
static int exceeds(int64_t part, int64_t n, int one_in)
{
    return one_in * part > n;
}

static void describe_mismatches(const gs_tally *t, gs_extent extent, char *out)
{
    int swapped = exceeds(t->swapped, t->mismatched, 2);
    int n = snprintf(out, TEXT, "%lld of %s%lld records (%.0f %%) have another REF than the FASTA: ",
                     (long long)t->mismatched, extent == GS_SO_FAR ? "the first " : "", (long long)t->compared,
                     100 * (double)t->mismatched / (double)t->compared);
    if (swapped)
        snprintf(out + n, (size_t)(TEXT - n), "in %lld of them the FASTA has the ALT, so " SWAPPED,
                 (long long)t->swapped);
    else
        snprintf(out + n, (size_t)(TEXT - n), "this is another genome build; remedy: the FASTA that the VCF was called "
                 "on, or the VCF lifted over to this one");
}

static int judge_genome(const gs_tally *t, gs_extent extent, gs_err *e)
{
    char text[TEXT];
    if (t->compared < 100 || !exceeds(t->mismatched, t->compared, extent == GS_WHOLE ? 10 : 2))
        return 0;
    describe_mismatches(t, extent, text);
    return gs_fail(e, GS_ESUSPECT, "%s (--force scores the rest all the same)", text);
}

/* Too few records, or too few of them, for an error. */
static void tell_mismatches(const gs_tally *t, gs_extent extent)
{
    char text[TEXT];
    if (extent == GS_SO_FAR || t->mismatched < 2 || !exceeds(t->mismatched, t->compared, 10))
        return;
    describe_mismatches(t, extent, text);
    gs_log(GS_LOG_WARN, "%s", text);
}

/* ---- nothing scored? ---- */

/* What to do where most alleles have no score for this reason. */
static const char *const remedy[GS_FLAG_COUNT] = {
    [GS_FLAG_SYMBOLIC] = "only alleles with all their bases can be scored",
    [GS_FLAG_NONACGT] = "REF, ALT and the FASTA under them must be A, C, G and T",
    [GS_FLAG_REF_MISMATCH] = "do VCF, FASTA and alignment belong to the same genome?",
    [GS_FLAG_NO_CONTIG] = "do VCF and FASTA belong to the same genome? bcftools annotate --rename-chrs changes names",
    [GS_FLAG_OUTSIDE] = "do VCF and FASTA belong to the same genome?",
    [GS_FLAG_EDGE] = "POS 0 and the contig's length + 1 hold no base: are positions counted from 1?",
    [GS_FLAG_TOO_LONG] = "try a larger --window, or a model with a longer one",
    [GS_FLAG_MALFORMED] = "the warnings say what is wrong with the records; bcftools view IN says more",
    [GS_FLAG_N_CONTEXT] = "is the FASTA masked by N, or does the tokenizer lack its k-mers?",
    [GS_FLAG_UNSUPPORTED] = "try --indels pll, another --mode or model, or an alignment that covers the windows",
    [GS_FLAG_NOT_FINITE] = "the model's numbers are NaN or infinite: try gscore selftest MODEL",
};

/* Alleles that somebody may want a score for: <*>, <NON_REF> and * are no changes of their own. */
static int64_t wanted(const gs_tally *t)
{
    return t->alleles - t->flag[GS_FLAG_REF_BLOCK] - t->flag[GS_FLAG_OVERLAP];
}

static const char *advice(const gs_tally *t)
{
    gs_flag most = GS_FLAG_OK;
    for (int f = 1; f < GS_FLAG_COUNT; f++)
        if (remedy[f] && (!most || t->flag[f] > t->flag[most]))
            most = (gs_flag)f;
    if (most == GS_FLAG_REF_MISMATCH && exceeds(t->swapped, t->mismatched, 2))
        return SWAPPED;
    if (most == GS_FLAG_UNSUPPORTED && exceeds(t->not_coding, t->flag[most], 2))
        return "no variant changes a coding sequence of --gff: is that of the same genome build?";
    return remedy[most];
}

static int judge_scores(const gs_tally *t, gs_extent extent, gs_err *e)
{
    char reasons[500];
    if (extent == GS_SO_FAR || t->scored || !wanted(t))
        return 0;
    gs_tally_reasons(t, reasons, (int)sizeof reasons);
    if (extent == GS_WHOLE || t->foreign || t->flag[GS_FLAG_NOT_FINITE])
        return gs_fail(e, GS_ESUSPECT, "no allele could be scored (%s): %s (--force keeps the output, and then "
                       "--skipped FILE lists them)", reasons, advice(t));
    gs_log(GS_LOG_WARN, "no allele of this chunk could be scored (%s): %s", reasons, advice(t));
    return 0;
}

int gs_verdict(const gs_tally *t, gs_extent extent, gs_err *e)
{
    int rc = judge_genome(t, extent, e);
    rc = rc ? rc : judge_scores(t, extent, e);
    if (!rc)
        tell_mismatches(t, extent);
    return rc;
}
