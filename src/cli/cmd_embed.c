/* gscore embed: last hidden states of sequences or of the windows of variants. */
#include <stddef.h>
#include "cli/cli.h"
#include "embed/embed.h"
#include "genome/vcf.h"
#include "kernel/gemm.h"

typedef struct {
    cli_common common;
    const char *model;
    gs_embed_opt embed;
} embed_args;

static void tell(const gs_embed_sum *sum, int dim)
{
    char reasons[500];
    gs_tally_reasons(&sum->tally, reasons, (int)sizeof reasons);
    fprintf(stderr, "gscore embed: %lld rows of %d numbers, %lld left out%s%s%s\n", (long long)sum->rows, dim,
            (long long)(sum->tally.alleles - sum->tally.scored), *reasons ? " (" : "", reasons, *reasons ? ")" : "");
}

static int embed(const embed_args *a)
{
    gs_err e = {0};
    gs_embed_sum sum;
    gs_embed_opt opt = a->embed;
    gs_model *m = NULL;
    gs_vcf_htslib_log(0);
    int rc = gs_gemm_open(1, &e);
    if (!rc && !(m = gs_model_open(a->model, &e)))
        rc = -(int)e.code;
    if (!rc) {
        opt.threads = cli_threads(a->common.threads, m);
        rc = gs_embed_run(m, &opt, &sum, &e);
    }
    if (!rc && !a->common.quiet)
        tell(&sum, gs_model_dim(m));
    gs_model_close(m);
    return rc ? cli_fail("embed", &e) : 0;
}

static int run(const void *args)
{
    const embed_args *a = args;
    if (!a->embed.prefix)
        return cli_usage(&cmd_embed, "no output given (-o PREFIX)");
    if (a->embed.tokens && a->embed.strands == 3)
        return cli_usage(&cmd_embed, "the tokens of both strands cannot be averaged: --tokens goes with --strand fwd "
                                     "or rev");
    if (a->embed.window && !a->embed.ref)
        return cli_usage(&cmd_embed, "--window is about the windows of a VCF or BED file: REF is missing");
    return embed(a);
}

#define AT(FIELD) .field = offsetof(embed_args, embed.FIELD)
static const gs_option rows[] = {
    {.name = "output", .letter = 'o', .value = "PREFIX", .kind = GS_OPT_TEXT, AT(prefix),
     .help = "PREFIX.npy and PREFIX.tsv."},
    {.name = "skipped", .value = "FILE", .kind = GS_OPT_TEXT, AT(skipped),
     .help = "Write what has no row as a table: number in the input; what names it, as it stands; the reason."},
    {.name = "tokens", .kind = GS_OPT_SWITCH, AT(tokens),
     .help = "A row per token, special ones too, sequences one after the other."},
    {.name = "strand", .value = "fwd|rev|both", .kind = GS_OPT_WORD, AT(strands), .def = 1, .min = 1,
     .help = "One strand, or the mean of the rows of both (not for --tokens)."},
    {.name = "window", .value = "N", .kind = GS_OPT_INT, AT(window), .min = 1, .max = 100000000,
     .otherwise = "the model's recipe", .help = "Bases of a window, with REF."},
    {0}};
static const cli_group groups[] = {{NULL, rows, 0}, {0}};
static const cli_operand operands[] = {
    {"MODEL", offsetof(embed_args, model), 0, CLI_MODEL},
    {"IN", offsetof(embed_args, embed.in), 0, CLI_VCF | CLI_FASTA | CLI_BED},
    {"REF", offsetof(embed_args, embed.ref), 1, CLI_FASTA}, {0}};

static const char about[] =
    "Writes the model's last hidden states to PREFIX.npy (float32, a row per sequence) and the names of the rows to\n"
    "PREFIX.tsv. A row is the mean over the tokens of a sequence, special ones left out.\n"
    "IN is FASTA, each sequence one input as the model's tokenizer reads it; or, with REF (FASTA), a VCF, or a BED\n"
    "file by its name, whose windows are read from REF: the position, or the middle of the interval, stands in\n"
    "the middle. What cannot be embedded has no row but a reason, which is counted: of records, those of `score`.\n";

const cli_command cmd_embed = {
    .name = "embed", .usage = "[options] -o PREFIX MODEL IN [REF]",
    .what = "last hidden states of sequences or windows",
    .about = about, .operands = operands, .groups = groups, .size = sizeof(embed_args), .run = run};
