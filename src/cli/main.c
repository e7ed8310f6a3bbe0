#include <stdio.h>
#include <string.h>
#include "base/cpu.h"
#include "cli/cli.h"
#include "cli/signals.h"
#include "genome/vcf.h"
#include "kernel/gemm.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} cmds[] = {
    {"score", cmd_score, "score the variants of a VCF"},
    {"info", cmd_info, "what a model is and how it scores"},
    {"convert", cmd_convert, "a published checkpoint to one model file"},
    {"embed", cmd_embed, "last hidden states of sequences or windows"},
    {"bench", cmd_bench, "how fast a model runs here"},
    {"selftest", cmd_selftest, "check a model on this machine"},
};
enum { N_CMDS = sizeof cmds / sizeof *cmds };

static void usage(FILE *f)
{
    fprintf(f, "gscore %s: variant effects from genomic language models\n\nusage: gscore COMMAND [options]\n\ncommands:\n",
            GSCORE_VERSION);
    for (int i = 0; i < N_CMDS; i++)
        fprintf(f, "  %-10s%s\n", cmds[i].name, cmds[i].help);
    fprintf(f, "\n`gscore COMMAND -h` explains a command; `gscore --version` names the libraries in use.\n");
}

static int version(void)
{
    gs_err e = {0};
    printf("gscore %s\nUsing htslib %s\n", GSCORE_VERSION, gs_vcf_htslib_version());
    if (gs_gemm_open(1, &e) == 0)
        printf("%s, core type %s, kernels %s\n", gs_gemm_version(), gs_gemm_core(), gs_isa_name(gs_isa()));
    printf("Licence: MIT\n");
    return 0;
}

int main(int argc, char **argv)
{
    cli_signals();
    if (argc < 2) {
        usage(stderr);
        return GS_EUSAGE;
    }
    if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
        usage(stdout);
        return 0;
    }
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "version"))
        return version();
    for (int i = 0; i < N_CMDS; i++)
        if (!strcmp(argv[1], cmds[i].name))
            return cmds[i].run(argc - 1, argv + 1);
    fprintf(stderr, "gscore: unknown command '%s'; `gscore --help` lists them\n", argv[1]);
    return GS_EUSAGE;
}
