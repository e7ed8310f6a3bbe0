/* gscore score: its options. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "base/err.h"
#include "cli/cli.h"
#include "cli/score_run.h"

/* ---- values with a form of their own ---- */

/* "z6": type and level. */
static int take_type(void *field, const char *text, gs_err *e)
{
    gs_vcf_out_opt *out = field;
    if (!text) {
        out->level = -1;
        return 0;
    }
    if (!text[0] || !strchr("vzbu", text[0]) || (text[1] && (text[1] < '0' || text[1] > '9' || text[2])))
        return gs_fail(e, GS_EUSAGE, "-O wants v, z, b or u with a level 0-9 behind it, not '%s'", text);
    if (text[1] && (text[0] == 'v' || text[0] == 'u'))
        return gs_fail(e, GS_EUSAGE, "-O %s: a compression level for uncompressed output", text);
    out->type = text[0];
    if (text[1])
        out->level = text[1] - '0';
    return 0;
}

static int take_chunk(void *field, const char *text, gs_err *e)
{
    gs_vcf_opt *in = field;
    char end;
    if (!text)
        return 0;
    if (sscanf(text, "%9d/%9d%c", &in->chunk, &in->chunks, &end) == 2 && in->chunk >= 1 && in->chunk <= in->chunks)
        return 0;
    return gs_fail(e, GS_EUSAGE, "--chunk wants I/N with 1 <= I <= N, not '%s'", text);
}

/* An INFO key as the VCF specification has it. Names in _FLAG are those of the reasons. */
static int take_tag(void *field, const char *name, gs_err *e)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", more[] = "0123456789.";
    if (!name)
        return 0;
    size_t n = strlen(name);
    const char *rest = name + strspn(name, letters);
    while (*rest && rest > name && (strchr(letters, *rest) || strchr(more, *rest)))
        rest++;
    if (rest == name || *rest || (n >= 5 && !strcmp(name + n - 5, "_FLAG")))
        return gs_fail(e, GS_EUSAGE, "--tag wants letters, digits, _ and ., a letter first, and no _FLAG at its end: "
                                     "not '%s'", name);
    *(const char **)field = name;
    return 0;
}

/* ---- the tables ---- */

#define AT(FIELD) .field = offsetof(score_args, FIELD)

static const gs_option output[] = {
    {.name = "output", .letter = 'o', .value = "FILE", .kind = GS_OPT_TEXT, AT(out.path),
     .otherwise = "standard output",
     .help = "Write to FILE, complete or not at all: it grows under a temporary name in the same folder."},
    {.name = "output-type", .letter = 'O', .value = "v|z|b|u[0-9]", .kind = GS_OPT_OWN, .take = take_type, AT(out),
     .otherwise = "by FILE's suffix, else v", .help = "VCF, VCF.gz, BCF or plain BCF, with the compression's level."},
    {.name = "write-index", .letter = 'W', .value = "csi|tbi", .kind = GS_OPT_WORD, .optional = 1, AT(out.index),
     .min = 1,
     .help = "Index the output too, as csi where no kind is said."},
    {.name = "tag", .value = "NAME", .kind = GS_OPT_OWN, .take = take_tag, AT(tag), .otherwise = "GS_LLR",
     .help = "INFO tag of the score; NAME_FLAG says why an allele has none, NAME_TX what --gff found. With several "
             "modes NAME_MODE, such as NAME_COSINE. Runs with tags of their own leave each other's alone."},
    {.name = "digits", .value = "N", .kind = GS_OPT_INT, AT(digits), .def = -1, .max = 9, .recorded = 1,
     .otherwise = "4; distances: 6 significant digits", .help = "Decimals of the score."},
    {.name = "no-version", .kind = GS_OPT_SWITCH, AT(no_version),
     .help = "No provenance (versions, model, options, reference) in the header."},
    {.name = "stats", .value = "FILE", .kind = GS_OPT_TEXT, AT(stats), .help = "Write the summary as JSON."},
    {.name = "skipped", .value = "FILE", .kind = GS_OPT_TEXT, AT(skipped),
     .help = "Write the unscored alleles as a table: number of the record in the input; CHROM, POS, ID, REF and ALT as "
             "they stand; the reason."},
    {0}};

static const gs_option records[] = {
    {.name = "regions", .letter = 'r', .value = "LIST", .kind = GS_OPT_TEXT, AT(in.regions),
     .help = "Records that overlap regions such as chr1:100-200,chr2:5-,chrM; needs an indexed file. What is a "
             "contig's name as a whole, such as HLA-A*01:01, is one; {NAME} and {NAME}:100-200 tell name and range "
             "apart."},
    {.name = "regions-file", .letter = 'R', .value = "FILE", .kind = GS_OPT_TEXT, AT(in.regions_file),
     .help = "Regions from a file: CHROM and POS or CHROM, BEG, END by tabs, or BED by its suffix."},
    {.name = "targets", .letter = 't', .value = "LIST", .kind = GS_OPT_TEXT, AT(in.targets),
     .help = "As -r, but reads the whole input and compares POS alone; a leading ^ leaves the regions out."},
    {.name = "targets-file", .letter = 'T', .value = "FILE", .kind = GS_OPT_TEXT, AT(in.targets_file),
     .help = "Targets from a file; a leading ^ leaves them out."},
    {.name = "regions-overlap", .value = "0|1|2", .kind = GS_OPT_WORD, AT(in.regions_overlap), .def = -1,
     .otherwise = "1",
     .help = "What counts as overlap of -r and -R: 0 POS, 1 the record, 2 the variant itself."},
    {.name = "targets-overlap", .value = "0|1|2", .kind = GS_OPT_WORD, AT(in.targets_overlap), .def = -1,
     .otherwise = "0",
     .help = "The same for -t and -T."},
    {.name = "apply-filters", .letter = 'f', .value = "LIST", .kind = GS_OPT_TEXT, AT(in.filters),
     .help = "Only records with one of these FILTER values; with PASS,. those that passed or were not filtered."},
    {.name = "chunk", .value = "I/N", .kind = GS_OPT_OWN, .take = take_chunk, AT(in),
     .help = "The I-th of N equal parts of the records selected, for job arrays. All parts have the same header, and "
             "their records put together are those of the whole (bcftools concat --naive). IN must be a file; an index "
             "(.csi, .tbi) saves counting its records first."},
    {.name = "allow-truncated", .kind = GS_OPT_SWITCH, AT(in.allow_truncated),
     .help = "Read a compressed file whose end marker is missing, or a file that was cut within its last line."},
    {0}};

static const gs_option running[] = {
    {.name = "check-ref", .value = "w|e|x", .kind = GS_OPT_WORD, AT(check_ref),
     .help = "Where REF is not what the FASTA has: warn and flag, stop, or leave the record out."},
    {.name = "force", .kind = GS_OPT_SWITCH, AT(force),
     .help = "Go on with what looks like the wrong genome or with a model that is refused (FP8), and keep an output "
             "without scores: the error becomes a warning."},
    {.name = "batch", .value = "N", .kind = GS_OPT_INT, AT(batch), .min = 1, .max = 100000, .otherwise = "by size",
     .help = "Sequences per forward pass. Scores do not depend on it."},
    {.name = "progress", .value = "auto|on|off", .kind = GS_OPT_WORD, AT(progress),
     .help = "Progress on standard error: one line on a terminal, one line a minute otherwise, and one for every "
             "SIGUSR1 (kill -USR1). Share and time left are of the work done, not of the input read; of a pipe and of "
             "-r they are not known."},
    {0}};

static const cli_group groups[] = {{"Output (letters as in bcftools)", output, 0},
                                   {"Which records", records, 0},
                                   {"Scoring", gs_score_options, offsetof(score_args, score)},
                                   {"Running", running, 0},
                                   {0}};

static const cli_operand operands[] = {
    {"IN", offsetof(score_args, in.path), 0, CLI_VCF}, {"REF", offsetof(score_args, fasta), 0, CLI_FASTA},
    {"MODEL", offsetof(score_args, model), 0, CLI_MODEL},
    {0}};

/* ---- what was not said ---- */

static int run(const void *args)
{
    score_args a = *(const score_args *)args;
    if (a.in.regions && a.in.regions_file)
        return cli_usage(&cmd_score, "-r and -R exclude each other");
    if (a.in.targets && a.in.targets_file)
        return cli_usage(&cmd_score, "-t and -T exclude each other");
    if (a.score.gff && !strcmp(a.score.gff, "-") && !strcmp(a.in.path, "-"))
        return cli_usage(&cmd_score, "IN and --gff cannot both be standard input");
    a.out.input = a.in.path;
    return score_run(&a);
}

const cli_command cmd_score = {
    .name = "score", .usage = "[options] IN REF MODEL", .what = "score the variants of a VCF",
    .about = "log P(ALT)/P(REF) of every variant from a genomic language model, into VCF INFO.\n"
             "  IN     VCF, VCF.gz, BCF or - (standard input)\n"
             "  REF    FASTA, plain or bgzip\n"
             "  MODEL  model file, checkpoint directory, or the name of an installed model (mito)\n"
             "Exit status: 0 done; 1 usage; 2 nothing could be scored, or wrong genome; 3 input not understood; 4 "
             "input\n"
             "cut short; 5 output not written; 6 model bad; 7 out of memory; 8 internal error.\n",
    .operands = operands, .groups = groups, .size = sizeof(score_args), .run = run};
