/* gscore score: the options, and the order in which things are opened. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/score_run.h"

static const char USAGE[] = "gscore score [options] IN.vcf REF.fa MODEL";

static const char HELP[] =
    "gscore score: log P(ALT)/P(REF) of every variant from a genomic language model, into VCF INFO.\n\n"
    "usage: gscore score [options] IN REF MODEL\n"
    "  IN     VCF, VCF.gz, BCF or - (standard input)\n"
    "  REF    FASTA, plain or bgzip\n"
    "  MODEL  model file, checkpoint directory, or the name of an installed model (mito)\n\n"
    "Output (letters as in bcftools):\n"
    "  -o, --output FILE           write to FILE, complete or not at all [standard output]\n"
    "  -O, --output-type v|z|b|u[0-9]  VCF, VCF.gz, BCF, plain BCF, with level [by suffix, else v]\n"
    "  -W, --write-index[=csi|tbi] index the output too\n"
    "      --tag NAME              INFO tag of the score [GS_LLR]\n"
    "      --digits N              decimals, 0-6 [4]\n"
    "      --no-version            no provenance lines in the header\n"
    "      --stats FILE            summary as JSON\n"
    "      --skipped FILE          unscored alleles with their reason as TSV\n\n"
    "Which records:\n"
    "  -r, --regions LIST, -R, --regions-file FILE    by index, overlap\n"
    "  -t, --targets LIST, -T, --targets-file FILE    streaming, by POS; ^ negates\n"
    "      --regions-overlap 0|1|2, --targets-overlap 0|1|2\n"
    "  -f, --apply-filters LIST    only these FILTER values, such as PASS,.\n"
    "      --chunk I/N             the I-th of N equal parts of what is selected (for job arrays)\n"
    "      --allow-truncated       read a file whose end is missing\n\n"
    "Scoring (defaults: the model's recipe, see gscore info):\n"
    "      --mode LIST             mlm (masked ratio), pll (pseudo-log-likelihood), wt (unmasked), or embedding\n"
    "                              distances: cosine, l2, l1, dot; several joined by commas\n"
    "      --readout marginal|token  overlapping k-mers: mass of all of them per base, or the middle one\n"
    "      --pool token|mean|flat  what distances compare: the variant's token, the mean of the window, all tokens\n"
    "      --species NAME          first token of species-aware models [homo_sapiens]\n"
    "      --msa FILE              aligned species, for models that read them (GPN-MSA)\n"
    "      --strand both|fwd|rev   mean of both strands, or one\n"
    "      --window N              bases of context\n"
    "      --indels pll|skip       [pll]\n"
    "      --indel-flank N|all     bases scored on either side of an indel [8]\n"
    "      --dense                 mask sites of one window together: for files with most positions of a region\n"
    "      --check-ref w|e|x       REF differs from FASTA: warn and flag, stop, leave out [w]\n"
    "      --circular NAME         this contig is a circle (chrM, MT and M always); may be repeated\n"
    "      --force                 go on with the wrong genome, keep output without scores\n\n"
    "Running:\n"
    "  -@, --threads N             all threads together [what affinity and cgroup allow]\n"
    "      --batch N               sequences per forward pass [by size]\n"
    "      --precision auto|f32    [auto = f32]\n"
    "      --progress auto|on|off  [auto]\n"
    "  -v, --verbosity N           0 silent, 1 warnings, 2 more, 3 debug [1]\n"
    "  -q, --quiet                 no progress, no summary, no warnings\n"
    "  -h, --help\n\n"
    "Exit status: 0 done; 1 usage; 2 nothing could be scored, or wrong genome; 3 input not understood; 4 input cut\n"
    "short; 5 output not written; 6 model bad; 7 out of memory; 8 internal error.\n";

enum { TAG = 256, DIGITS, NO_VERSION, STATS, SKIPPED, REG_OVERLAP, TGT_OVERLAP, CHUNK, TRUNCATED, MODE, STRAND, WINDOW, INDELS,
       FLANK, READOUT, POOL, SPECIES, MSA, DENSE, CHECK_REF, CIRCULAR, FORCE, BATCH, PRECISION, PROGRESS };

static const struct option LONG[] = {
    {"output", 1, 0, 'o'}, {"output-type", 1, 0, 'O'}, {"write-index", 2, 0, 'W'}, {"tag", 1, 0, TAG},
    {"digits", 1, 0, DIGITS}, {"no-version", 0, 0, NO_VERSION}, {"stats", 1, 0, STATS}, {"skipped", 1, 0, SKIPPED},
    {"regions", 1, 0, 'r'}, {"regions-file", 1, 0, 'R'}, {"targets", 1, 0, 't'}, {"targets-file", 1, 0, 'T'},
    {"regions-overlap", 1, 0, REG_OVERLAP}, {"targets-overlap", 1, 0, TGT_OVERLAP}, {"apply-filters", 1, 0, 'f'},
    {"chunk", 1, 0, CHUNK}, {"allow-truncated", 0, 0, TRUNCATED}, {"mode", 1, 0, MODE}, {"strand", 1, 0, STRAND},
    {"window", 1, 0, WINDOW}, {"indels", 1, 0, INDELS}, {"indel-flank", 1, 0, FLANK}, {"readout", 1, 0, READOUT}, {"pool", 1, 0, POOL}, {"species", 1, 0, SPECIES}, {"msa", 1, 0, MSA}, {"dense", 0, 0, DENSE},
    {"check-ref", 1, 0, CHECK_REF}, {"circular", 1, 0, CIRCULAR}, {"force", 0, 0, FORCE}, {"threads", 1, 0, '@'},
    {"batch", 1, 0, BATCH}, {"precision", 1, 0, PRECISION}, {"progress", 1, 0, PROGRESS}, {"verbosity", 1, 0, 'v'},
    {"quiet", 0, 0, 'q'}, {"help", 0, 0, 'h'}, {0, 0, 0, 0},
};

/* One of the words of `list` ("w|e|x") -> its index; -1 after saying what is wanted. */
static int word(const char *option, const char *text, const char *list)
{
    size_t n = strlen(text);
    int i = 0;
    for (const char *p = list; p; p = strchr(p, '|'), p = p ? p + 1 : NULL, i++)
        if (n && !strncmp(p, text, n) && (p[n] == '|' || !p[n]))
            return i;
    fprintf(stderr, "gscore score: %s wants %s, not '%s'\n", option, list, text);
    return -1;
}

static int number(const char *option, const char *text, long long lo, long long hi, int *out)
{
    long long v, range[2] = {lo, hi};
    if (cli_int("score", option, text, range, &v))
        return -1;
    *out = (int)v;
    return 0;
}

/* "z6": type and level. */
static int output_type(score_args *a, const char *text)
{
    if (!strchr("vzbu", text[0]) || !text[0] || (text[1] && (text[1] < '0' || text[1] > '9' || text[2]))) {
        fprintf(stderr, "gscore score: -O wants v, z, b or u with a level 0-9 behind it, not '%s'\n", text);
        return -1;
    }
    a->out.type = text[0];
    if (text[1])
        a->out.level = text[1] - '0';
    if (text[1] && (text[0] == 'v' || text[0] == 'u')) {
        fprintf(stderr, "gscore score: -O %s: a compression level for uncompressed output\n", text);
        return -1;
    }
    return 0;
}

static int chunk(score_args *a, const char *text)
{
    char end;
    if (sscanf(text, "%9d/%9d%c", &a->in.chunk, &a->in.chunks, &end) == 2 && a->in.chunk >= 1 && a->in.chunk <= a->in.chunks)
        return 0;
    fprintf(stderr, "gscore score: --chunk wants I/N with 1 <= I <= N, not '%s'\n", text);
    return -1;
}

static int circular(score_args *a, const char *name)
{
    if (a->n_circular == MAX_CIRCULAR) {
        fprintf(stderr, "gscore score: more than %d --circular\n", MAX_CIRCULAR);
        return -1;
    }
    a->circular[a->n_circular++] = name;
    return 0;
}

/* An INFO key as the VCF specification has it. */
static int tag(score_args *a, const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", more[] = "0123456789.";
    a->tag = name;
    const char *rest = name + strspn(name, letters);
    while (*rest && rest > name && (strchr(letters, *rest) || strchr(more, *rest)))
        rest++;
    if (rest > name && !*rest && strcmp(name, "GS_FLAG"))
        return 0;
    fprintf(stderr, "gscore score: --tag wants letters, digits, _ and ., a letter first, and not GS_FLAG: not '%s'\n", name);
    return -1;
}

static int flank(score_args *a, const char *text)
{
    if (!strcmp(text, "all")) {
        a->score.indel_flank = -1;
        return 0;
    }
    return number("--indel-flank", text, 0, 1000000, &a->score.indel_flank);
}

/* Options that name records, files and the form of the output. */
static int io_option(score_args *a, int c, const char *arg)
{
    switch (c) {
    case 'o': a->out.path = arg; return 0;
    case 'O': return output_type(a, arg);
    case 'W': return (a->out.index = arg ? 1 + word("-W", arg + (arg[0] == '='), "csi|tbi") : 1) ? 0 : -1;
    case TAG: return tag(a, arg);
    case DIGITS: return number("--digits", arg, 0, 6, &a->digits);
    case NO_VERSION: a->no_version = 1; return 0;
    case STATS: a->stats = arg; return 0;
    case SKIPPED: a->skipped = arg; return 0;
    case 'r': a->in.regions = arg; return 0;
    case 'R': a->in.regions_file = arg; return 0;
    case 't': a->in.targets = arg; return 0;
    case 'T': a->in.targets_file = arg; return 0;
    case REG_OVERLAP: return number("--regions-overlap", arg, 0, 2, &a->in.regions_overlap);
    case TGT_OVERLAP: return number("--targets-overlap", arg, 0, 2, &a->in.targets_overlap);
    case 'f': a->in.filters = arg; return 0;
    case CHUNK: return chunk(a, arg);
    case TRUNCATED: a->in.allow_truncated = 1; return 0;
    default: return 1;
    }
}

/* Options that say how to score and run. */
static int run_option(score_args *a, int c, const char *arg)
{
    int w;
    switch (c) {
    case MODE: a->score.mode = arg; return 0;
    case STRAND: return (a->score.strands = (int[]){0, 3, 1, 2}[1 + word("--strand", arg, "both|fwd|rev")]) ? 0 : -1;
    case WINDOW: return number("--window", arg, 2, 10000000, &a->score.window);
    case INDELS: return (a->score.indels = (w = word("--indels", arg, "skip|pll"))) < 0 ? -1 : 0;
    case FLANK: return flank(a, arg);
    case READOUT: return (a->score.readout = word("--readout", arg, "token|marginal")) < 0 ? -1 : 0;
    case POOL: return (a->score.pool = word("--pool", arg, "token|mean|flat")) < 0 ? -1 : 0;
    case SPECIES: a->score.species = arg; return 0;
    case MSA: a->msa = arg; return 0;
    case DENSE: a->score.dense = 1; return 0;
    case CHECK_REF: w = word("--check-ref", arg, "w|e|x"); a->check_ref = (gs_check_ref)w; return w < 0 ? -1 : 0;
    case CIRCULAR: return circular(a, arg);
    case FORCE: a->force = 1; return 0;
    case '@': return number("--threads", arg, 1, 4096, &a->threads);
    case BATCH: return number("--batch", arg, 1, 100000, &a->batch);
    case PRECISION: return word("--precision", arg, "auto|f32") < 0 ? -1 : 0;
    case PROGRESS: return (a->progress = word("--progress", arg, "auto|on|off")) < 0 ? -1 : 0;
    case 'v': return number("--verbosity", arg, 0, 9, &a->verbosity);
    case 'q': a->quiet = 1; return 0;
    default: return -1;
    }
}

int cmd_score(int argc, char **argv)
{
    score_args a = {.digits = 4, .verbosity = 1, .score = gs_score_defaults,
                    .in = {.regions_overlap = -1, .targets_overlap = -1}, .out = {.level = -1}};
    unsigned char seen[512] = {0};
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "o:O:W::r:R:t:T:f:@:v:qh", LONG, NULL)) >= 0) {
        if (c == 'h')
            return fputs(HELP, stdout) < 0 ? GS_EOUTPUT : 0;
        if (c == '?')
            return cli_usage("score", USAGE, "see gscore score --help");
        if (seen[c]++ && c != CIRCULAR && c != 'v')
            return cli_usage("score", USAGE, "option given twice: %s", argv[optind - 1]);
        int rc = io_option(&a, c, optarg);
        if (rc > 0)
            rc = run_option(&a, c, optarg);
        if (rc)
            return cli_usage("score", USAGE, "see gscore score --help");
    }
    if (argc - optind != 3)
        return cli_usage("score", USAGE, "%s arguments: IN, REF and MODEL are wanted", argc - optind < 3 ? "too few" : "too many");
    if (a.in.regions && a.in.regions_file)
        return cli_usage("score", USAGE, "-r and -R exclude each other");
    if (a.in.targets && a.in.targets_file)
        return cli_usage("score", USAGE, "-t and -T exclude each other");
    a.in.path = a.out.input = argv[optind];
    a.fasta = argv[optind + 1];
    a.model = argv[optind + 2];
    return score_run(&a);
}
