/* What stands without a dash: is each thing where it belongs? */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "cli/cli.h"
#include "import/import.h"

static const struct { const char *end; unsigned kind; } suffixes[] = {
    {".vcf", CLI_VCF}, {".vcf.gz", CLI_VCF}, {".vcf.bgz", CLI_VCF}, {".bcf", CLI_VCF}, {".bed", CLI_BED},
    {".fa", CLI_FASTA}, {".fasta", CLI_FASTA}, {".fna", CLI_FASTA}, {".fa.gz", CLI_FASTA}, {".fasta.gz", CLI_FASTA},
    {".fna.gz", CLI_FASTA}, {".safetensors", CLI_WEIGHTS}};

static unsigned kind_by_name(const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t len = strlen(suffixes[i].end);
        if (n > len && !strcasecmp(path + n - len, suffixes[i].end))
            return suffixes[i].kind;
    }
    return 0;
}

/* 0: cannot be told. Pipes are left alone: what is read of them is gone. */
static unsigned kind_of(const char *path)
{
    char head[16] = "";
    struct stat st;
    if (stat(path, &st))
        return 0;
    if (S_ISDIR(st.st_mode))
        return CLI_FOLDER;
    FILE *f = S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;
    if (!f)
        return 0;
    size_t n = fread(head, 1, sizeof head, f);
    fclose(f);
    if (n == sizeof head && !memcmp(head, "##fileformat=VCF", 16))
        return CLI_VCF;
    if (head[0] == '>')
        return CLI_FASTA;
    return gs_container_is(path) || gs_import_is_checkpoint(path) ? CLI_WEIGHTS : kind_by_name(path);
}

static const char *kind_name(unsigned kind)
{
    return kind == CLI_VCF     ? "a VCF or BCF"
           : kind == CLI_FASTA ? "a FASTA"
           : kind == CLI_BED   ? "a BED file"
           : kind == CLI_FOLDER ? "a folder" : "a model";
}

/* ---- what is not on this machine ---- */

static gs_code status_of(const cli_operand *o)
{
    return o->kinds == CLI_MODEL ? GS_EMODEL : GS_EINPUT;
}

static int not_here(const cli_command *c, const cli_operand *o, const char *text, const char *command)
{
    gs_err e = {status_of(o), ""};
    snprintf(e.msg, sizeof e.msg, "%s is %.300s, and gscore downloads nothing; fetch it first: %.600s", o->name, text,
             command);
    return cli_fail(c->name, &e);
}

/* "https://...", "s3://..." */
static int refuse_address(const cli_command *c, const cli_operand *o, const char *text)
{
    char command[600];
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
    if (!n || strncmp(text + n, "://", 3))
        return 0;
    const char *tool = !strncmp(text, "s3:", 3) ? "aws s3 cp %.400s ."
                       : !strncmp(text, "gs:", 3) ? "gcloud storage cp %.400s ."
                       : !strncmp(text, "hf:", 3) ? "hf download %.400s" : "curl -LO %.400s";
    snprintf(command, sizeof command, tool, strncmp(text, "hf:", 3) ? text : text + n + 3);
    return not_here(c, o, text, command);
}

/* ORG/NAME, not on disk: how hubs call a model. */
static int refuse_hub_name(const cli_command *c, const cli_operand *o, const char *text)
{
    char command[1000], what[400];
    struct stat st;
    const char *slash = strchr(text, '/');
    if (o->kinds != CLI_MODEL || !slash || slash == text || !slash[1] || strchr(slash + 1, '/') || text[0] == '.' ||
        text[0] == '~' || !stat(text, &st))
        return 0;
    snprintf(what, sizeof what, "%.250s, no file or folder here but maybe a name on a model hub", text);
    snprintf(command, sizeof command, "hf download %.250s --local-dir %.200s, then give %.200s", text, slash + 1,
             slash + 1);
    return not_here(c, o, what, command);
}

/* ---- what was taken for what ---- */

static void tell_taken(const cli_command *c, const char *fault, int n, char **given)
{
    gs_str s = {0};
    for (int i = 0; i < n && c->operands[i].name; i++) {
        unsigned kind = c->operands[i].kinds ? kind_of(given[i]) : 0;
        gs_str_printf(&s, "%s%s is %s%s%s", i ? ", " : ": taken as given, ", c->operands[i].name, given[i],
                      kind ? ", " : "", kind ? kind_name(kind) : "");
    }
    cli_usage(c, "%s%s", fault, s.s ? s.s : "");
    gs_str_free(&s);
}

/* Too few: the operand that none of those given can be is the one that was forgotten. */
static int tell_missing(const cli_command *c, int n, char **given)
{
    char fault[100];
    const char *missing = NULL;
    for (const cli_operand *o = c->operands; o->name && !missing; o++) {
        int there = o->optional;
        for (int i = 0; i < n; i++)
            there |= (kind_of(given[i]) & o->kinds) != 0;
        missing = there ? NULL : o->name;
    }
    snprintf(fault, sizeof fault, "too few arguments, %s is missing", missing ? missing : c->operands[n].name);
    tell_taken(c, fault, n, given);
    return GS_EUSAGE;
}

int cli_check_operands(const cli_command *c, int n, char **given)
{
    int least = 0, most = 0, bad = 0;
    for (const cli_operand *o = c->operands; o && o->name; o++, most++)
        least += !o->optional;
    if (n > most)
        return cli_usage(c, "too many arguments: %d, and %d are wanted", n, most);
    for (int i = 0; i < n && !bad; i++)
        if (c->operands[i].kinds && !(bad = refuse_address(c, &c->operands[i], given[i])) && n >= least)
            bad = refuse_hub_name(c, &c->operands[i], given[i]);
    if (!bad && n < least)
        return tell_missing(c, n, given);
    for (int i = 0; i < n && !bad; i++) {
        unsigned kind = c->operands[i].kinds ? kind_of(given[i]) : 0;
        if (kind && !(kind & c->operands[i].kinds)) {
            tell_taken(c, "an argument is not where it belongs", n, given);
            bad = (int)status_of(&c->operands[i]);
        }
    }
    return bad;
}
