/* What the tables of a command say, as text, roff and Markdown. */
#include <stdlib.h>
#include <string.h>
#include "base/cpu.h"
#include "cli/cli.h"
#include "genome/vcf.h"
#include "kernel/gemm.h"

enum { COLUMN = 34, WIDTH = 118, CHOICE = 8 };

void cli_version(void)
{
    gs_err e = {0};
    printf("gscore %s\nUsing htslib %s\n", GSCORE_VERSION, gs_vcf_htslib_version());
    if (gs_gemm_open(1, &e) == 0)
        printf("%s, core type %s, kernels %s\n", gs_gemm_version(), gs_gemm_core(), gs_isa_name(gs_isa()));
    printf("Licence: MIT\n");
}

int cli_flush(const char *cmd)
{
    if (!fflush(stdout) && !ferror(stdout))
        return 0;
    return cli_fail(cmd, &(gs_err){GS_EOUTPUT, "the result could not be written"});
}

void cli_list(FILE *f)
{
    fprintf(f, "gscore %s: variant effects from genomic language models\n\n"
            "usage: gscore COMMAND [options]\n\ncommands:\n",
            GSCORE_VERSION);
    for (int i = 0; cli_commands[i]; i++)
        fprintf(f, "  %-12s%s\n", cli_commands[i]->name, cli_commands[i]->what);
    fprintf(f, "\n`gscore help COMMAND` explains a command; `gscore --version` names the libraries in use.\n");
}

/* ---- text ---- */

/* Words of s from column `at` on, lines broken before WIDTH; whoever calls ends the last one. */
static void wrap(const char *s, int at, int indent)
{
    for (const char *space = ""; *s; space = " ") {
        int n = (int)strcspn(s, " ");
        if (at + 1 + n > WIDTH) {
            at = printf("\n%*s", indent, "") - 1;
            space = "";
        }
        at += printf("%s%.*s", space, n, s);
        s += n + (s[n] == ' ');
    }
}

/* The help of a row with its default behind it. */
static char *sentence(const gs_option *row)
{
    gs_str s = {0}, def = {0};
    gs_option_default_text(row, &def);
    gs_str_add(&s, row->help);
    if (def.len)
        gs_str_printf(&s, " [%s]", def.s);
    gs_str_free(&def);
    return s.s;
}

static void text_row(const gs_option *row)
{
    char letter[8] = "   ", form[100];
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c,", row->letter);
    const char *open = !row->value ? "" : row->optional ? "[=" : " ", *close = row->optional ? "]" : "";
    int n = snprintf(form, sizeof form, "  %s --%s%s%s%s", letter, row->name, open, row->value ? row->value : "",
                     close);
    char *text = sentence(row);
    printf("%-*s%s", COLUMN, form, n < COLUMN ? "" : " ");
    wrap(text ? text : row->help, n < COLUMN ? COLUMN : n + 1, COLUMN);
    putchar('\n');
    free(text);
    for (int i = 0; row->choice && row->choice(i).name; i++)
        printf("%*s%-*s%s\n", COLUMN + 2, "", CHOICE, row->choice(i).name, row->choice(i).what);
}

/* ---- roff ---- */

/* A hyphen that begins an option must stay one, or it cannot be copied. */
static void roff(const char *s)
{
    for (char before = ' '; *s; before = *s++)
        if (*s == '\\')
            printf("\\e");
        else
            printf(*s == '-' && strchr(" -[", before) ? "\\-" : "%c", *s);
}

static void roff_bold(const char *before, const char *name)
{
    printf("\\fB%s", before);
    roff(name);
    printf("\\fR");
}

/* Capital letters are places to fill in, the rest is typed as it stands. */
static void roff_value(const gs_option *row)
{
    const char *s = row->value;
    printf(row->optional ? "[" : " ");
    printf(row->optional ? "=" : "");
    while (*s) {
        size_t n = strcspn(s, "|[");
        int upper = *s >= 'A' && *s <= 'Z';
        printf("%s%.*s\\fR", upper ? "\\fI" : "\\fB", (int)n, s);
        s += n;
        if (*s)
            putchar(*s++);
    }
    printf(row->optional ? "]" : "");
}

static void man_row(const gs_option *row)
{
    char letter[2] = {row->letter, 0};
    char *text = sentence(row);
    printf(".TP\n");
    if (row->letter) {
        roff_bold("\\-", letter);
        printf(", ");
    }
    roff_bold("\\-\\-", row->name);
    if (row->value)
        roff_value(row);
    putchar('\n');
    roff(text ? text : row->help);
    putchar('\n');
    free(text);
    for (int i = 0; row->choice && row->choice(i).name; i++) {
        printf(".br\n");
        roff_bold("", row->choice(i).name);
        printf(": ");
        roff(row->choice(i).what);
        putchar('\n');
    }
}

void cli_synopsis(void)
{
    for (int i = 0; cli_commands[i]; i++) {
        printf("%s.B gscore %s\n", i ? ".br\n" : "", cli_commands[i]->name);
        roff(cli_commands[i]->usage);
        putchar('\n');
    }
}

/* ---- Markdown ---- */

/* A | would end the cell. */
static void cell(const char *s)
{
    for (; *s; s++)
        printf(*s == '|' ? "\\|" : "%c", *s);
}

static void markdown_row(const gs_option *row)
{
    char *text = sentence(row);
    printf("| ");
    if (row->letter)
        printf("`-%c`, ", row->letter);
    printf("`--%s", row->name);
    if (row->value) {
        printf(row->optional ? "[=" : " ");
        cell(row->value);
        printf(row->optional ? "]" : "");
    }
    printf("` | ");
    cell(text ? text : row->help);
    for (int i = 0; row->choice && row->choice(i).name; i++)
        printf("; `%s`: %s", row->choice(i).name, row->choice(i).what);
    printf(" |\n");
    free(text);
}

/* ---- all of them ---- */

static void heading(const cli_group *g, cli_format format, int first)
{
    static const char *const with[] = {"\n%s:\n", ".SS %s\n", "| **%s** | |\n"};
    static const char *const without[] = {"\n", "", ""};
    if (format == CLI_MARKDOWN && first)
        printf("| | |\n|---|---|\n");
    if (g->title)
        printf(with[format], g->title);
    else if (first)
        printf("%s", without[format]);
}

void cli_options(const cli_command *c, cli_format format)
{
    static void (*const put[])(const gs_option *) = {text_row, man_row, markdown_row};
    const cli_group *g;
    for (int i = 0; (g = cli_group_at(c, i)); i++) {
        if (format == CLI_MAN && c != cli_commands[0] && g->rows == cli_common_options)
            break;   /* the manual has said them */
        heading(g, format, i == 0);
        for (const gs_option *row = g->rows; row->name; row++)
            put[format](row);
    }
}

void cli_help(const cli_command *c)
{
    printf("gscore %s: %s\n\nusage: gscore %s %s\n\n", c->name, c->what, c->name, c->usage);
    fputs(c->about, stdout);
    cli_options(c, CLI_TEXT);
}
